"""The network as a whole: it comes up, survives a cut, and leaves nothing.

The order of the tests is the order of a day.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.lab.conftest import Terminal
from tests.lab.leftovers import Leftovers

pytestmark = pytest.mark.lab


def test_a_cold_start_ends_green(lab: Terminal) -> None:
    status = lab.ndc("status", "--wait", "--json", bound_seconds=180)

    assert status.code == 0, status.stdout + status.stderr


def test_a_link_is_never_faster_than_declared(lab: Terminal) -> None:
    for link in lab.done("show", "links", "--json").value:
        peer = link["z"]["address"].partition("/")[0]

        echoes = lab.on(link["a"]["host"], "ping", "-n", "-q", "-i", "0.01", "-c", "100", peer)

        fastest = float(re.search(r"= ([\d.]+)/", echoes.stdout).group(1))  # type: ignore[union-attr]  # ping always says it
        assert fastest >= link["round_trip_ms"], link["name"]


def test_one_link_of_a_pair_is_cut_and_every_site_still_reaches_every_other(lab: Terminal) -> None:
    link = lab.done("show", "links", "--json").value[0]
    hosts = lab.done("show", "hosts", "--json").value
    there = next(host for host in hosts if host["name"] == link["z"]["host"])

    lab.done("lab", "cut", link["name"])
    try:
        reached = lab.on(
            link["a"]["host"], "ping", "-n", "-q", "-c", "20", "-i", "0.1", there["loopback"]
        )
        assert lab.ndc("status").code == 1
    finally:
        lab.done("lab", "heal", link["name"])

    assert " 0% packet loss" in reached.stdout
    assert lab.ndc("status", "--wait", bound_seconds=120).code == 0


@pytest.mark.ends_the_day
def test_down_leaves_nothing(lab: Terminal, before: Leftovers, capture: Path) -> None:
    lab.done("down", bound_seconds=120)

    assert Leftovers.seen().more_than(before) == {}
    assert capture.stat().st_size <= 24, "a packet with a lab address left the lab"
