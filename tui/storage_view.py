"""Stores with their copies, and the pools in which they lie."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.names import HostName
from monitors.health.concern import Condition, worst
from monitors.health.programs import of_file_systems
from monitors.health.snapshot import Snapshot
from monitors.health.stores import PoolView, StoreCopyView, StoreView, of_pool, of_store_copy
from tui.picture import PictureLine
from tui.replication_view import store_line
from tui.sheet import SheetGroup, SheetRow, below, grouped, sheet
from tui.words import NOTHING, amount, duration, marked, promised

_STORES = ("", "copy at", "age", "at most", "compared", "took")
_POOLS = ("pool", "", "on", "size", "free", "errors", "read")


def storage_lines(snapshot: Snapshot) -> tuple[PictureLine, ...]:
    """Return every copy of every store against its promise, then every pool and its room."""
    return below(
        grouped(_STORES, [*_stores(snapshot)]),
        sheet(_POOLS, [_pool(pool, snapshot) for pool in snapshot.pools], right={3, 4, 5}),
    )


def _stores(snapshot: Snapshot) -> Iterator[SheetGroup]:
    dead = snapshot.powerless()
    for store in snapshot.stores:
        rows = tuple(_copy(store, copy, dead) for copy in store.copies)
        yield SheetGroup(store_line(store, snapshot), rows)


def _copy(store: StoreView, copy: StoreCopyView, dead: frozenset[HostName]) -> SheetRow:
    condition = worst(one.condition for one in of_store_copy(store, copy, dead))
    took = copy.transfer
    cells = (
        marked(condition),
        copy.host,
        duration(copy.age),
        promised(store.recovery_point),
        "DIFFERS" if copy.differs else duration(copy.read_back_age),
        NOTHING if took is None else f"{took.total_seconds():.1f} s",
    )
    return SheetRow(cells, condition)


def _pool(pool: PoolView, snapshot: Snapshot) -> SheetRow:
    room, is_told = pool.room, pool.errors is not None
    concerns = (*of_pool(pool), *of_file_systems(pool.host, (room,) if room else ()))
    condition = worst(one.condition for one in concerns)
    if not is_told:
        is_gone = pool.host in snapshot.powerless()
        condition = Condition.WARNING if is_gone else Condition.UNSEEN
    return SheetRow(
        (
            pool.name,
            marked(condition),
            pool.host,
            amount(room.size_bytes) if room else NOTHING,
            f"{room.available_bytes / room.size_bytes:.0%}" if room else NOTHING,
            NOTHING if pool.errors is None else str(pool.errors),
            "never" if is_told and pool.scrub_age is None else duration(pool.scrub_age),
        ),
        condition,
    )
