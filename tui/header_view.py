"""The top line: where this is, what it may do, how much is wrong, how old the picture is."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone

from monitors.health.concern import Condition
from monitors.health.concerns import concerns
from monitors.health.snapshot import Snapshot
from tui.picture import PictureLine, Span
from tui.words import duration

STALE = timedelta(seconds=10)
"""an older picture is not shown as if it were current"""

_VIET_NAM = timezone(timedelta(hours=7))


def is_stale(snapshot: Snapshot | None, now: datetime) -> bool:
    """Whether ``snapshot`` is too old, at ``now``, to be believed."""
    return snapshot is None or now - snapshot.taken_at > STALE


def header_line(
    environment: str, snapshot: Snapshot | None, now: datetime, *, trouble: str = ""
) -> PictureLine:
    """Return the top line of ``environment`` at ``now``.

    ``snapshot`` is the newest one, None before the first. ``trouble`` is why the feed cannot look,
    empty if it can.
    """
    clock = f"{now:%H:%M:%S}Z {now.astimezone(_VIET_NAM):%H:%M} VN"
    left = Span(f"{environment}  READ-ONLY  ")
    if snapshot is None:
        return (left, Span(trouble or "looking for the first time …"), Span(f"  {clock}"))
    age = duration(max(now - snapshot.taken_at, timedelta()))
    if is_stale(snapshot, now):
        sentence = f"? STALE: this picture is {age} old" + (f": {trouble}" if trouble else "")
        return (left, Span(sentence, Condition.UNSEEN), Span(f"  {clock}"))
    if snapshot.watch and snapshot.watch.lever:
        left = Span(f"{environment}  READ-ONLY  HELD  ")
    return (left, *_counts(snapshot), Span(f" {_ages(snapshot, now)}  {clock}"))


def _counts(snapshot: Snapshot) -> tuple[Span, ...]:
    counted = Counter(concern.condition for concern in concerns(snapshot))
    if not counted:
        return (Span("OK"),)
    kinds = ((Condition.CRITICAL, "X"), (Condition.WARNING, "!"), (Condition.UNSEEN, "?"))
    return tuple(
        Span(f"{glyph}{counted[condition]} ", condition if counted[condition] else None)
        for condition, glyph in kinds
    )


def _ages(snapshot: Snapshot, now: datetime) -> str:
    """Return for each site how old the newest sight of it is."""
    ages = []
    for site in snapshot.sites:
        sights = [h.sighting.at for h in snapshot.hosts_at(site.name) if h.sighting.at is not None]
        age = duration(max(now - max(sights), timedelta())) if sights else "never"
        ages.append(f"{site.name} {age.replace(' ', '')}")
    return " ".join(ages)
