"""A site is lost under load: others serve what it served, and it goes back when it has returned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.lab.recovery import Portal, Standing, held, move, report_named, served_where_led, submit
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

PHASES = {"declare", "drain", "promote", "canary", "reroute", "verify", "close"}


def test_a_site_is_lost_and_its_refuge_serves_and_nothing_is_lost(lab: Terminal) -> None:
    portal = Portal.declared(lab)
    before = served_where_led(lab, portal)
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    there = portal.other_than(before.site)
    hosts = [
        host["host"]
        for host in lab.done("show", "hosts", "--json").value
        if host["site"] == before.site
    ]
    alive = lab.ndc("dr", "failover", "--lost", before.site)

    with held(lab), _lost(lab, hosts):
        planned = lab.ndc("dr", "plan", "--lost", before.site)
        moved = lab.ndc("dr", "failover", "--lost", before.site, "--as", "an", bound_seconds=300)
        after = Standing.seen(lab)
        written = submit(lab, portal, f"failover-from-{before.site}-{before.epoch}", {})
    waiting = lab.ndc("status", "--wait", bound_seconds=300)
    kept_out = lab.ndc("dr", "switchover", portal.name, "--to", before.site, bound_seconds=300)
    admitted = lab.done("dr", "admit", before.site, bound_seconds=300)
    settled = lab.ndc("status", "--wait", bound_seconds=300)
    too_early = lab.ndc("dr", "failback", portal.name)
    services = [course["service"] for course in report_named(lab, moved)["services"]]
    move(lab, services, before.site)

    assert alive.code == 4
    assert "is not lost" in alive.stderr
    assert planned.code == 0, planned.stderr
    assert "take the power of" in planned.stdout
    report = report_named(lab, moved)
    assert report["outcome"] in {"unprotected", "unmeasured", "done"}, moved.stdout
    assert services[-1] == portal.name, "what it needs comes before it"
    assert len(services) > 1
    for course in report["services"]:
        measure = course["measure"]
        spoilt = (measure["lost"], measure["duplicated"], measure["not_read_back"])
        assert spoilt == (0, 0, 0), report
    assert {phase["phase"] for phase in report["phases"]} >= PHASES
    assert (after.site, after.epoch) == (there, before.epoch + 1)
    assert after.leader != before.leader
    assert written["site"] == there
    assert waiting.code == 1, waiting.stdout
    assert "waits for admission since" in waiting.stdout
    assert kept_out.code == 4
    assert "nobody admitted it since" in kept_out.stderr
    assert "holds nothing of" in admitted.stderr or "kept in" in admitted.stderr
    assert settled.code == 0, settled.stdout
    assert too_early.code == 4
    if before.site == portal.pair[0]:
        assert "is not back for long enough" in too_early.stderr
        assert f"away from home  {portal.name}, at {there} since epoch " in waiting.stdout
    status = lab.ndc("status", "--json").value
    assert {service["active"] for service in status["services"]} == {before.site}


@contextmanager
def _lost(lab: Terminal, hosts: list[str]) -> Iterator[None]:
    lab.done("lab", "kill", *hosts)
    try:
        yield
    finally:
        lab.done("lab", "start", *hosts, bound_seconds=300)
