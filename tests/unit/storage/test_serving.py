from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import Rejected
from inventory.names import HostName, StoreName
from storage.pins import Pins
from storage.placed import StoreOrder
from storage.points import CopyComparison, RecoveryPoint
from storage.requests import (
    DigestRequest,
    PullRequest,
    StandRequest,
    StoreRequest,
    read_answer,
    read_request,
    request_text,
)
from storage.standing import MOST_POINTS, CopyStanding, read_standing, standing_text
from tests.unit.storage.two_sites import FAR, HERE, NOON, STORE, TwoSites


@pytest.fixture
def sites(tmp_path: Path) -> TwoSites:
    sites = TwoSites(tmp_path)
    sites.write("text")
    sites.source.look()
    return sites


def _asked(sites: TwoSites, request: StoreRequest) -> list[bytes]:
    answer = io.BytesIO()
    sites.side.answer(request, FAR, answer)
    return answer.getvalue().split(b"\n", 1)


def test_a_request_arrives_as_it_was_made() -> None:
    for request in (PullRequest(STORE.name, ("a", "b")), DigestRequest(STORE.name, "a")):
        assert read_request(request_text(request)) == request


@pytest.mark.parametrize("text", ["", "rm -rf /", '{"verb": "push", "store": "maps"}', "[]"])
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_request(text)

    assert refused.value.next_step


def test_who_has_the_newest_point_is_sent_nothing(sites: TwoSites) -> None:
    (point,) = sites.near.points(STORE.dataset)

    line, stream = _asked(sites, PullRequest(STORE.name, (point.origin,)))

    assert read_answer(line.decode()).send is None
    assert stream == b""


def test_what_is_sent_and_what_it_starts_from_are_pinned_before(sites: TwoSites) -> None:
    (first,) = sites.near.points(STORE.dataset)
    sites.clock.sleep(timedelta(seconds=10))
    sites.source.look()
    _, second = sites.near.points(STORE.dataset)

    line, _ = _asked(sites, PullRequest(STORE.name, (first.origin,)))

    answer = read_answer(line.decode())
    assert (answer.point, answer.base) == (second, first.origin)
    assert sites.side.pins.pinned(STORE.name, [FAR]) == {first.origin, second.origin}


def test_a_refuge_that_has_nothing_in_common_pins_only_what_it_is_sent(sites: TwoSites) -> None:
    (point,) = sites.near.points(STORE.dataset)

    _asked(sites, PullRequest(STORE.name, ("of another life",)))

    assert sites.side.pins.pinned(STORE.name, [FAR]) == {point.origin}


def test_a_store_that_is_written_elsewhere_is_not_sent_from_here(sites: TwoSites) -> None:
    line, stream = _asked(sites, PullRequest(StoreName("other"), ()))

    assert "holds no copy of other" in (read_answer(line.decode()).refused or "")
    assert stream == b""


def test_a_host_is_no_refuge_of_itself(sites: TwoSites) -> None:
    answer = io.BytesIO()

    sites.side.answer(PullRequest(STORE.name, ()), HERE, answer)

    assert read_answer(answer.getvalue().decode()).refused


def test_of_a_point_that_is_gone_there_is_no_digest(sites: TwoSites) -> None:
    line, _ = _asked(sites, DigestRequest(STORE.name, "gone"))

    assert read_answer(line.decode()).digest is None


def test_a_transfer_takes_no_more_of_a_link_than_declared(tmp_path: Path) -> None:
    sites = TwoSites(tmp_path, replace(STORE, rate_bits_per_second=8_000_000))
    sites.write("x" * 3_000_000)
    sites.source.look()
    began = sites.clock.elapsed()

    _asked(sites, PullRequest(STORE.name, ()))

    took = sites.clock.elapsed() - began
    assert timedelta(seconds=3) <= took < timedelta(seconds=3.1)


def test_only_what_is_pinned_for_somebody_who_may_fetch_counts(tmp_path: Path) -> None:
    pins = Pins(tmp_path)

    pins.pin(STORE.name, FAR, ["a", "b"])
    pins.pin(STORE.name, FAR, ["b", "c"])
    pins.pin(STORE.name, HERE, ["d"])

    assert pins.pinned(STORE.name, [FAR]) == {"b", "c"}
    assert pins.pinned(StoreName("other"), [FAR]) == frozenset()


def _standing(sites: TwoSites) -> CopyStanding:
    answer = io.BytesIO()
    sites.side.answer(StandRequest(STORE.name), HostName(""), answer)
    return read_standing(answer.getvalue().decode())


def test_a_host_says_how_it_is_with_a_store_to_who_asks_on_it(sites: TwoSites) -> None:
    (point,) = sites.near.points(STORE.dataset)

    standing = _standing(sites)

    assert (standing.writes, standing.serves, standing.newest) == (True, True, point)
    assert (standing.epoch, standing.began, standing.is_verified) == (None, None, False)


def test_who_began_by_an_order_says_so_until_it_ends(sites: TwoSites) -> None:
    order = StoreOrder(2, "a-run", "a-point", (FAR,))
    sites.side.begun.write(STORE.name, order)

    began = _standing(sites)
    sites.turn.final.write("a-final")
    ended = _standing(sites)

    assert (began.writes, began.epoch, began.began) == (True, 2, "a-point")
    assert (ended.writes, ended.epoch, ended.began) == (False, None, None)


def test_a_refuge_learns_who_was_given_up_when_the_store_began(sites: TwoSites) -> None:
    sites.side.begun.write(STORE.name, StoreOrder(2, "a-run", "a-point", (FAR,)))
    sites.turn.final.make_sure(2)

    line, _ = _asked(sites, PullRequest(STORE.name, ()))

    assert read_answer(line.decode()).without == (FAR,)


def test_of_a_store_that_is_not_there_nobody_says_how_it_is(sites: TwoSites) -> None:
    line, *_ = _asked(sites, StandRequest(StoreName("no-such")))

    assert read_answer(line.decode()).refused


def test_what_is_no_standing_is_refused() -> None:
    with pytest.raises(ValueError, match="refused"):
        read_standing('{"refused": "why"}')


_POINT = RecoveryPoint(datetime(2030, 1, 1, tzinfo=UTC), "o")
_STANDING = CopyStanding(
    datetime(2030, 1, 2, tzinfo=UTC),
    writes=True,
    serves=True,
    epoch=None,
    began=None,
    points=(_POINT,),
    read_back=CopyComparison(datetime(2030, 1, 3, tzinfo=UTC), equal=True),
)


@pytest.mark.parametrize("moment", ["2030-01-01", "2030-01-02", "2030-01-03"])
def test_a_standing_with_a_moment_without_a_zone_is_none(moment: str) -> None:
    text = standing_text(_STANDING)
    assert read_standing(text) == _STANDING

    with pytest.raises(ValueError, match="a moment without a zone"):
        read_standing(text.replace(f"{moment}T00:00:00Z", f"{moment}T00:00:00"))


def test_the_point_with_which_a_store_was_begun_is_told_of_however_many_came_since(
    sites: TwoSites,
) -> None:
    (first,) = sites.near.points(STORE.dataset)
    sites.side.begun.write(STORE.name, StoreOrder(2, "a-run", first.origin, ()))
    for second in range(1, 2 * MOST_POINTS):
        sites.near.make_point(STORE.dataset, NOON + timedelta(minutes=1, seconds=second))

    points = _standing(sites).points

    assert len(points) == MOST_POINTS + 1
    assert points[-1] == first
