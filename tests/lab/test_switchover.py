"""A switchover under load, there and back: the probe writes twenty times a second all the time."""

from __future__ import annotations

import pytest

from tests.lab.recovery import Portal, Standing, report_of, served_where_led, submit
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

PHASES = {"declare", "drain", "promote", "canary", "reroute", "verify", "close"}


def test_a_service_moves_to_its_refuge_and_back_and_citizens_lose_nothing(lab: Terminal) -> None:
    portal = Portal.declared(lab)
    there = portal.other_than(served_where_led(lab, portal).site)

    for target in (there, portal.other_than(there)):
        before = Standing.seen(lab)

        moved = lab.ndc(
            "dr", "switchover", portal.name, "--to", target, "--as", "an", bound_seconds=300
        )

        report = report_of(lab, moved)
        assert report["requested_by_key"].startswith("SHA256:")
        (course,) = report["services"]
        assert (course["database_at_target"], course["database_protected"]) == (True, True)
        assert course["measure"].keys() >= {"gap_seconds", "lost", "duplicated", "unknown"}
        assert {phase["phase"] for phase in report["phases"]} >= PHASES
        after = Standing.seen(lab)
        assert (after.site, after.epoch) == (target, before.epoch + 1)
        assert (after.leader != before.leader, after.timeline) == (True, before.timeline + 1)
        assert submit(lab, portal, f"{report['run']}-citizen", {})["site"] == target

    audit = lab.done("audit", "--hosts")
    assert "BROKEN" not in audit.stdout
    assert f"obeyed withdraw-service {portal.name}" in audit.stdout
