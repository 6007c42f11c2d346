"""What was written down of a stint in the lab, in the form that the checkers of the soak read.

Its sources are none of the reports that runs make of themselves: what the quorum kept (journals,
placements, claims, for whom commits waited, who was judged dead; every version of each key, walked
back by its revision), what the guards of hosts obeyed, what the probe was promised, and what the
database holds at the end. All machines of a lab show one clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from tests.soak.checkers.data import Line

Told = tuple[str, str, str, int, str]
"""what, of what, host, number, text: a line without its time"""
Span = tuple[datetime, datetime]
"""when something was under way, first and last word of it included"""

NOTHING: Final[Told] = ("", "", "", 0, "")
"""of what only tells which revision it was at which time"""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that the quorum kept."""

    revision: int
    told: Told
    at: datetime | None = None
    """None: it tells no time itself"""
    span: timedelta | None = None
    """which it speaks of, before the last write that was acknowledged until then; its number is
    when that began, in milliseconds; None: it speaks of none"""


@dataclass(frozen=True, slots=True)
class Dated:
    """A line of the history, and when it came about."""

    at: datetime
    told: Told
    revision: int = 0
    """of two at one time, the higher came later"""
    span: timedelta | None = None
    """as of what was kept"""


def dated(kept: Iterable[Kept]) -> list[Dated]:
    """Return ``kept`` in its order; what tells no time came when the one before it did, or later.

    But before the one after it did: a time is told before it is kept, by another program maybe.
    What is before anything that tells a time is left out.
    """
    ordered = sorted(kept, key=lambda each: each.revision)
    until: list[datetime | None] = []
    following: datetime | None = None
    for one in reversed(ordered):
        following = min(filter(None, (following, one.at)), default=None)
        until.append(following)
    lines: list[Dated] = []
    last: datetime | None = None
    for one, latest in zip(ordered, reversed(until), strict=True):
        last = max(filter(None, (last, one.at)), default=None)
        if last is not None and one.told != NOTHING:
            at = one.at or min(last, latest or last)
            lines.append(Dated(at, one.told, one.revision, one.span))
    return lines


def history(lines: Iterable[Dated]) -> list[Line]:
    """Return ``lines`` in order, in seconds since the first."""
    ordered = sorted(lines, key=lambda one: (one.at, one.revision))
    first = ordered[0].at
    told: list[Line] = []
    acknowledged: dict[str, datetime] = {}
    for one in ordered:
        what, of, host, number, text = one.told
        if what == "acknowledged":
            acknowledged[of] = one.at
        if one.span is not None:
            number = (acknowledged.get(of, one.at) - one.span - first) // timedelta(milliseconds=1)
        told.append(((one.at - first).total_seconds(), what, of, host, number, text))
    return told


@dataclass(frozen=True, slots=True)
class Reign:
    """A leader of a database, as Patroni remembers it."""

    since: datetime
    leader: str
    timeline: int


def reign_at(reigns: Sequence[Reign], at: datetime) -> Reign | None:
    """Return who led at ``at``, by ``reigns`` in their order; None: before the first of them."""
    return next((reign for reign in reversed(reigns) if reign.since <= at), None)


def with_forks(
    database: str, reigns: Sequence[Reign], changes: Mapping[str, Sequence[Span]]
) -> list[Dated]:
    """Return how each of ``reigns`` began; ``changes`` are when runs changed it, by how they did.

    Where none did, Patroni did by itself.
    """
    lines: list[Dated] = []
    for reign in reigns:
        under = (
            how
            for how, spans in changes.items()
            if any(began <= reign.since <= ended for began, ended in spans)
        )
        how = next(under, "failed over")
        forked = Dated(reign.since, ("forked", database, reign.leader, reign.timeline, how))
        led: Told = ("leads", database, reign.leader, reign.timeline, "")
        lines += [forked, replace(forked, told=led)]
    return lines
