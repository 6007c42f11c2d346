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
