"""What a refuge said of its recovery points, again and again; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.points import moment_of


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look at a refuge."""

    at: datetime
    newest: datetime | None
    """the moment of its newest whole point; None: none was seen"""

    @property
    def age_seconds(self) -> float | None:
        """How old the copy was; None: nobody knows."""
        return None if self.newest is None else (self.at - self.newest).total_seconds()


def sightings(said: str) -> list[Sighting]:
    """Return the looks of which each line of ``said`` tells: seconds since the epoch, and a point.

    A line without a point is a look that saw none.
    """
    pairs = (line.partition(" ") for line in said.splitlines())
    return [
        Sighting(datetime.fromtimestamp(float(at), UTC), moment_of(name.strip()))
        for at, _, name in pairs
    ]


def newest_of(names: Iterable[str]) -> str:
    """Return the newest of points called ``names``, as a name; empty if there is none."""
    return max((name for name in names if moment_of(name)), default="")
