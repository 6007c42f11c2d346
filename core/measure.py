"""What citizens noticed in a window of time: one value, from the probe's ledger to the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FRESH: Final = timedelta(seconds=2)
"""the probe writes 20 times a second; an acknowledgement older than this is yesterday's"""

TOLERATED_SLIP: Final = timedelta(milliseconds=200)
"""a schedule that slipped by more measures the probe, not the service"""


@dataclass(frozen=True, slots=True, order=True)
class ProbeTime:
    """A moment by the probe's own steady clock, which no other clock is ever compared with.

    Two of them have a distance; there is none to a moment of anybody else's.
    """

    at: datetime

    def __sub__(self, earlier: ProbeTime) -> timedelta:
        """Return how long after ``earlier`` it is."""
        return self.at - earlier.at

    def shifted(self, by: timedelta) -> ProbeTime:
        """Return the moment ``by`` later."""
        return ProbeTime(self.at + by)


def patience_with_a_measure(length: timedelta) -> timedelta:
    """Return how long to wait for what a window of ``length`` came to.

    Every write of it is read back: 1,200 a minute, and the probe reads faster than that.
    """
    return timedelta(seconds=30) + length / 60


def patience_with_reading_back(length: timedelta) -> timedelta:
    """Return how long the probe tries to read the writes of ``length`` back, and then answers."""
    return timedelta(seconds=20) + length / 60


@dataclass(frozen=True, slots=True)
class ClockPair:
    """One instant, as two clocks show it."""

    probe: ProbeTime
    own: timedelta
    """since boot, of whoever asked"""
    within: timedelta
    """how far off ``own`` may be: half of what asking took"""
    wall: datetime | None = None
    """what the wall clock of whoever asked showed; None: nobody wrote it down"""
    boot: str = ""
    """which boot ``own`` counts from; "": nobody wrote it down"""

    def since(self, earlier: ClockPair) -> timedelta | None:
        """Return how long after ``earlier`` it is, by who asked; None: nobody can tell.

        Somebody else may have asked then, on another machine: only walls compare. If those
        differ, so does what they tell from what the probe's clock tells, and that shows.
        """
        if self.boot == earlier.boot:
            return self.own - earlier.own
        return self.wall - earlier.wall if self.wall and earlier.wall else None


@dataclass(frozen=True, slots=True)
class Window:
    """What time a run is measured over."""

    began: ClockPair
    lead: timedelta = timedelta()
    """how long before that the last write was acknowledged, if the service did not answer then"""
    ended: ClockPair | None = None
    """None: the run goes on, or nobody could ask when it ended"""

    def span(self, around: timedelta) -> tuple[ProbeTime, ProbeTime] | None:
        """Return what is to be measured, with ``around`` on both sides; None: nobody can tell.

        Nobody can, if the end is not known, or if the probe's clock was set in between: then
        the two clocks do not agree on how long it was.
        """
        if self.ended is None:
            return None
        by_probe, by_us = self.ended.probe - self.began.probe, self.ended.since(self.began)
        allowed = TOLERATED_SLIP + self.began.within + self.ended.within
        if by_us is None or by_us < timedelta() or abs(by_probe - by_us) > allowed:
            return None
        return self.began.probe.shifted(-around - self.lead), self.ended.probe.shifted(around)


@dataclass(frozen=True, slots=True)
class Gap:
    """The longest time without an acknowledgement."""

    length: timedelta
    began_at: datetime
    """the last acknowledgement before it, or the start of the window"""
    ended_at: datetime
    """the first acknowledgement after it, or the end of the window: then it may last still"""


@dataclass(frozen=True, slots=True)
class Measure:
    """What the writes that were due in a window came to, each of them read back afterwards.

    Counts are of writes; 0 is a count, and never stands for what is not known.
    """

    since: datetime
    until: datetime
    acknowledged: int
    """0: the service was never heard to work, so nothing is known of it"""
    refused: int
    """for certain not there"""
    unknown: int
    """never answered: they may be there or not"""
    lost: int
    """acknowledged, and gone or under another id; of those that were read back"""
    duplicated: int
    """there more than once; of those that were read back"""
    sent_again: int
    """acknowledged, and then sent once more with the same key; 0: nothing provoked a duplicate"""
    unknown_appeared: int
    """of ``unknown``: those that were read back, and are there"""
    not_read_back: int
    """acknowledged, and nobody could tell whether they are there: each may be lost"""
    gap: Gap
    worst_slip: timedelta
    """of the probe's own schedule; the time in which it was dead counts"""

    @property
    def due(self) -> int:
        """How many writes were sent in the window."""
        return self.acknowledged + self.refused + self.unknown

    @property
    def acknowledged_ratio(self) -> float | None:
        """Which share of them was acknowledged, 0 to 1; None: there was none.

        A gap alone tells nothing of a service that turns most citizens away and never all.
        """
        return self.acknowledged / self.due if self.due else None

    @property
    def is_void(self) -> bool:
        """Whether the gap says more of the probe than of the service."""
        return self.worst_slip > TOLERATED_SLIP

    @property
    def is_whole(self) -> bool:
        """Whether the gap and the losses are both known."""
        return not self.is_void and self.acknowledged > 0 and self.not_read_back == 0


@dataclass(frozen=True, slots=True)
class SignedMeasure:
    """A measure, and what a stranger can count it from anew."""

    measure: Measure
    signed: str | None
    """the writes and what was read back, as JSON that the probe signed; None: nobody signs"""
