"""What recovery may rely on where it is kept who is kept out: simulated, and in a real etcd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from typing_extensions import override

from access.clients.etcd import Delete, Etcd, Put
from core.errors import Rejected
from core.runs.plan import RunName
from dr.admission import Exclusion
from dr.doors import Doors
from dr.live.exclusions import EtcdExclusions
from dr.live.records import EtcdRecords
from dr.live.votes import EtcdVotes
from dr.placement import Claim
from dr.simulation.world import rehearsed
from inventory.etcd import CONTROL, ROOT, agent_account, claims, exclusions
from inventory.names import HostName
from tests.contract.etcd_server import Server, etcd_server
from tests.networks import network
from tests.rehearsals import SERVICE

NETWORK = network("tiny")
ONE, OTHER = HostName("ndc01-node"), HostName("ndc02-node")
RUN = RunName("20300101-000005-without")
CLAIM = Claim(RUN, 1)
OUT = Exclusion(RUN, datetime(2030, 1, 1, tzinfo=UTC))
LATER = Exclusion(RunName("later"), datetime(2030, 1, 2, tzinfo=UTC))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with etcd_server(tmp_path_factory.mktemp("etcd"), NETWORK) as server:
        server.admit()
        yield server


def _forget(etcd: Etcd) -> None:
    for prefix in (claims(NETWORK.environment), exclusions(NETWORK.environment)):
        etcd.change([], [Delete(found.key) for found in etcd.under(prefix)])


@pytest.fixture(params=["simulated", pytest.param("real", marks=pytest.mark.lab)])
def doors(request: pytest.FixtureRequest) -> Doors:
    world = rehearsed(NETWORK, SERVICE)
    made = world.doors
    if request.param == "real":
        etcd = request.getfixturevalue("server").speaking_as(CONTROL)
        _forget(etcd)
        records = EtcdRecords(etcd, NETWORK)
        made = replace(made, records=records, exclusions=EtcdExclusions(records))
    made.records.swap_claim(SERVICE, Claim(None), CLAIM)
    return made


def test_what_a_run_gives_up_is_kept_out_until_it_is_admitted(doors: Doors) -> None:
    doors.exclusions.exclude([ONE, OTHER], OUT, SERVICE, CLAIM)
    doors.exclusions.exclude([ONE, OTHER], OUT, SERVICE, CLAIM)
    assert doors.exclusions.excluded() == {ONE: OUT, OTHER: OUT}

    doors.exclusions.admit({ONE: OUT})
    doors.exclusions.admit({ONE: OUT})

    assert doors.exclusions.excluded() == {OTHER: OUT}


def test_an_earlier_exclusion_stands(doors: Doors) -> None:
    doors.exclusions.exclude([ONE], OUT, SERVICE, CLAIM)
    doors.exclusions.exclude([ONE, OTHER], LATER, SERVICE, CLAIM)

    assert doors.exclusions.excluded() == {ONE: OUT, OTHER: LATER}


def test_a_run_without_the_claim_keeps_nobody_out(doors: Doors) -> None:
    with pytest.raises(Rejected):
        doors.exclusions.exclude([ONE], OUT, SERVICE, Claim(RunName("another"), 2))

    assert doors.exclusions.excluded() == {}


def test_who_was_given_up_anew_is_not_admitted_by_an_old_look(doors: Doors) -> None:
    doors.exclusions.exclude([ONE], LATER, SERVICE, CLAIM)

    with pytest.raises(Rejected):
        doors.exclusions.admit({ONE: OUT})

    assert doors.exclusions.excluded() == {ONE: LATER}


@pytest.mark.lab
def test_an_agent_reads_who_is_kept_out_and_admits_nobody(server: Server) -> None:
    key = exclusions(NETWORK.environment) + ONE
    _forget(server.speaking_as(CONTROL))
    agent = server.speaking_as(agent_account(ONE))

    with pytest.raises(Rejected):
        agent.change([], [Put(key, "")])

    assert EtcdExclusions(EtcdRecords(agent, NETWORK)).excluded() == {}


@pytest.mark.lab
def test_the_control_plane_reads_who_votes_and_root_alone_takes_a_vote_out(server: Server) -> None:
    control = server.speaking_as(CONTROL)
    listed = control.ask("cluster/member/list", {"linearizable": True}, repeatable=True)
    (member,) = listed["members"]
    (url,) = member["peerURLs"]

    class Alone(EtcdVotes):
        @override
        def _root(self, host: HostName, port: int, *, loopback: bool = False) -> str:
            return str(url) if host == ONE else f"{host}:{port}:{loopback}"

    voting = replace(NETWORK, voters=(ONE, OTHER))
    votes = Alone(voting, server.over, control, lambda: server.speaking_as(CONTROL))
    by_root = Alone(voting, server.over, control, lambda: server.speaking_as(ROOT))

    assert votes.votes() == {ONE: member["ID"]}
    with pytest.raises(Rejected, match="said no"):
        votes.retire(ONE, member["ID"])
    by_root.retire(OTHER, "12345")
    by_root.retire(ONE, "12345")
    assert votes.votes() == {ONE: member["ID"]}
