"""Every copy of every database and store: how old it is, against how old it may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from inventory.names import HostName
from monitors.health.concern import Condition, worst
from monitors.health.copies import of_age
from monitors.health.promise import TOLD_LATE
from monitors.health.snapshot import DatabaseView, MemberRole, MemberView, Snapshot
from monitors.health.stores import of_store_copy
from tui.picture import UNICODE, PictureLine, Strokes
from tui.sheet import SheetRow, sheet
from tui.words import NOTHING, amount, duration, marked, promised

CopyKey: TypeAlias = tuple[str, str]
"""what is copied, and the host that has the copy"""

Ages: TypeAlias = Mapping[CopyKey, Sequence[timedelta | None]]
"""how old each copy was in some looks, oldest first; None: nobody told"""

WIDTH = 16
"""of the trend; a look is a character"""
_HEAD = ("copy of", "", "at", "as", "age", "at most", "behind", "trend")


def ages_after(ages: Ages, snapshot: Snapshot) -> Ages:
    """Return ``ages`` with those of ``snapshot``, of as many looks as the trend shows."""
    return {key: (*ages.get(key, ()), age)[-WIDTH:] for key, age in _ages(snapshot)}


def replication_lines(
    snapshot: Snapshot, ages: Ages | None = None, strokes: Strokes = UNICODE
) -> tuple[PictureLine, ...]:
    """Return a line for each copy; one that leads is where the others come from.

    With ``ages`` it shows a trend: a bar is as high as the copy was old, and full at its promise.
    """
    rows = [*_members(snapshot, ages, strokes), *_store_copies(snapshot, ages, strokes)]
    if ages is None:
        rows = [SheetRow(row.cells[:-1], row.condition) for row in rows]
    return sheet(_HEAD if ages is not None else _HEAD[:-1], rows)


def trend(
    ages: Sequence[timedelta | None], recovery_point: timedelta, strokes: Strokes = UNICODE
) -> str:
    """Return a character a look; where nothing may be lost, full is as late as any is told."""
    full, steps = recovery_point or TOLD_LATE, len(strokes.levels) - 1
    return "".join(
        strokes.gap if age is None else strokes.levels[min(int(steps * (age / full)), steps)]
        for age in ages
    )


def _ages(snapshot: Snapshot) -> Iterator[tuple[CopyKey, timedelta | None]]:
    for database in snapshot.databases:
        for member in database.members:
            yield (database.name, member.host), None if _leads(member) else member.age
    for store in snapshot.stores:
        for copy in store.copies:
            yield (store.name, copy.host), copy.age


def _members(snapshot: Snapshot, ages: Ages | None, strokes: Strokes) -> Iterator[SheetRow]:
    dead = snapshot.powerless()
    for database in snapshot.databases:
        allowed = database.recovery_point
        for member in database.members:
            told = (ages or {}).get((database.name, member.host), ())
            condition = _of_member(database, member, dead)
            cells = (
                database.name,
                marked(condition),
                member.host,
                member.role or "unknown",
                NOTHING if _leads(member) else duration(member.age),
                promised(allowed),
                amount(member.lag_bytes),
                "" if _leads(member) else trend(told, allowed or timedelta(), strokes),
            )
            yield SheetRow(cells, condition)


def _of_member(database: DatabaseView, member: MemberView, dead: frozenset[HostName]) -> Condition:
    if member.host in dead:
        return Condition.WARNING
    if not member.sighting.current:
        return Condition.UNSEEN
    return worst(one.condition for one in of_age(database, member, dead))


def _store_copies(snapshot: Snapshot, ages: Ages | None, strokes: Strokes) -> Iterator[SheetRow]:
    dead = snapshot.powerless()
    for store in snapshot.stores:
        for copy in store.copies:
            told = (ages or {}).get((store.name, copy.host), ())
            condition = worst(one.condition for one in of_store_copy(store, copy, dead))
            cells = (
                store.name,
                marked(condition),
                copy.host,
                "store",
                duration(copy.age),
                promised(store.recovery_point),
                NOTHING,
                trend(told, store.recovery_point, strokes),
            )
            yield SheetRow(cells, condition)


def _leads(member: MemberView) -> bool:
    return member.role is MemberRole.LEADER
