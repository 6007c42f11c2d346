"""The network as a whole: it comes up, survives a cut, and leaves nothing.

The order of the tests is the order of a day.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from core.clock import wait_until
from tests.lab.capture import EMPTY_BYTES
from tests.lab.leftovers import Leftovers
from tests.lab.recovery import CLOCK, SLOW
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab


def test_a_cold_start_ends_green(lab: Terminal) -> None:
    status = lab.ndc("status", "--wait", "--json", bound_seconds=180)

    assert status.code == 0, status.stdout + status.stderr


def test_a_link_is_never_faster_than_declared(lab: Terminal) -> None:
    for link in lab.declared("links"):
        declared, _, unit = link["round_trip"].partition(" ")
        peer = str(IPv4Network(link["prefix"])[1])

        echoes = lab.on(link["from"], "ping", "-n", "-q", "-i", "0.01", "-c", "100", peer)

        fastest = re.search(r"= ([\d.]+)/", echoes.stdout)
        assert fastest, echoes.stdout + echoes.stderr
        assert unit == "ms"
        assert float(fastest[1]) >= float(declared), link["link"]


def test_one_link_of_a_pair_is_cut_and_its_sites_still_reach_each_other(lab: Terminal) -> None:
    link = lab.declared("links")[0]
    hosts = {host["host"]: host for host in lab.declared("hosts")}
    loopback = hosts[link["to"]]["loopback"]

    lab.done("lab", "cut", link["link"])
    try:
        reached = lab.on(link["from"], "ping", "-n", "-q", "-c", "30", "-i", "0.2", loopback)
        degraded = lab.ndc("status")
        fired = wait_until(
            CLOCK, lambda: _fired(lab, link["link"]), what="an alert of the link", bound=SLOW
        )
    finally:
        lab.done("lab", "heal", link["link"])

    assert " 0% packet loss" in reached.stdout
    assert degraded.code == 1
    assert f"{link['link']}: is cut" in degraded.stdout
    assert {(one["severity"], one["runbook"], one["held_back"]) for one in fired} == {
        ("ticket", "docs/runbooks/alerts/link-down.md", False)
    }
    assert lab.ndc("status", "--wait", bound_seconds=120).code == 0


def _fired(lab: Terminal, link: str) -> list[dict[str, Any]] | None:
    """Return the alerts of ``LinkDown`` about ``link``, one from each end, once there are both."""
    alarms = (lab.ndc("status", "alerts", "--json").value["alarms"] or {}).get("alarms", [])
    fired = [one for one in alarms if one["name"] == "LinkDown" and link in one["summary"]]
    return fired if len({one["site"] for one in fired}) > 1 else None


@pytest.mark.ends_the_day
def test_down_leaves_nothing(lab: Terminal, before: Leftovers, capture: Path) -> None:
    lab.done("down", bound_seconds=120)

    assert Leftovers.seen().more_than(before) == {}
    sizes = {file.stem: file.stat().st_size for file in capture.iterdir()}
    assert "lo" in sizes
    strayed = sorted(interface for interface, size in sizes.items() if size > EMPTY_BYTES)
    assert not strayed, f"packets with a lab address on {', '.join(strayed)}"
