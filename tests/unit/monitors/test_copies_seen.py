"""How far each copy came is asked of itself, twice where it seems to stand still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import IPv4Interface
from typing import Any

import httpx
import pytest

from access.clients.patroni import ClusterAnswer
from core.errors import NotSeen
from dr.logs.seam import LogProgress, Seam
from inventory.names import DatabaseName, HostName
from inventory.promises import LastCopy
from monitors.look.readings import Readings
from monitors.look.sources import Sources, look_around
from tests.networks import PORTAL_ALONE, network
from tests.snapshots import all_well

BASE = network("compact", *PORTAL_ALONE)
OF = replace(
    BASE,
    hosts=tuple(
        replace(host, management=IPv4Interface(f"127.0.78.{number}/8"))
        for number, host in enumerate(BASE.hosts, start=1)
    ),
)
DATABASE = OF.databases[0].name
LEADER, COPY, FAR = HostName("ndc01-data"), HostName("ndc02-data"), HostName("ndc03-data")
ADDRESSES = {str(OF.host(name).management.ip): name for name in (LEADER, COPY, FAR)}
CLUSTER = all_well(OF).clusters[DATABASE, LEADER]

Status = Callable[[HostName, int], Mapping[str, Any]]


def _leads(written: int, *sends_to: HostName) -> Mapping[str, Any]:
    senders = [{"application_name": name, "state": "streaming"} for name in sends_to]
    log = {"location": written}
    return {
        "state": "running",
        "role": "primary",
        "timeline": 3,
        "xlog": log,
        "replication": senders,
    }


def _follows(received: int, replayed: int, timeline: int = 3) -> Mapping[str, Any]:
    log = {"received_location": received, "replayed_location": replayed}
    return {"state": "running", "role": "replica", "timeline": timeline, "xlog": log}


def _look(status: Status, seam: Callable[..., Seam] | None = None) -> Readings:
    """Return what is read while members answer ``status`` of them, by how often each was asked."""
    asked = dict.fromkeys(ADDRESSES.values(), 0)

    def answer(request: httpx.Request) -> httpx.Response:
        name = ADDRESSES.get(request.url.host)
        if name is not None and request.url.path == "/config":
            return httpx.Response(200, json={"synchronous_mode_strict": name == COPY})
        if name is None or request.url.path not in {"/patroni", "/cluster"}:
            raise httpx.ConnectError("nothing listens", request=request)
        if request.url.path == "/cluster":
            assert isinstance(CLUSTER, ClusterAnswer)
            return httpx.Response(200, json=CLUSTER.model_dump(mode="json"))
        asked[name] += 1
        return httpx.Response(200, json=status(name, asked[name]))

    async def look() -> Readings:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await look_around(OF, client, Sources(None, seam=seam), httpx.Auth())

    return asyncio.run(look())


def test_a_copy_is_believed_about_itself_and_a_leader_about_whom_it_sends_to() -> None:
    told = {
        LEADER: _leads(9000, COPY, FAR),
        COPY: _follows(9000, 9000),
        FAR: _follows(8000, 8000),
    }

    seen = _look(lambda name, _: told[name])

    assert seen.progress == {
        (DATABASE, LEADER): LogProgress(3, 9000, 9000, frozenset({COPY, FAR})),
        (DATABASE, COPY): LogProgress(3, 9000, 9000),
        (DATABASE, FAR): LogProgress(3, 8000, 8000),
    }
    assert seen.seams == {}


@pytest.mark.parametrize(
    ("later", "unreplayed"), [(_follows(95_000, 91_000), 0), (_follows(95_000, 10_000), 80_000)]
)
def test_what_was_received_is_replayed_a_moment_later_or_not(
    later: Mapping[str, Any], unreplayed: int
) -> None:
    def status(name: HostName, times: int) -> Mapping[str, Any]:
        if name == LEADER:
            return _leads(95_000, COPY, FAR)
        return _follows(90_000, 10_000) if times == 1 else later

    seen = _look(status)

    assert seen.progress[DATABASE, COPY].unreplayed == unreplayed


def test_of_a_copy_that_the_leader_does_not_know_the_leaders_disk_is_asked() -> None:
    told = {LEADER: _leads(9000, FAR), COPY: _follows(8000, 8000), FAR: _follows(9000, 9000)}
    asked: list[tuple[DatabaseName, HostName, int, int]] = []

    def seam(database: DatabaseName, leader: HostName, timeline: int, position: int) -> Seam:
        asked.append((database, leader, timeline, position))
        return Seam(holds=False, fork=7000)

    seen = _look(lambda name, _: told[name], seam)

    assert asked == [(DATABASE, LEADER, 3, 8000)]
    assert seen.seams == {(DATABASE, COPY): Seam(holds=False, fork=7000)}


def test_a_copy_that_has_more_than_its_leader_has_another_history() -> None:
    told = {LEADER: _leads(7000, FAR), COPY: _follows(8000, 8000), FAR: _follows(7000, 7000)}

    seen = _look(lambda name, _: told[name])

    assert seen.seams == {(DATABASE, COPY): Seam(holds=False, fork=None)}


@pytest.mark.parametrize(
    "copy", [_follows(8000, 8000, timeline=2), {"state": "starting", "role": "replica"}]
)
def test_a_copy_of_another_timeline_or_without_a_word_is_asked_about_nowhere(
    copy: Mapping[str, Any],
) -> None:
    told = {LEADER: _leads(9000, FAR), COPY: copy, FAR: _follows(9000, 9000)}

    def seam(*_: object) -> Seam:
        raise AssertionError("nobody is to be asked")

    assert _look(lambda name, _: told[name], seam).seams == {}


def test_where_a_copy_has_more_the_leaders_disk_tells_the_fork() -> None:
    told = {LEADER: _leads(7000, FAR), COPY: _follows(8000, 8000), FAR: _follows(7000, 7000)}

    seen = _look(lambda name, _: told[name], lambda *_: Seam(holds=True, fork=6000))

    assert seen.seams == {(DATABASE, COPY): Seam(holds=False, fork=6000)}


def test_a_disk_that_cannot_be_asked_leaves_it_unseen() -> None:
    told = {LEADER: _leads(9000, FAR), COPY: _follows(8000, 8000), FAR: _follows(9000, 9000)}

    def seam(*_: object) -> Seam:
        raise NotSeen("nobody gets in", refused=False)

    assert _look(lambda name, _: told[name], seam).seams == {}


def test_each_tells_what_it_does_without_a_copy_if_it_leads() -> None:
    told = {LEADER: _leads(7000, COPY, FAR), COPY: _follows(7000, 7000), FAR: _follows(7000, 7000)}

    seen = _look(lambda name, _: told[name]).last_copies

    assert {host for (_, host), does in seen.items() if does is LastCopy.BLOCK} == {COPY}
    assert len(seen) == len(told)
