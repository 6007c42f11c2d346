"""What citizens notice of a planned move, and of the death of the database leader's host.

Beside our move stands ``patronictl switchover`` alone, of the Patroni that runs: what is above it
is ours, and below it what a third copy saves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from core.clock import wait_until
from core.measure import TOLERATED_SLIP, Measure
from tests.benchmarks.figures import Trial
from tests.benchmarks.stand import CLOCK, Stand
from tests.lab.recovery import (
    Portal,
    Standing,
    moved_by_patroni,
    noticed,
    report_named,
    served_where_led,
)
from tests.lab.terminal import Terminal

_HANG = timedelta(seconds=120)
_HANG_SECONDS = 300
_RUN_UP = timedelta(seconds=5)
_PROOF = timedelta(seconds=2)
"""acknowledgements after the gap, so that it is over"""
_STILL_TOLD = timedelta(seconds=1)
"""a figure counts that is worse by so much than what was seen"""
_UNDERWAY = timedelta(seconds=1.5)
"""a write younger than this may have no end yet, and would look like a slip of the schedule"""


def switchover(stand: Stand, _: int) -> Iterator[Trial]:
    """Let Patroni move the database there and back; then move all of it, and read the report."""
    lab = stand.lab()
    portal = Portal.declared(lab)
    # a database that is led elsewhere already would make it a move of an address alone
    here = served_where_led(lab, portal).site
    alone = _moved_by_patroni(stand)
    lab = stand.lab()
    words = ("dr", "switchover", portal.name, "--to", portal.other_than(here))
    moved = lab.ndc(*words, bound_seconds=_HANG_SECONDS)
    report = report_named(lab, moved)
    (course,) = report["services"]
    seen = course["measure"]
    assert seen, f"the probe could not be asked: {moved.stdout}"
    assert report["outcome"] not in {"held", "unwound"}, moved.stdout
    unmeasured = report["outcome"] == "unmeasured"
    gap = None if unmeasured else longest(seen["gap_seconds"], seen["worst_slip_seconds"])
    stand.gaps += [] if gap is None else [gap]
    yield gap, gap, None if unmeasured else seen["lost"], alone


def _moved_by_patroni(stand: Stand) -> float | None:
    """Return the mean gap of two moves of the database alone; it leads where it did before."""
    lab = stand.lab()
    portal = Portal.declared(lab)
    leader = Standing.seen(lab).leader
    # whatever else is not green in that moment
    database = lab.ndc("status", "--json").value["databases"][0]
    other = next(m["host"] for m in database["members"] if m["role"] == "synchronous")
    gaps: list[float | None] = []
    for before, after in pairwise((leader, other, leader)):
        stand.lab()
        since = CLOCK.now()
        moved_by_patroni(lab, database["name"], before, after)
        seen = when_over(lab, portal, since)
        gaps.append(shortest(seen))
    measured = [gap for gap in gaps if gap is not None]
    return sum(measured) / len(measured) if len(measured) == len(gaps) else None


def host_lost(stand: Stand, _: int) -> Iterator[Trial]:
    """Cut the power of the leader's host, of which the power port tells, and ask the probe."""
    yield _leader_killed(stand.lab(), stand)


def host_lost_unproven(stand: Stand, _: int) -> Iterator[Trial]:
    """Do the same while nobody tells who has power."""
    lab = stand.lab()
    lab.done("lab", "cut", "power-port")
    try:
        yield _leader_killed(lab, stand)
    finally:
        lab.ndc("lab", "heal", "power-port")


def _leader_killed(lab: Terminal, stand: Stand) -> Trial:
    """Return the gap, twice, and how many writes are lost; the host is switched on again."""
    portal = Portal.declared(lab)
    leader = Standing.seen(lab).leader
    roles = next(host["roles"] for host in stand.hosts if host["host"] == leader)
    assert "service" not in roles.split(), f"{leader} serves citizens as well"
    since = CLOCK.now()
    lab.done("lab", "kill", leader)
    try:
        wait_until(CLOCK, lambda: _led_by_another(lab, leader), what="a leader", bound=_HANG)
        gap = when_over(lab, portal, since)
    finally:
        lab.done("lab", "start", leader, bound_seconds=_HANG_SECONDS)
    lab.ndc("lab", "heal", "power-port")
    lab.done("status", "--wait", bound_seconds=_HANG_SECONDS)
    whole = wait_until(
        CLOCK,
        lambda: _read_back(lab, portal, since - _RUN_UP),
        what="a word about every acknowledged write",
        bound=_HANG,
    )
    seconds = longest(gap.gap.length.total_seconds(), gap.worst_slip.total_seconds())
    return seconds, seconds, whole.lost


def longest(gap: float, slip: float) -> float | None:
    """Return how long citizens waited at most, in seconds; None: the probe was too late to tell.

    A probe that was late by ``slip`` saw the last acknowledgement before the gap, or the first one
    after it, up to that much too late or too early.
    """
    if slip <= TOLERATED_SLIP.total_seconds():
        return gap
    return gap + slip if slip <= _STILL_TOLD.total_seconds() else None


def shortest(seen: Measure) -> float | None:
    """Return how long citizens waited at least, in seconds; None: as for ``longest``."""
    gap, slip = seen.gap.length, seen.worst_slip
    if slip <= TOLERATED_SLIP:
        return gap.total_seconds()
    return (gap - slip).total_seconds() if slip <= _STILL_TOLD else None


def _led_by_another(lab: Terminal, dead: str) -> bool:
    leader = lab.ndc("status", "--json").value["databases"][0]["leader"]
    return leader not in {None, dead}


def when_over(lab: Terminal, portal: Portal, since: datetime) -> Measure:
    """Return what the probe noticed of what was done from ``since`` until now, once it is over."""
    done = CLOCK.now()
    return wait_until(
        CLOCK,
        lambda: _over(lab, portal, since - _RUN_UP, done),
        what="an acknowledged write",
        bound=_HANG,
        every=timedelta(seconds=1),
    )


def _over(lab: Terminal, portal: Portal, since: datetime, done: datetime) -> Measure | None:
    """Return what the probe says since then, once it says all of what was done until ``done``."""
    seen = noticed(lab, portal, since, CLOCK.now() - _UNDERWAY)
    return seen if is_whole(seen, done) else None


def is_whole(seen: Measure, done: datetime) -> bool:
    """Tell whether ``seen`` holds the whole longest gap that what was done until ``done`` made.

    Whoever asks too early is told of an older one: a gap that began just now is not among them.
    """
    return seen.until - max(seen.gap.ended_at, done) > _PROOF


def _read_back(lab: Terminal, portal: Portal, since: datetime) -> Measure | None:
    seen = noticed(lab, portal, since, CLOCK.now())
    return None if seen.not_read_back else seen
