"""Recovery points of a store: which one is due, which may go, from which the next one is sent.

A recovery point is a read-only snapshot. It keeps its name and its origin wherever it is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

NAMED: Final = "%Y%m%dT%H%M%S.%fZ"
"""how a folder is named for a moment"""


@dataclass(frozen=True, slots=True, order=True)
class RecoveryPoint:
    """One moment that a site can come back to; it is whole."""

    made_at: datetime
    """by the clock of the site that wrote the store then"""
    origin: str
    """UUID of the snapshot that all copies of this point come from"""

    @property
    def name(self) -> str:
        """The name of its folder: the moment."""
        return f"{self.made_at:{NAMED}}"


@dataclass(frozen=True, slots=True)
class CopyComparison:
    """One comparison of a point with its source, byte by byte."""

    of: datetime
    """the moment of the recovery point that was compared"""
    equal: bool


@dataclass(frozen=True, slots=True)
class PointDifference:
    """How much one point holds otherwise than another one, which was made before it."""

    files: int
    """and folders that were written, named anew, given to somebody or removed"""
    size_bytes: int
    """that were written to them"""


SAME: Final = PointDifference(0, 0)
"""nothing was written between the two"""


def moment_of(name: str) -> datetime | None:
    """Return the moment for which a folder is named; None if it is named for none."""
    try:
        return datetime.strptime(name, NAMED).replace(tzinfo=UTC)
    except ValueError:
        return None


def newest(points: Collection[RecoveryPoint]) -> RecoveryPoint | None:
    """Return the newest of ``points``; None if there is none."""
    return max(points, default=None)


def wait_for_next(
    points: Collection[RecoveryPoint], interval: timedelta, now: datetime
) -> timedelta:
    """Return how long it is until the next point is due; no time if none is there, or it is late.

    A clock that was set back makes nobody wait longer than ``interval``.
    """
    last = newest(points)
    if last is None:
        return timedelta()
    return min(max(last.made_at + interval - now, timedelta()), interval)


def surplus(
    points: Collection[RecoveryPoint],
    pinned: Collection[str],
    retention: timedelta,
    now: datetime,
) -> list[RecoveryPoint]:
    """Return which of ``points`` may go: older than ``retention``, not the newest, not ``pinned``.

    ``pinned`` are origins from which another site expects the next transfer to start.
    """
    last = newest(points)
    return [
        point
        for point in sorted(points)
        if point != last and point.origin not in pinned and point.made_at < now - retention
    ]


def base_of(
    point: RecoveryPoint, points: Collection[RecoveryPoint], have: Collection[str]
) -> RecoveryPoint | None:
    """Return the newest older one of ``points`` whose origin the other side has; None: all is new.

    Only what differs from it has to be sent. What lies between the two may be skipped.
    """
    common = [each for each in points if each < point and each.origin in have]
    return max(common, default=None)


def origins(points: Sequence[RecoveryPoint], most: int) -> tuple[str, ...]:
    """Return the origins of the newest ``most`` of ``points``, newest first."""
    return tuple(point.origin for point in sorted(points, reverse=True)[:most])
