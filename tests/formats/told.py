"""What a host is told of its stores, as it is read and written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from inventory.names import StoreName
from storage.orders import StoreOrders, StorePlaces
from storage.placed import StoreOrder, StorePlace

_STORE = StoreName("it")


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
