"""A store goes to another site by an edit of its home, with all that was written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from core.clock import wait_until
from core.host_paths import AUTHORITY
from core.system_clock import SystemClock
from tests.lab.conftest import ENVIRONMENT
from tests.lab.terminal import Terminal
from tests.networks import DECLARED

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

CLOCK: Final = SystemClock()
HANG: Final = timedelta(seconds=150)
STORE: Final = "general-specialised"
LIVE: Final = "/srv/pools/general/specialised"
BEFORE: Final = "home: ndc01\n    refuges: [ndc02, ndc03]"
AFTER: Final = "home: ndc02\n    refuges: [ndc01, ndc03]"


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    """Return the folder in which the network of ``lab`` is declared."""
    shutil.copytree(DECLARED, tmp_path / "inventory")
    return tmp_path / "inventory"


@pytest.fixture
def moving(declared: Path) -> Iterator[Terminal]:
    """Yield a terminal in front of a network whose inventory can be edited."""
    terminal = Terminal(f"{ENVIRONMENT}-goes")
    try:
        terminal.done(
            *("--inventory", str(declared), "env", "create", terminal.environment),
            *("--profile", "tiny", "--throwaway"),
            bound_seconds=900,
        )
        yield terminal
    finally:
        terminal.ndc("env", "destroy", terminal.environment, bound_seconds=300)


def _await_answer(lab: Terminal) -> None:
    """Return when a host of a third site is told by the store that it may not read it."""
    curl = f"curl --silent --max-time 5 --cacert {AUTHORITY} https://{STORE}/"

    def is_served() -> bool:
        return "403" in lab.on("ndc03-node", "sh", "-c", curl).stdout

    wait_until(CLOCK, is_served, what="an answer of the store", bound=HANG)


def test_a_store_goes_to_another_site_with_all_that_was_written(
    moving: Terminal, declared: Path
) -> None:
    stores = declared / "stores.yaml"
    _await_answer(moving)
    assert moving.on("ndc01-node", "sh", "-c", f"echo text >{LIVE}/file").code == 0
    stores.write_text(stores.read_text("utf-8").replace(BEFORE, AFTER, 1), "utf-8")

    moving.done("up", "--and-lose", STORE, bound_seconds=600)
    _await_answer(moving)

    assert moving.on("ndc02-node", "cat", f"{LIVE}/file").stdout.strip() == "text"
    states = [
        moving.on(host, "systemctl", "is-active", f"ndc-store-{STORE}.service").stdout.strip()
        for host in ("ndc01-node", "ndc02-node", "ndc03-node")
    ]
    assert states == ["inactive", "active", "inactive"]

    def follows() -> bool:
        return moving.on("ndc01-node", "test", "-d", LIVE).code != 0

    wait_until(CLOCK, follows, what="the old source as a refuge", bound=HANG)
    assert moving.ndc("status", "--wait", bound_seconds=300).code == 0
