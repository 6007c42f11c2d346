"""What a host is told of its stores, and tells of its databases, as it is read and written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from dr.logs.row_list import RowList, read_rows
from dr.logs.tail import Tail, read_tail
from inventory.names import StoreName
from storage.orders import StoreOrders, StorePlaces
from storage.placed import StoreOrder, StorePlace

_STORE = StoreName("it")

tail, tail_text = partial(read_tail, source="here"), Tail.text
rows, rows_text = partial(read_rows, source="here"), RowList.text


def places(folder: Path) -> Mapping[StoreName, StorePlace] | None:
    """Return where stores are written."""
    return StorePlaces(folder / "it.json").read()


def keep_places(folder: Path, value: Mapping[StoreName, StorePlace]) -> None:
    """Keep it."""
    StorePlaces(folder / "it.json").write(value)


def order(folder: Path) -> StoreOrder | None:
    """Return what a store is to begin by."""
    return StoreOrders(folder).read(_STORE)


def keep_order(folder: Path, value: StoreOrder) -> None:
    """Keep it."""
    StoreOrders(folder).write(_STORE, value)
