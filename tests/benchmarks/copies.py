"""What a refuge said of its recovery points, again and again; pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.points import moment_of

_PERCENT = 99


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look at a refuge."""

    at: datetime
    newest: datetime
    """the moment of its newest whole point"""

    @property
    def age_seconds(self) -> float:
        """How old the copy was."""
        return (self.at - self.newest).total_seconds()


def sightings(said: str) -> list[Sighting]:
    """Return the looks of which each line of ``said`` tells: seconds since the epoch, and a point.

    A line without a point is none: what was not there has no age.
    """
    pairs = (line.partition(" ") for line in said.splitlines())
    looks = ((at, moment_of(name.strip())) for at, _, name in pairs)
    return [
        Sighting(datetime.fromtimestamp(float(at), UTC), newest) for at, newest in looks if newest
    ]


def newest_of(names: Iterable[str]) -> str:
    """Return the newest of points called ``names``, as a name; empty if there is none."""
    return max((name for name in names if moment_of(name)), default="")


def percentile(values: Sequence[float], percent: int = _PERCENT) -> float:
    """Return what ``percent`` of ``values`` do not exceed (nearest rank); there must be one."""
    return sorted(values)[max(math.ceil(percent / 100 * len(values)), 1) - 1]
