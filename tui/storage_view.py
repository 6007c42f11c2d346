"""Stores with their copies, and the pools in which they lie."""

from __future__ import annotations

from collections.abc import Iterator

from monitors.health.concern import Condition, worst
from monitors.health.snapshot import Snapshot
from monitors.health.stores import PoolView, StoreCopyView, StoreView, of_pool, of_store_copy
from tui.picture import PictureLine
from tui.sheet import SheetRow, below, sheet
from tui.words import NOTHING, amount, duration, marked, promised

_STORES = ("store", "", "written at", "copy at", "age", "at most", "compared", "took")
_POOLS = ("pool", "", "on", "size", "free", "errors", "read")


def storage_lines(snapshot: Snapshot) -> tuple[PictureLine, ...]:
    """Return every copy of every store against its promise, then every pool and its room."""
    return below(
        sheet(_STORES, [*_copies(snapshot)]),
        sheet(_POOLS, [_pool(pool, snapshot) for pool in snapshot.pools], right={3, 4, 5}),
    )


def _copies(snapshot: Snapshot) -> Iterator[SheetRow]:
    dead = snapshot.powerless()
    for store in snapshot.stores:
        for copy in store.copies:
            condition = worst(one.condition for one in of_store_copy(store, copy, dead))
            yield SheetRow((store.name, marked(condition), *_figures(store, copy)), condition)


def _figures(store: StoreView, copy: StoreCopyView) -> tuple[str, ...]:
    took = copy.transfer
    return (
        store.source,
        copy.host,
        duration(copy.age),
        promised(store.recovery_point),
        "DIFFERS" if copy.differs else duration(copy.read_back_age),
        NOTHING if took is None else f"{took.total_seconds():.1f} s",
    )


def _pool(pool: PoolView, snapshot: Snapshot) -> SheetRow:
    room, is_told = pool.room, pool.errors is not None
    condition = worst(one.condition for one in of_pool(pool))
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
