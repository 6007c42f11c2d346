"""Every copy of every database and store: how old it is, against how old it may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final, TypeAlias

from inventory.names import HostName
from monitors.health.concern import Condition, worst
from monitors.health.concerns import concerns, of_subject
from monitors.health.copies import of_age
from monitors.health.promise import TOLD_LATE
from monitors.health.snapshot import DatabaseView, MemberRole, MemberView, Snapshot
from monitors.health.stores import StoreCopyView, StoreView, of_store_copy
from tui.picture import UNICODE, PictureLine, Span, Strokes
from tui.sheet import SheetGroup, SheetRow, grouped
from tui.words import NOTHING, amount, duration, led_by, marked, promised, protection

CopyKey: TypeAlias = tuple[str, str]
"""what is copied, and the host that has the copy"""

Ages: TypeAlias = Mapping[CopyKey, Sequence[timedelta | None]]
"""how old each copy was in some looks, oldest first; None: nobody told"""

MOST_LOOKS: Final = 60
"""that are remembered"""
_HEAD = ("", "copy at", "as", "age", "at most", "behind")


def ages_after(ages: Ages, snapshot: Snapshot) -> Ages:
    """Return ``ages`` with those of ``snapshot``."""
    return {key: (*ages.get(key, ()), age)[-MOST_LOOKS:] for key, age in _ages(snapshot)}


def replication_lines(
    snapshot: Snapshot, trends: Mapping[CopyKey, str] | None = None
) -> tuple[PictureLine, ...]:
    """Return a line for each copy, below what it is a copy of; ``trends`` stand at their ends."""
    groups = [*_databases(snapshot), *_stores(snapshot)]
    if trends is None:
        return grouped(_HEAD, [SheetGroup(group.title, group.rows) for _, group in groups])
    longer = [
        SheetGroup(
            group.title,
            tuple(
                SheetRow((*row.cells, trends.get((name, row.cells[1]), "")), row.condition)
                for row in group.rows
            ),
        )
        for name, group in groups
    ]
    return grouped((*_HEAD, "trend"), longer)


def trends_of(
    snapshot: Snapshot, ages: Ages, looks: int, strokes: Strokes = UNICODE
) -> dict[CopyKey, str]:
    """Return a picture of the last ``looks`` at each copy of ``snapshot``."""
    promises: dict[str, timedelta] = {
        one.name: one.recovery_point or timedelta() for one in snapshot.databases
    }
    promises |= {store.name: store.recovery_point for store in snapshot.stores}
    return {
        key: trend(series[-looks:], promises[key[0]], strokes)
        for key, series in ages.items()
        if key[0] in promises and any(age is not None for age in series)
    }


def trend(
    ages: Sequence[timedelta | None], recovery_point: timedelta, strokes: Strokes = UNICODE
) -> str:
    """Return a character a look: as high as the copy was old, and full at ``recovery_point``.

    Where nothing may be lost, it is full at what is told late.
    """
    full, steps = recovery_point or TOLD_LATE, len(strokes.levels) - 1
    return "".join(
        strokes.gap if age is None else strokes.levels[min(int(steps * (age / full)), steps)]
        for age in ages
    )


def database_line(database: DatabaseView, snapshot: Snapshot) -> Span:
    """Return who leads ``database``, and how many copies each commit is on."""
    condition = of_subject(concerns(snapshot), database.name)
    facts = (
        f"leader {led_by(database, snapshot)}",
        f"timeline {database.timeline or NOTHING}",
        protection(database, snapshot),
    )
    return Span(f"database {database.name}  {marked(condition)}  {', '.join(facts)}", condition)


def store_line(store: StoreView, snapshot: Snapshot) -> Span:
    """Return where ``store`` is written."""
    condition = of_subject(concerns(snapshot), store.name)
    title = f"store {store.name}  {marked(condition)}  written at {store.source}"
    return Span(title, condition)


def _ages(snapshot: Snapshot) -> Iterator[tuple[CopyKey, timedelta | None]]:
    for database in snapshot.databases:
        for member in database.members:
            yield (database.name, member.host), None if _leads(member) else member.age
    for store in snapshot.stores:
        for copy in store.copies:
            yield (store.name, copy.host), copy.age


def _databases(snapshot: Snapshot) -> Iterator[tuple[str, SheetGroup]]:
    dead = snapshot.powerless()
    for database in snapshot.databases:
        rows = tuple(_member(database, member, dead) for member in database.members)
        yield database.name, SheetGroup(database_line(database, snapshot), rows)


def _member(database: DatabaseView, member: MemberView, dead: frozenset[HostName]) -> SheetRow:
    condition = worst(one.condition for one in of_age(database, member, dead))
    if member.host in dead:
        condition = Condition.WARNING
    elif not member.sighting.current:
        condition = Condition.UNSEEN
    cells = (
        marked(condition),
        member.host,
        member.role or "unknown",
        NOTHING if _leads(member) else duration(member.age),
        NOTHING if _leads(member) else promised(database.recovery_point),
        amount(member.lag_bytes),
    )
    return SheetRow(cells, condition)


def _stores(snapshot: Snapshot) -> Iterator[tuple[str, SheetGroup]]:
    dead = snapshot.powerless()
    for store in snapshot.stores:
        rows = tuple(_store_copy(store, copy, dead) for copy in store.copies)
        yield store.name, SheetGroup(store_line(store, snapshot), rows)


def _store_copy(store: StoreView, copy: StoreCopyView, dead: frozenset[HostName]) -> SheetRow:
    condition = worst(one.condition for one in of_store_copy(store, copy, dead))
    age, most = duration(copy.age), promised(store.recovery_point)
    return SheetRow((marked(condition), copy.host, "refuge", age, most, NOTHING), condition)


def _leads(member: MemberView) -> bool:
    return member.role is MemberRole.LEADER
