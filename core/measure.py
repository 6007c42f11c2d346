"""What citizens noticed in a window of time: one value, from the probe's ledger to the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FRESH: Final = timedelta(seconds=2)
"""the probe writes 20 times a second; an acknowledgement older than this is yesterday's"""

TOLERATED_SLIP: Final = timedelta(milliseconds=200)
"""a schedule that slipped by more measures the probe, not the service"""


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
    unknown_appeared: int
    """of ``unknown``: those that were read back, and are there"""
    not_read_back: int
    """acknowledged, and nobody could tell whether they are there: each may be lost"""
    gap: Gap
    worst_slip: timedelta
    """of the probe's own schedule; the time in which it was dead counts"""

    @property
    def is_void(self) -> bool:
        """Whether the gap says more of the probe than of the service."""
        return self.worst_slip > TOLERATED_SLIP

    @property
    def is_whole(self) -> bool:
        """Whether the gap and the losses are both known."""
        return not self.is_void and self.acknowledged > 0 and self.not_read_back == 0
