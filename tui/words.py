"""How values read: short, with units, the same in the dashboard and in ``ndc status``."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitors.health.concerns import Condition
from monitors.health.snapshot import Sighting

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
    """Return ``length`` in its largest fitting unit: ``3 s``, ``4 min``, ``2 h``, ``5 d``."""
    if length is None:
        return NOTHING
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def round_trip(length: timedelta | None) -> str:
    """Return ``length`` in milliseconds: ``25 ms``, below ten ``3.1 ms``."""
    if length is None:
        return NOTHING
    milliseconds = length.total_seconds() * 1000
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"  # noqa: PLR2004 - two digits


def amount(size_bytes: int | None) -> str:
    """Return ``size_bytes`` in its largest fitting unit: ``0 B``, ``3.5 MB``."""
    if size_bytes is None:
        return NOTHING
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size_bytes >= size:
            return f"{size_bytes / size:.1f} {unit}"
    return f"{size_bytes} B"


def seen(sighting: Sighting, now: datetime) -> str:
    """Return when a thing was last seen, and that it is unknown since then if it is."""
    if sighting.current:
        return duration(sighting.age(now))
    if sighting.at is None:
        return "never seen"
    return f"unknown since {sighting.at:%H:%M:%SZ}"
