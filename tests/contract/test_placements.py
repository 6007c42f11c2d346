"""What recovery may rely on where placements and claims are kept: simulated, and in a real etcd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from access.clients.etcd import Delete, Etcd, Put
from access.clients.ssh import Access
from core.runs.plan import RunName, StepId
from core.runs.ports import Actuator, Answer, Token
from core.system_clock import SystemClock
from dr.actions import Action, ClaimWorkload, MovePlacement, ReleaseWorkload
from dr.conditions import Conditions
from dr.live.eye import LiveEye
from dr.live.hands import LiveActuator
from dr.live.reach import Reach
from dr.live.records import EtcdPlacements
from dr.placement import Claim, Placement
from dr.ports import Eye
from dr.simulation.world import World
from inventory.etcd import claims, placements
from inventory.names import SiteName
from inventory.network import Network
from tests.contract.etcd_server import running_etcd
from tests.networks import network
from tests.rehearsals import SERVICE

BOUND = timedelta(seconds=20)
FIRST, SECOND = RunName("first"), RunName("second")
HOME, REFUGE = SiteName("ndc01"), SiteName("ndc02")


@dataclass
class Pair:
    """An eye and hands on one world."""

    eye: Eye
    hands: Actuator[Action]
    sent: int = 0

    def do(self, action: Action, epoch: int = 2) -> Answer:
        self.sent += 1
        token = Token(FIRST, StepId("step"), epoch, self.sent)
        self.hands.begin(action, token, BOUND)
        completion = self.hands.wait(BOUND)
        assert completion is not None
        assert completion.token == token
        return completion.answer

    def is_so(self, action: Action) -> bool | None:
        return Conditions(self.eye).is_in_effect(action)

    def objections(self, action: Action) -> list[str]:
        return list(Conditions(self.eye).objections(action))


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    with running_etcd(tmp_path_factory.mktemp("etcd"), network()) as client:
        yield client


def _forget(etcd: Etcd) -> None:
    for prefix in (placements(network().environment), claims(network().environment)):
        etcd.change([], [Delete(found.key) for found in etcd.under(prefix)])


def _live(etcd: Etcd, net: Network) -> Pair:
    records = EtcdPlacements(etcd, net.environment)
    records.ensure(SERVICE, HOME)
    nobody = Access(None, None)  # type: ignore[arg-type]  # no host is asked here
    reach = Reach(net, None, None, etcd, records, nobody, nobody)  # type: ignore[arg-type]  # nor Patroni
    return Pair(LiveEye(reach, SystemClock()), LiveActuator(reach))


@pytest.fixture(params=["simulated", pytest.param("live", marks=pytest.mark.lab)])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    if request.param == "simulated":
        world = World(network(), SERVICE)
        yield Pair(world, world)
        return
    client: Etcd = request.getfixturevalue("etcd")
    yield _live(client, network())
    _forget(client)


CLAIM, RELEASE = ClaimWorkload(SERVICE, FIRST, 1), ReleaseWorkload(SERVICE, FIRST)
MOVE = MovePlacement(SERVICE, HOME, REFUGE, 2, FIRST)


def test_a_workload_is_held_by_one_run_at_a_time(pair: Pair) -> None:
    other = ClaimWorkload(SERVICE, SECOND, 1)

    assert pair.do(CLAIM) is Answer.YES
    assert pair.is_so(CLAIM)
    assert pair.objections(other)
    assert pair.do(other) is Answer.NO
    assert pair.is_so(other) is False


def test_a_claim_may_be_asked_for_twice(pair: Pair) -> None:
    assert (pair.do(CLAIM), pair.do(CLAIM)) == (Answer.YES, Answer.YES)


def test_a_released_workload_may_be_held_by_the_next(pair: Pair) -> None:
    pair.do(CLAIM)

    assert pair.do(RELEASE) is Answer.YES
    assert pair.is_so(RELEASE)
    assert pair.do(ClaimWorkload(SERVICE, SECOND, 2)) is Answer.YES


def test_a_claim_that_arrives_after_its_release_changes_nothing(pair: Pair) -> None:
    pair.do(CLAIM)
    pair.do(RELEASE)

    assert pair.do(CLAIM) is Answer.NO
    assert pair.is_so(RELEASE)


def test_a_claim_that_arrives_after_others_came_and_went_changes_nothing(pair: Pair) -> None:
    other = ClaimWorkload(SERVICE, SECOND, 2)
    for action in (CLAIM, RELEASE, other, ReleaseWorkload(SERVICE, SECOND)):
        assert pair.do(action) is Answer.YES

    assert pair.do(CLAIM) is Answer.NO
    assert pair.is_so(RELEASE)


def test_a_release_of_what_another_holds_changes_nothing(pair: Pair) -> None:
    pair.do(ClaimWorkload(SERVICE, SECOND, 1))

    assert pair.do(RELEASE) is Answer.YES
    assert pair.is_so(ClaimWorkload(SERVICE, SECOND, 1))


def test_a_placement_moves_once_and_raises_its_epoch(pair: Pair) -> None:
    assert pair.objections(MOVE) == []
    assert pair.do(MOVE) is Answer.YES
    assert pair.is_so(MOVE)
    assert pair.do(MOVE) is Answer.YES
    assert pair.is_so(MOVE)


def test_a_placement_that_is_another_by_now_is_not_moved(pair: Pair) -> None:
    pair.do(MOVE)
    late = MovePlacement(SERVICE, HOME, SiteName("ndc03"), 2, SECOND)

    assert pair.objections(late)
    assert pair.do(late) is Answer.NO
    assert pair.is_so(MOVE)


def test_an_epoch_is_never_skipped(pair: Pair) -> None:
    assert pair.do(MovePlacement(SERVICE, HOME, REFUGE, 3, FIRST)) is Answer.NO


def test_the_same_move_by_another_run_is_not_taken_for_ours(pair: Pair) -> None:
    pair.do(MOVE)

    assert pair.is_so(MovePlacement(SERVICE, HOME, REFUGE, 2, SECOND)) is False


@pytest.mark.lab
def test_a_record_in_the_text_of_an_older_version_is_moved_and_held(etcd: Etcd) -> None:
    of = network().environment
    records = EtcdPlacements(etcd, of)
    old = [
        Put(placements(of) + SERVICE, '{"site":"ndc01","epoch":1,"run":null}'),
        Put(claims(of) + SERVICE, '{"run":null,"number":4}'),
    ]
    etcd.change([], old)

    records.swap(SERVICE, Placement(HOME, 1, None), Placement(REFUGE, 2, FIRST))
    records.take(SERVICE, FIRST, 5)

    moved, held = records.placement(SERVICE), records.claim(SERVICE)
    _forget(etcd)
    assert moved == Placement(REFUGE, 2, FIRST)
    assert held == Claim(FIRST, 5)


@pytest.mark.lab
def test_an_agent_reads_every_record_at_once_and_no_claim(etcd: Etcd) -> None:
    of = network().environment
    records = EtcdPlacements(etcd, of)
    records.ensure(SERVICE, HOME)
    records.take(SERVICE, FIRST, 1)

    read = records.placements()

    _forget(etcd)
    assert read == {SERVICE: Placement(HOME, 1, None)}
    assert records.placements() == {}
