"""What the static import graph cannot see: what is really loaded, and how fast the door opens."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "ansible_runner",
    "httpx",
    "netmiko",
    "paramiko",
    "prometheus_client",
    "psycopg",
    "pulumi",
    "textual",
)


def _loaded(code: str, names: tuple[str, ...]) -> str:
    probe = f"{code}; import sys; print([m for m in {names!r} if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, check=True, text=True
    )
    return answer.stdout.strip()


@pytest.mark.parametrize("module", ["dr", "inventory.loader", "inventory.derive", "core.runs"])
def test_what_decides_loads_no_adapter_library(module: str) -> None:
    assert _loaded(f"import {module}", HEAVY) == "[]"


def test_the_exporter_of_a_router_loads_no_client_that_only_a_monitor_needs() -> None:
    code = "import monitors.onhost.exporter"

    assert _loaded(code, ("httpx", "psycopg")) == "[]"


def test_help_answers_without_the_heavy_libraries() -> None:
    code = "import ndc.cli.root"

    assert _loaded(code, (*HEAVY, "pydantic", "yaml", "networkx", "rich")) == "[]"


def test_a_shell_on_a_host_loads_neither_an_inventory_nor_a_client() -> None:
    code = "import ndc.cli.ssh, ndc.wiring.running_network, access.clients.openssh"

    assert _loaded(code, (*HEAVY, "yaml", "networkx", "rich")) == "[]"


def test_a_look_at_the_network_loads_only_clients_that_it_asks() -> None:
    asked = {"httpx"}
    others = tuple(name for name in HEAVY if name not in asked)
    code = "import ndc.wiring.snapshots, tui.status_text, tui.status_json"

    assert _loaded(code, (*others, "yaml", "networkx", "rich", "click", "invoke.context")) == "[]"


def test_what_libraries_load_for_their_own_commands_is_not_loaded() -> None:
    code = "import ndc, httpx, paramiko; paramiko.SSHClient"

    assert _loaded(code, ("rich", "pygments", "invoke.context")) == "[]"
