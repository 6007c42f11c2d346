"""What one round came to: what citizens noticed, what was done, and what did not come right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from core.measure import Measure


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the probe says of a round, over all services."""

    gap_seconds: float
    """the longest of any service"""
    acknowledged: int
    lost: int
    duplicated: int
    not_read_back: int
    void: bool
    """whether the probe missed its own schedule: then the gap says more of it than of a service"""

    @classmethod
    def summed(cls, measures: Sequence[Measure]) -> Self:
        """Return what ``measures``, at least one, come to together."""
        return cls(
            max(one.gap.length.total_seconds() for one in measures),
            sum(one.acknowledged for one in measures),
            sum(one.lost for one in measures),
            sum(one.duplicated for one in measures),
            sum(one.not_read_back for one in measures),
            any(one.is_void for one in measures),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What one round came to."""

    number: int
    seed: int
    text: str
    began_at: str
    seconds: float
    events: list[str]
    runs: list[str]
    killed: list[str]
    """of each process that carried a run and was killed: which, when, and where the run stood"""
    stopped: list[str]
    noticed: Noticed | None
    """None: the probe could not be asked of every service"""
    left: list[str]
    """what did not come right"""
    may_be_lost: int | None = 0
    """writes, at most, by what two persons accepted; None: nobody could say how many"""

    @property
    def fails(self) -> bool:
        """Whether more was lost than announced, something not mended, or could not be found out."""
        if self.noticed is None or self.left:
            return True
        lost = self.may_be_lost is not None and self.noticed.lost > self.may_be_lost
        return bool(lost or self.noticed.duplicated or self.noticed.not_read_back)
