"""The host that leads the database loses its power, while citizens write."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ndc.kernel.clock import wait_until
from tests.lab.conftest import Terminal
from tests.lab.recovery import CLOCK, Portal, Standing, noticed

pytestmark = pytest.mark.lab

PROMISED = timedelta(seconds=30)
"""with a lease of 20 s; the test's own bound allows for a machine that is slow"""


def test_the_leaders_host_dies_and_another_member_leads_with_all_that_was_acknowledged(
    lab: Terminal,
) -> None:
    portal, before = Portal.declared(lab), Standing.seen(lab)
    since = CLOCK.now()

    lab.done("lab", "kill", before.leader)
    try:
        leader = wait_until(
            CLOCK,
            lambda: _another_leader(lab, before.leader),
            what="another leader",
            bound=3 * PROMISED,
            every=timedelta(seconds=1),
        )
        took = CLOCK.now() - since
        degraded = lab.ndc("status")
    finally:
        lab.done("lab", "start", before.leader, bound_seconds=180)
    settled = lab.ndc("status", "--wait", bound_seconds=300)

    print(f"{leader} leads after {took.total_seconds():.1f} s")  # noqa: T201 - shown when it fails
    assert degraded.code == 1
    assert f"{before.leader}: is off" in degraded.stdout
    assert "UNPROTECTED" in degraded.stdout
    assert settled.code == 0, settled.stdout
    seen = noticed(lab, portal, since - timedelta(seconds=5), CLOCK.now())
    assert (seen["lost"], seen["duplicated"], seen["not_read_back"]) == (0, 0, 0), seen
    assert Standing.seen(lab).timeline == before.timeline + 1


def _another_leader(lab: Terminal, dead: str) -> str | None:
    leader: str | None = lab.ndc("status", "--json").value["databases"][0]["leader"]
    return leader if leader != dead else None
