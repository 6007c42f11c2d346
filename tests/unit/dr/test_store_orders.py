"""An order to begin a store, at the guard of a host; and what its agent tells of records."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from core.errors import Rejected
from core.system_clock import SystemClock
from dr.hosts.epochs import Act, GuardRequest, GuardVerdict
from dr.onhost.addresses import MemoryAddresses
from dr.onhost.epoch_record import EpochRecord
from dr.onhost.guard import Guard
from dr.onhost.store_places import StoreRecords
from dr.placement import Placement
from inventory.names import HostName, ServiceName, SiteName, StoreName
from storage.orders import StoreOrders, StorePlaces
from storage.placed import StoreOrder, StorePlace
from tests.unit.dr.one_host import ELSEWHERE, Stage

MAPS = StoreName("maps")
ADDRESS = IPv4Address("198.19.255.9")
LOST = (HostName("alpha-data"),)
BEGIN = GuardRequest(MAPS, 2, "a-run", "begin", Act.BEGIN, ADDRESS, point="a-point", without=LOST)


def _guard(folder: Path, *, holds: bool = True) -> Guard:
    orders = StoreOrders(folder / "orders") if holds else None
    record = EpochRecord(folder / "agent", SystemClock())
    return Guard({MAPS: str(ADDRESS)}, record, MemoryAddresses(), orders=orders)


def _kept(folder: Path) -> StoreOrder | None:
    return StoreOrders(folder / "orders").read(MAPS)


def test_an_order_is_kept_with_its_epoch_and_stands_in_the_log(tmp_path: Path) -> None:
    guard = _guard(tmp_path)

    verdict, answer = guard.answer(BEGIN.text())

    assert (verdict, answer.highest) == (GuardVerdict.OBEYED, 2)
    assert _kept(tmp_path) == StoreOrder(2, "a-run", "a-point", LOST)
    assert "begin-store" in guard.record.audit.tail(1)
    assert guard.addresses.present() == frozenset()


def test_an_order_may_be_given_again(tmp_path: Path) -> None:
    guard = _guard(tmp_path)

    verdicts = [guard.answer(BEGIN.text())[0] for _ in range(2)]

    assert verdicts == [GuardVerdict.OBEYED] * 2


def test_an_order_of_an_epoch_that_is_over_is_refused(tmp_path: Path) -> None:
    guard = _guard(tmp_path)
    guard.answer(GuardRequest(MAPS, 3, "b-run", "x", Act.WITHDRAW, ADDRESS).text())

    verdict, answer = guard.answer(BEGIN.text())

    assert verdict is GuardVerdict.REFUSED
    assert "epoch 2 is over" in answer.refused
    assert _kept(tmp_path) is None


def test_another_point_under_the_same_epoch_is_refused(tmp_path: Path) -> None:
    guard = _guard(tmp_path)
    guard.answer(BEGIN.text())

    verdict, answer = guard.answer(replace(BEGIN, point="other").text())

    assert verdict is GuardVerdict.REFUSED
    assert "a-point" in answer.refused
    kept = _kept(tmp_path)
    assert kept is not None
    assert kept.point == "a-point"


def test_a_host_without_stores_begins_none(tmp_path: Path) -> None:
    verdict, answer = _guard(tmp_path, holds=False).answer(BEGIN.text())

    assert (verdict, answer.highest) == (GuardVerdict.REFUSED, None)


@pytest.mark.parametrize(
    "request_",
    [
        replace(BEGIN, point=""),
        replace(BEGIN, point="../x"),
        replace(BEGIN, without=(HostName("a b"),)),
    ],
)
def test_what_is_no_order_is_refused(request_: GuardRequest) -> None:
    with pytest.raises(Rejected):
        GuardRequest.parse(request_.text())


def test_an_order_arrives_as_it_was_given() -> None:
    assert GuardRequest.parse(BEGIN.text()) == BEGIN


def test_a_point_is_no_part_of_another_request() -> None:
    text = BEGIN.text().replace("begin-store", "announce-service")

    with pytest.raises(Rejected):
        GuardRequest.parse(text)


def test_an_agent_tells_of_its_own_stores_as_often_as_it_read_all_records(tmp_path: Path) -> None:
    stage, places = Stage(tmp_path / "ndc"), StorePlaces(tmp_path / "places")
    stage.place(ELSEWHERE, 3)
    stage.majority.kept[ServiceName(MAPS)] = Placement(ELSEWHERE, 4, None)
    agent = replace(stage.agent(), tell=StoreRecords((MAPS,), places).tell)

    list(agent.look())
    first = places.read()
    stage.majority.lost = True
    with pytest.raises(Exception, match="no quorum"):
        list(agent.look())

    assert first == places.read() == {MAPS: StorePlace(SiteName(ELSEWHERE), 4)}


def test_an_agent_of_a_host_without_stores_tells_nothing(tmp_path: Path) -> None:
    places = StorePlaces(tmp_path / "places")

    StoreRecords((), places).tell({ServiceName(MAPS): Placement(ELSEWHERE, 4, None)})

    assert places.read() is None
