"""A real etcd whose space is used up: what is seen, what is refused, and the way out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from access.clients.etcd import Delete, Etcd, Put
from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from access.clients.http import async_client, mutual_tls
from access.quorum_room import make_room
from core.errors import Rejected
from dr.live.records import EtcdRecords
from dr.placement import Placement, placement_text
from dr.planning.request import Move
from dr.planning.rules.table import refusals
from inventory.etcd import CONTROL, ROOT, placements, runs
from inventory.names import HostName, SiteName
from monitors.look.voters import VoterReading, voter_reading
from monitors.readers.etcd import VoterHealth, voter_health
from tests.contract.etcd_server import Server, etcd_server
from tests.networks import network
from tests.rehearsals import SERVICE, rehearsal

pytestmark = pytest.mark.lab

SPACE_BYTES = 400_000
SECOND = timedelta(seconds=1)
OF = network()
ONE = HostName("the only voter")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with etcd_server(tmp_path, OF, f"--quota-backend-bytes={SPACE_BYTES}") as made:
        made.admit()
        made.speaking_as(CONTROL).change([], [Put(placements(OF.environment) + SERVICE, _placed())])
        yield made


def _placed() -> str:
    return placement_text(Placement(SiteName("ndc01"), 1, None))


def _fill(etcd: Etcd) -> None:
    """Write one key again and again until etcd takes no more."""

    def write() -> None:
        for _ in range(1000):
            etcd.change([], [Put(f"{runs(OF.environment)}fill/0", "x" * 20_000)])

    with pytest.raises(Rejected, match="said no") as no:
        write()
    assert "database space exceeded" in (no.value.actual or "")


def _reading(server: Server) -> tuple[VoterReading, VoterHealth]:
    mine = server.secrets.client_certificate("control")
    tls = mutual_tls(server.secrets.authority.certificate, mine.certificate, mine.key)
    auth = EtcdAuth(EtcdCredentials(CONTROL, server.secrets.etcd_password(CONTROL)))

    async def ask() -> tuple[VoterReading, VoterHealth]:
        async with async_client(tls) as client:
            reading = await voter_reading(
                client, server.root, OF.environment, auth=auth, deadline=4 * SECOND
            )
            return reading, await voter_health(client, server.root, deadline=4 * SECOND)

    return asyncio.run(ask())


def test_a_voter_without_space_is_seen_as_one_that_takes_no_writes(server: Server) -> None:
    before = _reading(server)
    _fill(server.speaking_as(CONTROL))
    after = _reading(server)

    assert (before[0].healthy, before[0].no_space) == (True, False)
    assert before[1] == VoterHealth(votes=True, has_room=True)
    assert (after[0].healthy, after[0].no_space) == (True, True)
    assert after[1] == VoterHealth(votes=True, has_room=False)
    assert after[0].placements == before[0].placements


def test_a_plan_is_refused_while_the_quorum_takes_no_writes(server: Server) -> None:
    records = EtcdRecords(server.speaking_as(CONTROL), OF)
    _fill(server.speaking_as(CONTROL))
    rehearsed = rehearsal()
    rehearsed.world.truth.quorum.alarms = records.alarms()

    facts = rehearsed.world.eye.observe(SERVICE)
    objections = refusals(rehearsed.truth.network, facts, Move(SERVICE, SiteName("ndc02")))

    (objection,) = objections
    assert (objection.actual, objection.next_step) == ("its alarm: NOSPACE", "ndc dr make-room")


def test_room_is_made_and_writes_are_taken_again(server: Server) -> None:
    control, root = server.speaking_as(CONTROL), server.speaking_as(ROOT)
    _fill(control)

    said = list(make_room({ONE: root}))
    again = list(make_room({ONE: root}))

    assert said[-1] == "the quorum takes writes again"
    assert again == []
    assert control.change([], [Delete(f"{runs(OF.environment)}fill/0")])


def test_room_that_is_asked_for_twice_in_a_row_is_made(server: Server) -> None:
    control, root = server.speaking_as(CONTROL), server.speaking_as(ROOT)
    _fill(control)
    cut_short = make_room({ONE: root})
    next(cut_short)

    said = list(make_room({ONE: root}))

    assert said[-1] == "the quorum takes writes again"
    assert control.change([], [Put(f"{runs(OF.environment)}one/0", "x")])
