"""What a host was told of its stores, kept on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import JournalCorrupt
from inventory.names import HostName, SiteName, StoreName
from storage.orders import StoreOrders, StorePlaces
from storage.placed import StoreOrder, StorePlace

MAPS = StoreName("maps")
ORDER = StoreOrder(2, "a-run", "a-point", (HostName("alpha-data"),))


def test_nothing_was_told_before_it_was_written(tmp_path: Path) -> None:
    assert StorePlaces(tmp_path / "places").read() is None
    assert StoreOrders(tmp_path).read(MAPS) is None


def test_what_was_told_is_read_as_it_was(tmp_path: Path) -> None:
    places, orders = StorePlaces(tmp_path / "places"), StoreOrders(tmp_path / "orders")

    places.write({MAPS: StorePlace(SiteName("beta"), 2)})
    orders.write(MAPS, ORDER)

    assert places.read() == {MAPS: StorePlace(SiteName("beta"), 2)}
    assert orders.read(MAPS) == ORDER


def test_what_is_told_again_touches_no_file(tmp_path: Path) -> None:
    places = StorePlaces(tmp_path / "places")
    places.write({MAPS: StorePlace(SiteName("beta"), 2)})
    before = places.at.stat()

    places.write({MAPS: StorePlace(SiteName("beta"), 2)})

    assert places.at.stat().st_ino == before.st_ino


def test_a_store_begins_once_under_one_epoch(tmp_path: Path) -> None:
    orders = StoreOrders(tmp_path)
    orders.write(MAPS, ORDER)

    assert orders.objection(MAPS, replace(ORDER, run="another")) == ""
    assert orders.objection(MAPS, replace(ORDER, epoch=3, point="other")) == ""
    assert "a-point" in orders.objection(MAPS, replace(ORDER, point="other"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":1}', '{"format":1,"places":7}'])
def test_a_damaged_file_is_no_word(tmp_path: Path, text: str) -> None:
    (tmp_path / "places").write_text(text, "utf-8")
    (tmp_path / "maps.json").write_text(text, "utf-8")

    with pytest.raises(JournalCorrupt):
        StorePlaces(tmp_path / "places").read()
    with pytest.raises(JournalCorrupt):
        StoreOrders(tmp_path).read(MAPS)
