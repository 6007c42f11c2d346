"""Which voter is asked next, and when a change must not be asked for twice."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from access.clients.etcd import Etcd, Holds, Put
from core.errors import NotSeen, Rejected, Unreachable
from tests.stubs.etcd import StubEtcd

ROOTS = ("https://one:2379", "https://two:2379")
CHANGE = ([Holds("/a", None)], [Put("/a", "1")])


class Voters:
    """Two voters; ``first`` is what the first of them does."""

    def __init__(self, first: Exception | int) -> None:
        self.first = first
        self.asked: list[str] = []

    def etcd(self) -> Etcd:
        return Etcd(httpx.Client(transport=httpx.MockTransport(self._answer)), ROOTS)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.host)
        if request.url.host == "one":
            if isinstance(self.first, Exception):
                raise self.first
            return httpx.Response(self.first, text="{}")
        return httpx.Response(200, json={"succeeded": True, "kvs": []})


@pytest.mark.parametrize("first", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), 503])
def test_a_read_goes_on_to_the_next_voter(first: Exception | int) -> None:
    voters = Voters(first)

    assert voters.etcd().get("/a") is None
    assert voters.asked == ["one", "two"]


def test_a_voter_that_failed_is_asked_last_from_then_on() -> None:
    voters = Voters(httpx.ConnectError("x"))
    etcd = voters.etcd()

    etcd.get("/a")
    etcd.get("/a")

    assert voters.asked == ["one", "two", "two"]


def test_a_change_that_never_left_goes_on_to_the_next_voter() -> None:
    voters = Voters(httpx.ConnectTimeout("x"))

    assert voters.etcd().change(*CHANGE)
    assert voters.asked == ["one", "two"]


@pytest.mark.parametrize("first", [httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x"), 503])
def test_a_change_that_may_have_happened_is_not_asked_for_twice(first: Exception | int) -> None:
    voters = Voters(first)

    with pytest.raises(Unreachable):
        voters.etcd().change(*CHANGE)

    assert voters.asked == ["one"]


def test_a_change_that_was_refused_is_not_asked_for_elsewhere() -> None:
    voters = Voters(400)

    with pytest.raises(Rejected):
        voters.etcd().change(*CHANGE)

    assert voters.asked == ["one"]


def test_without_voters_nothing_is_known() -> None:
    with pytest.raises(NotSeen, match="no voter to ask") as nothing:
        Etcd(httpx.Client(), []).get("/a")

    assert not nothing.value.refused


def test_a_quorum_that_lets_us_not_read_is_told_from_one_that_does_not_answer() -> None:
    with pytest.raises(NotSeen) as forbidden:
        Voters(403).etcd().get("/a")
    with pytest.raises(NotSeen) as silent:
        Etcd(Voters(503).etcd()._over, ROOTS[:1]).get("/a")

    assert forbidden.value.refused
    assert not silent.value.refused


def test_threads_that_meet_a_dead_voter_together_lose_no_voter() -> None:
    voters = Voters(httpx.ConnectError("x"))
    etcd = voters.etcd()
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    try:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(etcd.get, ["/a"] * 2000))
    finally:
        sys.setswitchinterval(before)

    assert answers == [None] * 2000
    assert etcd.get("/a") is None


def test_a_lease_that_ended_is_not_renewed() -> None:
    stub = StubEtcd()
    etcd = stub.client()
    lease = etcd.lease(timedelta(seconds=10))
    etcd.change([], [Put("/a", "1", lease)])
    lasts = etcd.renew(lease)

    stub.lapse()

    assert lasts
    assert not etcd.renew(lease)
    assert etcd.get("/a") is None
    with pytest.raises(Rejected):
        etcd.change([], [Put("/a", "1", lease)])


def test_whether_a_lease_lasts_is_not_guessed() -> None:
    with pytest.raises(NotSeen):
        Etcd(Voters(503).etcd()._over, ROOTS[:1]).renew("1")
