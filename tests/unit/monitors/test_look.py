"""Looking around: what refuses is known to be down, and what is silent is unknown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Interface
from pathlib import Path

import httpx
import pytest

from access.clients.http import mutual_tls
from access.secrets import Secrets, ensure_secrets
from core.errors import Rejected
from inventory.network import Network
from monitors.look.connections import KeptConnections
from monitors.look.event_loop import PatientLoop
from monitors.look.readings import Readings
from monitors.look.sightings import Sightings, recalled, remember
from monitors.look.sources import Sources, SubstrateReading, look_around
from monitors.look.threads import in_thread
from tests.networks import PORTAL_ALONE, TWO_DATABASES, network
from tests.snapshots import BEFORE, NOON


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    """Return the secrets of a whole environment."""
    return ensure_secrets(tmp_path_factory.mktemp("secrets") / "secrets", network())


def _all_at(address: str) -> Network:
    of = network()
    hosts = tuple(replace(host, management=IPv4Interface(address)) for host in of.hosts)
    return replace(of, hosts=hosts)


def _seen(
    at: str, secrets: Secrets, substrate: Callable[[], SubstrateReading] | None = None
) -> Readings:
    there = _all_at(at)
    mine = secrets.client_certificate("control")
    tls = mutual_tls(secrets.authority.certificate, mine.certificate, mine.key)
    with closing(KeptConnections(tls)) as looking:
        return looking.run(
            lambda client: look_around(there, client, Sources(substrate), httpx.Auth())
        )


def test_where_nothing_listens_everything_is_known_to_be_down(secrets: Secrets) -> None:
    seen = _seen("127.0.0.77/8", secrets)

    assert set(seen.voters.values()) == {False}
    assert set(seen.clusters.values()) == {None}
    assert not seen.samples
    assert not seen.probed
    assert not seen.placements


def test_of_who_is_silent_nothing_is_known() -> None:
    def say_nothing(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("nothing", request=request)

    async def look() -> Readings:
        async with httpx.AsyncClient(transport=httpx.MockTransport(say_nothing)) as client:
            return await look_around(_all_at("127.0.0.77/8"), client, Sources(None), httpx.Auth())

    seen = asyncio.run(look())

    assert not seen.voters
    assert not seen.clusters


def test_a_voter_that_does_not_know_us_in_time_is_well_and_its_records_are_not_read() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/health":
            return httpx.Response(200, json={"health": "true"})
        raise httpx.ReadTimeout("it checks a password", request=request)

    async def look() -> Readings:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await look_around(_all_at("127.0.0.77/8"), client, Sources(None), httpx.Auth())

    seen = asyncio.run(look())

    assert set(seen.voters.values()) == {True}
    assert not seen.placements
    assert not seen.claims


def test_two_databases_on_one_host_are_asked_each_at_its_own_patroni() -> None:
    both = network("tiny", *PORTAL_ALONE, TWO_DATABASES)
    hosts = tuple(replace(h, management=IPv4Interface("127.0.0.77/8")) for h in both.hosts)
    leaders = {8008: "ndc01-node", 8009: "ndc02-node"}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/cluster":
            return httpx.Response(404)
        leader = {"name": leaders[request.url.port or 0], "role": "leader", "state": "running"}
        return httpx.Response(200, json={"members": [leader]})

    async def look() -> Readings:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await look_around(
                replace(both, hosts=hosts), client, Sources(None), httpx.Auth()
            )

    seen = asyncio.run(look()).clusters

    assert {(database, told.members[0].name) for (database, _), told in seen.items() if told} == {
        ("general-db", "ndc01-node"),
        ("ledger-db", "ndc02-node"),
    }
    assert len(seen) == 6


def test_a_substrate_that_says_no_is_not_seen(secrets: Secrets) -> None:
    def refuse() -> SubstrateReading:
        raise Rejected("no labd")

    assert _seen("127.0.0.77/8", secrets, refuse).power == {}


def test_who_hangs_is_left_behind() -> None:
    async def ask() -> None:
        with pytest.raises(TimeoutError):
            await in_thread(lambda: time.sleep(5), deadline=timedelta(milliseconds=50))  # noqa: TID251 - it is to hang

    began = time.monotonic()  # noqa: TID251 - the real one is what is tested
    asyncio.run(ask())

    assert time.monotonic() - began < 3  # noqa: TID251 - as above


def _patient(work: Callable[[], Coroutine[None, None, None]], forgiven: timedelta) -> None:
    with asyncio.Runner(loop_factory=lambda: PatientLoop(forgiven)) as runner:
        runner.run(work())


def test_an_answer_is_in_time_when_only_our_own_work_was_slow() -> None:
    async def ask() -> None:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.05, answer.set_result, "in time")
        async with asyncio.timeout(0.2):
            _work(0.4)
            assert await answer == "in time"

    _patient(ask, forgiven=timedelta(seconds=4))


def test_who_does_not_answer_is_given_up_however_busy_we_are() -> None:
    async def ask() -> None:
        working = asyncio.create_task(_work_for_ever())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await asyncio.get_running_loop().create_future()
        working.cancel()

    began = time.monotonic()  # noqa: TID251 - the real one is what is tested
    _patient(ask, forgiven=timedelta(seconds=1))

    assert 1 < time.monotonic() - began < 3  # noqa: TID251 - as above


def _work(seconds: float) -> None:
    time.sleep(seconds)  # noqa: TID251 - stands for handshakes on a busy machine


async def _work_for_ever() -> None:
    while True:
        _work(0.01)
        await asyncio.sleep(0)


def test_unknown_says_since_when_also_in_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "sightings.json"
    first = Sightings({}, BEFORE)
    first.of("host/a", is_seen=True)
    first.of("host/b", is_seen=False)
    remember(path, first.last())

    second = Sightings(recalled(path), NOON)

    assert second.of("host/a", is_seen=False).at == BEFORE
    assert second.of("host/b", is_seen=False).at is None
    assert second.of("host/a", is_seen=True).at == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[1]",
        '{"host/a": "yesterday"}',
        '{"host/a": "2025-01-01T00:00:00"}',
        "\ud800",
    ],
)
def test_a_broken_memory_is_no_memory(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sightings.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))

    assert recalled(path) == {}


def test_a_memory_that_cannot_be_written_keeps_nobody_from_looking(tmp_path: Path) -> None:
    remember(tmp_path / "not" / "there", {"host/a": NOON})
