"""How long citizens wait when a site or a region is lost: for the command, and for those who agree.

The hosts of all of it lose their power at once, and come back when all is served elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from core.clock import wait_until
from tests.benchmarks.citizens import longest
from tests.benchmarks.figures import Trial
from tests.benchmarks.stand import CLOCK, Stand
from tests.lab.losses import copies_back, hosts_at, lost
from tests.lab.recovery import (
    WRITES_A_SECOND,
    Portal,
    held,
    move,
    report_named,
    served_where_led,
)
from tests.lab.terminal import Answer, Terminal

_HANG = timedelta(minutes=5)
_HANG_SECONDS = 600
_OPERATOR, _SECOND = "an", "binh"
_REASON = "a measured loss"
_AT_A_GATE = 7
"""the exit code of a run that waits for a second person"""


def site(stand: Stand, _: int) -> Iterator[Trial]:
    """Lose the site that serves the portal; seconds until all is served, and writes lost."""
    lab = stand.lab()
    portal = Portal.declared(lab)
    gone = served_where_led(lab, portal).site
    stand.lab()
    with held(lab), lost(lab, hosts_at(lab, [gone])):
        asked = CLOCK.now()
        words = ("dr", "failover", "--lost", gone, "--as", _OPERATOR)
        courses = _courses(lab, lab.ndc(*words, bound_seconds=_HANG_SECONDS))
    move(lab, [course["service"] for course in courses], gone)
    yield _served_after(courses, asked), _longest(courses), sum(map(_lost, courses))


def region(stand: Stand, _: int) -> Iterator[Trial]:
    """Lose the region of the portal's pair; until a plan is ready, until all is served, and lost.

    What was promised to be kept, and what was lost beyond what was announced, are writes.
    """
    lab = stand.lab()
    portal = Portal.declared(lab)
    home = served_where_led(lab, portal).site
    stand.lab()
    named = [word for site in portal.pair for word in ("--lost", site)]
    accepted = (*named, "--accept-loss", _REASON)
    with lost(lab, hosts_at(lab, portal.pair)):
        wait_until(CLOCK, lambda: _is_called(lab, portal), what="a call for a person", bound=_HANG)
        wait_until(CLOCK, lambda: _is_planned(lab, accepted), what="a plan", bound=_HANG)
        ready = CLOCK.now()
        begun = lab.ndc("dr", "failover", *accepted, "--as", _OPERATOR, bound_seconds=_HANG_SECONDS)
        assert begun.code == _AT_A_GATE, begun.stdout + begun.stderr
        run = lab.done("dr", "runs").stdout.splitlines()[-1].split()[0]
        shown = lab.done("dr", "show", run).stdout
        gates = dict.fromkeys(re.findall(r"(\S+) is awaiting approval", shown))
        agreed = CLOCK.now()
        words = ("dr", "approve", run, *gates, "--as", _SECOND)
        courses = _courses(lab, lab.ndc(*words, bound_seconds=_HANG_SECONDS))
    _come_back(lab, portal, home, [course["service"] for course in courses])
    began = min(datetime.fromisoformat(one["measure"]["gap_began_at"]) for one in courses)
    waited = longest((ready - began).total_seconds(), _slip(courses))
    beyond = [_beyond_what_was_announced(course) for course in courses]
    more = None if None in beyond else sum(filter(None, beyond))
    yield waited, _served_after(courses, agreed), more


def _is_called(lab: Terminal, portal: Portal) -> bool:
    """Tell whether controllers say that only a person moves the portal."""
    judgement = (lab.ndc("status", "--json").value["watch"] or {}).get("judgement") or {}
    proposals = judgement.get("proposals", ())
    return any(one["service"] == portal.name and one["to"] is None for one in proposals)


def _is_planned(lab: Terminal, words: Sequence[str]) -> bool:
    return lab.ndc("dr", "plan", *words, bound_seconds=_HANG_SECONDS).code == 0


def _come_back(lab: Terminal, portal: Portal, home: str, services: Sequence[str]) -> None:
    lab.done("dr", "admit", *portal.pair, bound_seconds=_HANG_SECONDS)
    for database, host in copies_back(lab, portal.pair):
        lab.done("dr", "reseed", database, host, bound_seconds=_HANG_SECONDS)
    lab.done("status", "--wait", bound_seconds=_HANG_SECONDS)
    move(lab, services, home)


def _courses(lab: Terminal, moved: Answer) -> list[dict[str, Any]]:
    """Return what a run's report says of each service, all of which the probe could be asked of."""
    report = report_named(lab, moved)
    courses: list[dict[str, Any]] = report["services"]
    assert report["outcome"] not in {"held", "unwound"}, moved.stdout
    assert all(course["measure"] for course in courses), f"no probe: {moved.stdout}"
    return courses


def _served_after(courses: list[dict[str, Any]], asked: datetime) -> float | None:
    """Return how long after ``asked`` the last of all services acknowledged a write again."""
    ends = [datetime.fromisoformat(one["measure"]["gap_ended_at"]) for one in courses]
    return longest((max(ends) - asked).total_seconds(), _slip(courses))


def _longest(courses: list[dict[str, Any]]) -> float | None:
    return longest(max(course["measure"]["gap_seconds"] for course in courses), _slip(courses))


def _slip(courses: list[dict[str, Any]]) -> float:
    return max(float(course["measure"]["worst_slip_seconds"]) for course in courses)


def _lost(course: dict[str, Any]) -> int:
    """Return the writes that are gone, and those of which nobody can tell."""
    measure = course["measure"]
    return int(measure["lost"] + measure["not_read_back"])


def _beyond_what_was_announced(course: dict[str, Any]) -> int | None:
    """Return how many more writes are lost than the plan said; None: it did not know a bound."""
    seconds = 0 if course["announced_loss_bytes"] == 0 else course["announced_loss_seconds"]
    return None if seconds is None else max(0, _lost(course) - int(seconds * WRITES_A_SECOND))
