"""The host that leads the database and serves citizens is lost: all comes back by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import wait_until
from tests.lab.recovery import CLOCK, Portal, Standing, by_itself, noticed, served_where_led
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
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    there, known = portal.other_than(before.site), by_itself(lab)
    since = CLOCK.now()

    lab.done("lab", "kill", before.leader)
    try:
        leader = wait_until(CLOCK, lambda: _leader_but(lab, before), what="a leader", bound=BOUND)
        after = wait_until(CLOCK, lambda: _served(lab, there), what="the portal", bound=BOUND)
        wait_until(CLOCK, lambda: _answers(lab), what="an answer to citizens", bound=BOUND)
        done = [line for line in by_itself(lab) if line not in known]
    finally:
        lab.done("lab", "start", before.leader, bound_seconds=180)
    settled = lab.ndc("status", "--wait", bound_seconds=300)
    seen = noticed(lab, portal, since - timedelta(seconds=5), CLOCK.now())
    home = lab.ndc("dr", "switchover", portal.name, "--to", before.site, bound_seconds=300)

    waited = seen.gap.length
    print(f"{leader} leads; citizens waited {waited.total_seconds():.1f} s; {done}")  # noqa: T201 - a figure
    assert (seen.lost, seen.duplicated, seen.not_read_back) == (0, 0, 0), seen
    assert waited < LEASE
    assert (after.site, after.epoch) == (there, before.epoch + 1)
    assert any(f"took the key to lead general-db from {before.leader}" in one for one in done)
    assert any(f"moved {portal.name} from {before.site} to {there}" in one for one in done)
    assert settled.code == 0, settled.stdout
    assert home.code in {0, 1}, home.stdout + home.stderr


def _leader_but(lab: Terminal, before: Standing) -> str | None:
    leader: str | None = lab.ndc("status", "--json").value["databases"][0]["leader"]
    return leader if leader != before.leader else None


def _served(lab: Terminal, site: str) -> Standing | None:
    now = Standing.seen(lab)
    return now if now.site == site else None


def _answers(lab: Terminal) -> bool:
    service = lab.ndc("status", "--json").value["services"][0]
    return bool(service["answers_from"] == service["active"])
