"""The host that leads the databases and serves citizens is lost: all comes back by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import wait_until
from tests.lab.recovery import (
    CLOCK,
    Portal,
    Standing,
    by_itself,
    move,
    noticed,
    portal_in,
    served_where_led,
)
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

LEASE = timedelta(seconds=20)
BOUND = timedelta(seconds=90)
"""only detects a hang"""


def test_what_led_and_served_is_lost_and_its_neighbour_leads_and_serves_by_itself(
    lab: Terminal,
) -> None:
    portal = Portal.declared(lab)
    before = served_where_led(lab, portal)
    status = lab.done("status", "--wait", "--json", bound_seconds=300).value
    there, known = portal.other_than(before.site), by_itself(lab)
    services = [one["name"] for one in status["services"] if one["active"] == before.site]
    led = [one["name"] for one in status["databases"] if one["leader"] == before.leader]
    since = CLOCK.now()

    lab.done("lab", "kill", before.leader)
    try:
        wait_until(CLOCK, lambda: _serves(lab, there, services), what="a neighbour", bound=BOUND)
        after = Standing.seen(lab)
        done = "\n".join(line for line in by_itself(lab) if line not in known)
    finally:
        lab.done("lab", "start", before.leader, bound_seconds=180)
    settled = lab.ndc("status", "--wait", bound_seconds=300)
    seen = noticed(lab, portal, since - timedelta(seconds=5), CLOCK.now())
    move(lab, services, before.site)

    waited = seen.gap.length
    print(f"{after.leader} leads; citizens waited {waited.total_seconds():.1f} s\n{done}")  # noqa: T201 - a figure
    assert (seen.lost, seen.duplicated, seen.not_read_back) == (0, 0, 0), seen
    assert waited < LEASE
    assert (after.site, after.epoch) == (there, before.epoch + 1)
    assert after.leader != before.leader
    assert led
    assert all(f"took the key to lead {name} from {before.leader}" in done for name in led)
    assert all(f"moved {name} from {before.site} to {there}" in done for name in services)
    assert settled.code == 0, settled.stdout


def _serves(lab: Terminal, site: str, services: list[str]) -> bool:
    """Tell whether ``site`` serves, and citizens are answered from there."""
    status = lab.ndc("status", "--json").value
    placed = {one["name"] for one in status["services"] if one["active"] == site}
    return placed >= {*services} and portal_in(status)["answers_from"] == site
