"""How values read: short, with units, the same in the dashboard and in ``ndc status``."""

from __future__ import annotations

from datetime import datetime, timedelta

from core import text
from monitors.health.concern import Condition
from monitors.health.sighting import Sighting
from monitors.health.snapshot import DatabaseView, Snapshot

_GLYPHS = {
    Condition.OK: " ",
    Condition.WARNING: "!",
    Condition.CRITICAL: "X",
    Condition.UNSEEN: "?",
}
NOTHING = "-"
"""what stands where there is no value"""


def marked(condition: Condition) -> str:
    """Return glyph and word, so that colour is never needed to tell."""
    return f"{_GLYPHS[condition]} {condition}" if condition is not Condition.OK else "OK"


def duration(length: timedelta | None) -> str:
    """Return about how long ``length`` is: ``3 s``, ``4 min``, ``2 h``, ``5 d``."""
    return NOTHING if length is None else text.age(length)


def promised(recovery_point: timedelta | None) -> str:
    """Return how old a copy may be; where nothing may be lost no age can tell whether it is so."""
    return "no loss" if recovery_point == timedelta() else duration(recovery_point)


def round_trip(length: timedelta | None) -> str:
    """Return ``length`` in milliseconds: ``25 ms``, below ten ``3.1 ms``."""
    return NOTHING if length is None else text.round_trip(length)


def amount(size_bytes: int | None) -> str:
    """Return ``size_bytes`` in its largest fitting unit: ``0 B``, ``3.5 MB``."""
    return NOTHING if size_bytes is None else text.size(size_bytes)


def led_by(database: DatabaseView, snapshot: Snapshot) -> str:
    """Return who leads ``database`` now; whom nobody sees lead any more is named as the last."""
    leader = snapshot.leader_of(database)
    if leader is not None:
        return leader
    if database.leader is not None:
        return f"nobody (last: {database.leader})"
    return "nobody" if database.sighting.current and not database.contradicted else "unknown"


def protection(database: DatabaseView, snapshot: Snapshot) -> str:
    """Return how many standbys each commit is on; without a leader there is no commit."""
    count = database.synchronous if snapshot.leader_of(database) else "?"
    return f"{count} of {database.synchronous_wanted} synchronous"


def last_sight(sighting: Sighting, now: datetime) -> str:
    """Return when a thing was last seen, and that it is unknown since then if it is."""
    if sighting.current:
        return duration(sighting.age(now))
    if sighting.at is None:
        return "never seen"
    return f"unknown since {sighting.at:%H:%M:%SZ}"
