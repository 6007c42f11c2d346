"""A fourth centre is an edit of the inventory: no line of code knows how many there are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.conftest import ENVIRONMENT
from tests.lab.terminal import Terminal
from tests.networks import DECLARED, FOURTH_SITE

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

SITE = "ndc04"


@pytest.fixture
def four(tmp_path: Path) -> Iterator[Terminal]:
    """Yield a terminal in front of a running network of profile ``tiny`` with a fourth centre."""
    inventory = tmp_path / "inventory"
    for folder in (DECLARED, FOURTH_SITE):
        shutil.copytree(folder, inventory, dirs_exist_ok=True)
    terminal = Terminal(f"{ENVIRONMENT}-four")
    try:
        terminal.done(
            *("--inventory", str(inventory), "env", "create", terminal.environment),
            *("--profile", "tiny", "--throwaway"),
            bound_seconds=900,
        )
        yield terminal
    finally:
        terminal.ndc("env", "destroy", terminal.environment, bound_seconds=300)


def test_a_fourth_centre_boots_and_its_routers_speak_with_the_others(four: Terminal) -> None:
    status = four.ndc("status", "--wait", "--json", bound_seconds=300)

    assert status.code == 0, status.stdout
    links = {link["link"] for link in four.done("show", "links", "--json").value}
    to_the_fourth = {name for name in links if SITE in name}
    assert to_the_fourth
    assert _up(status.value, "bgp") == _up(status.value, "bfd") == {link: {True} for link in links}


def _up(status: dict[str, Any], protocol: str) -> dict[str, set[bool]]:
    """Return of each link how the sessions over it are, seen from both its ends."""
    over = [one for one in status["sessions"] if one["protocol"] == protocol and one["link"]]
    return {link: {one["up"] for one in over if one["link"] == link} for link in _links(over)}


def _links(sessions: list[dict[str, Any]]) -> set[str]:
    return {one["link"] for one in sessions}
