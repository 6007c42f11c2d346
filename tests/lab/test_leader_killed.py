"""The leader's host loses its power, and nobody can tell: another leads when its lease ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import wait_until
from tests.lab.recovery import (
    CLOCK,
    Portal,
    Standing,
    by_itself,
    moved_by_patroni,
    noticed,
    portal_in,
)
from tests.lab.terminal import Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

PROMISED = timedelta(seconds=30)
"""with a lease of 20 s; the test's own bound allows for a machine that is slow"""
LEAST = timedelta(seconds=15)
"""less than is left of a lease that was renewed a moment ago: its key was not taken"""


def test_a_leaders_host_dies_unproven_another_member_leads_after_its_lease_and_nothing_is_lost(
    lab: Terminal,
) -> None:
    portal = Portal.declared(lab)
    before = _led_apart_from_the_portal(lab, portal)
    known = by_itself(lab)

    lab.done("lab", "cut", "power-port")
    told = wait_until(CLOCK, lambda: _fencing(lab), what="a word of it", bound=3 * PROMISED)
    since = CLOCK.now()
    lab.done("lab", "kill", before.leader)
    try:
        leader = wait_until(
            CLOCK, lambda: _leader_but(lab, before.leader), what="a leader", bound=3 * PROMISED
        )
        degraded = lab.ndc("status")
        done = [line for line in by_itself(lab) if line not in known]
    finally:
        lab.done("lab", "heal", "power-port")
        lab.done("lab", "start", before.leader, bound_seconds=180)
    settled = lab.ndc("status", "--wait", bound_seconds=300)

    assert degraded.code == 1
    assert f"{before.leader}: is off" in degraded.stdout
    assert "UNPROTECTED" in degraded.stdout
    assert settled.code == 0, settled.stdout
    seen = noticed(lab, portal, since - timedelta(seconds=5), CLOCK.now())
    waited = seen.gap.length
    print(f"{leader} leads; citizens waited {waited.total_seconds():.1f} s")  # noqa: T201 - a figure
    assert (seen.lost, seen.duplicated, seen.not_read_back) == (0, 0, 0), seen
    assert LEAST < waited < 3 * PROMISED
    # services of the dead host may have moved; nobody's lease was ended without a proof
    assert not [line for line in done if "the key to lead" in line]
    assert "nobody tells controllers who has power" in told
    assert Standing.seen(lab).timeline == before.timeline + 1


def _led_apart_from_the_portal(lab: Terminal, portal: Portal) -> Standing:
    """Return how things stand once the leader is on no host that serves the portal."""
    status = lab.done("status", "--wait", "--json", bound_seconds=300).value
    database = status["databases"][0]
    member = {one["role"]: one["host"] for one in database["members"]}
    sites = {one["host"]: one["site"] for one in database["members"]}
    if sites[member["leader"]] == portal_in(status)["active"]:
        moved_by_patroni(lab, database["name"], member["leader"], member["synchronous"])
        assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    apart = Standing.seen(lab)
    assert sites[apart.leader] != apart.site, portal
    return apart


def _fencing(lab: Terminal) -> str | None:
    """Return what is said of it once controllers say it too, beside the operator's own look."""
    concerns = lab.ndc("status", "--json").value["concerns"]
    told = (one["sentence"] for one in concerns if one["subject"] == "fencing")
    return next((sentence for sentence in told if "tells controllers" in sentence), None)


def _leader_but(lab: Terminal, dead: str) -> str | None:
    leader: str | None = lab.ndc("status", "--json").value["databases"][0]["leader"]
    return leader if leader != dead else None
