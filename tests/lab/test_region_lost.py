"""Both sites that commits wait for are lost: a far copy leads, once two persons said so."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.lab.losses import copies_apart, hosts_at
from tests.lab.recovery import (
    CLOCK,
    WRITES_A_SECOND,
    Portal,
    Standing,
    move,
    report_named,
    served_where_led,
    submit,
)
from tests.lab.terminal import Answer, Terminal

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

APART = timedelta(seconds=3)
"""for how long the far copy hears nothing before the region is lost"""
HELD = 7


def test_a_region_is_lost_and_the_far_copy_leads_and_what_is_lost_was_announced(  # noqa: PLR0915 - one story
    lab: Terminal,
) -> None:
    portal = Portal.declared(lab)
    before = served_where_led(lab, portal)
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0
    hosts = hosts_at(lab, portal.pair)
    lost = [word for site in portal.pair for word in ("--lost", site)]

    lab.done("lab", "cut", *_links_of(lab, hosts))
    CLOCK.sleep(APART)
    lab.done("lab", "kill", *hosts)
    try:
        lab.done("lab", "heal")
        planned = lab.ndc("dr", "plan", *lost, "--accept-loss", "a drill")
        begun = _begun(lab, lost)
        waiting = lab.done("dr", "runs").stdout.splitlines()[-1]
        run, gate = waiting.split()[0], f"{portal.name}.promote"
        again = lab.ndc("dr", "approve", run, gate, "--as", "an", bound_seconds=300)
        moved = lab.ndc("dr", "approve", run, gate, "--as", "binh", bound_seconds=300)
        after = Standing.seen(lab)
        written = submit(lab, portal, f"region-{before.epoch}", {})
    finally:
        lab.done("lab", "start", *hosts, bound_seconds=300)
    admitted = lab.done("dr", "admit", *portal.pair, bound_seconds=600)
    for database, host in copies_apart(lab):
        lab.done("dr", "reseed", database, host, bound_seconds=600)
    settled = lab.ndc("status", "--wait", bound_seconds=600)
    eligible = _leave(lab, after.leader)
    report = report_named(lab, moved)
    courses = {course["service"]: course for course in report["services"]}
    move(lab, courses, before.site)
    at_home = Standing.seen(lab)

    assert planned.code == 0, planned.stderr
    assert re.search(r"may be lost +at most the last [0-9.]+ s", planned.stdout), planned.stdout
    assert "3 of 5 votes are left; it tolerates the loss of 0 more" in planned.stdout
    assert "2 lost votes are taken out at the end; then of 1 more" in planned.stdout
    assert begun.code == HELD, begun.stdout + begun.stderr
    assert again.code == 4, again.stdout + again.stderr
    course = courses.pop(portal.name)
    print(course, courses, planned.stdout)  # noqa: T201 - figures
    assert courses
    for other in courses.values():  # its commits have waited for a copy in the other region
        assert (other["measure"]["lost"], other["announced_loss_bytes"]) == (0, 0), other
    assert 0 < course["measure"]["lost"] <= course["announced_loss_seconds"] * WRITES_A_SECOND
    assert course["announced_loss_bytes"] > 0
    assert report["outcome"] == "loss"
    assert (course["measure"]["duplicated"], report["accepted_loss"]) == (0, "a drill")
    assert course["measure"]["not_read_back"] == 0
    assert (after.site, after.epoch) == (written["site"], before.epoch + 1)
    assert after.site not in portal.pair
    assert re.search(r"[0-9]+ commits .*; [0-9]+ bytes of log", admitted.stderr), admitted.stderr
    assert len(re.findall(": a voter again", admitted.stderr)) == 2, admitted.stderr
    assert settled.code == 0, settled.stdout
    assert "nofailover: false" in eligible
    assert at_home.site == before.site
    assert "nofailover" not in _leave(lab, after.leader)
    assert lab.ndc("status", "--wait", bound_seconds=300).code == 0


def _links_of(lab: Terminal, region: list[str]) -> list[str]:
    """Return the links that lead to the far site: what is written meanwhile does not reach it."""
    hosts = {host["host"]: host for host in lab.declared("hosts")}
    far = {
        name
        for name, host in hosts.items()
        if name not in region and "access" not in host["roles"].split()
    }
    links = lab.declared("links")
    return [link["link"] for link in links if {link["from"], link["to"]} & far]


def _begun(lab: Terminal, lost: list[str]) -> Answer:
    words = ("dr", "failover", *lost, "--accept-loss", "a drill", "--as", "an")
    return lab.ndc(*words, bound_seconds=300)


def _leave(lab: Terminal, host: str) -> str:
    """Return what a recovery let the copy at ``host`` do."""
    answer = lab.on(host, "sh", "-c", "cat /etc/patroni/*.d/leave.yml")
    assert answer.code == 0, answer.stderr
    return answer.stdout
