"""What recovery may rely on where placements and claims are kept: simulated, and in a real etcd."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

import pytest

from access.clients.etcd import Delete, Etcd, Holds, Put
from core.errors import Rejected
from core.runs.plan import RunName
from core.runs.ports import Answer
from dr.actions import ClaimWorkload, MovePlacement, ReleaseWorkload
from dr.live.records import EtcdRecords
from dr.looking.eye import Eye
from dr.placement import Claim, Placement
from dr.simulation.world import rehearsed
from dr.watch.lookout import SightWord
from inventory.etcd import claims, patroni_order, placements
from inventory.names import HostName, SiteName
from tests.contract.etcd_server import running_etcd
from tests.contract.reached import RUN, Reached
from tests.networks import network
from tests.rehearsals import SERVICE

FIRST, SECOND = RUN, RunName("second")
HOME, REFUGE = SiteName("ndc01"), SiteName("ndc02")


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    with running_etcd(tmp_path_factory.mktemp("etcd"), network()) as client:
        yield client


def _forget(etcd: Etcd) -> None:
    of = network().environment
    for prefix in (placements(of), claims(of), patroni_order(of, network().databases[0].name)):
        etcd.change([], [Delete(found.key) for found in etcd.under(prefix)])


@pytest.fixture(params=["simulated", pytest.param("real", marks=pytest.mark.lab)])
def records(request: pytest.FixtureRequest) -> Iterator[Reached]:
    world = rehearsed(network(), SERVICE)
    doors = world.doors
    client: Etcd | None = None
    if request.param == "real":
        client = request.getfixturevalue("etcd")
        doors = replace(doors, records=EtcdRecords(client, network()))
        doors.records.swap_placement(SERVICE, None, Placement(HOME, 1, None))
    eye = Eye(network(), doors, world)

    def says(host: HostName, word: SightWord) -> None:
        world.truth.sight_words.tell(host, world.truth.plant.life(host), word)

    served, go_dark = world.truth.at(SERVICE), world.truth.plant.dark.clear
    yield Reached(eye, doors, world, served, nullcontext, go_dark, says)
    if client is not None:
        _forget(client)


CLAIM, RELEASE = ClaimWorkload(SERVICE, FIRST, 1), ReleaseWorkload(SERVICE, FIRST)
MOVE = MovePlacement(SERVICE, HOME, REFUGE, 2, FIRST)


def test_a_workload_is_held_by_one_run_at_a_time(records: Reached) -> None:
    other = ClaimWorkload(SERVICE, SECOND, 1)

    assert records.do(CLAIM) is Answer.YES
    assert records.is_so(CLAIM)
    assert records.objections(other)
    assert records.do(other) is Answer.NO
    assert records.is_so(other) is False


def test_a_claim_may_be_asked_for_twice(records: Reached) -> None:
    assert (records.do(CLAIM), records.do(CLAIM)) == (Answer.YES, Answer.YES)


def test_a_released_workload_may_be_held_by_the_next(records: Reached) -> None:
    records.do(CLAIM)

    assert records.do(RELEASE) is Answer.YES
    assert records.is_so(RELEASE)
    assert records.do(ClaimWorkload(SERVICE, SECOND, 2)) is Answer.YES


def test_a_claim_that_arrives_after_its_release_changes_nothing(records: Reached) -> None:
    records.do(CLAIM)
    records.do(RELEASE)

    assert records.do(CLAIM) is Answer.NO
    assert records.is_so(RELEASE)


def test_a_claim_that_arrives_after_others_came_and_went_changes_nothing(records: Reached) -> None:
    other = ClaimWorkload(SERVICE, SECOND, 2)
    for action in (CLAIM, RELEASE, other, ReleaseWorkload(SERVICE, SECOND)):
        assert records.do(action) is Answer.YES

    assert records.do(CLAIM) is Answer.NO
    assert records.is_so(RELEASE)


def test_a_release_of_what_another_holds_changes_nothing(records: Reached) -> None:
    records.do(ClaimWorkload(SERVICE, SECOND, 1))

    assert records.do(RELEASE) is Answer.YES
    assert records.is_so(ClaimWorkload(SERVICE, SECOND, 1))


def test_a_placement_moves_once_and_raises_its_epoch(records: Reached) -> None:
    assert records.do(CLAIM) is Answer.YES
    assert records.objections(MOVE) == []
    assert records.do(MOVE) is Answer.YES
    assert records.is_so(MOVE)
    assert records.do(MOVE) is Answer.YES
    assert records.is_so(MOVE)


def test_a_placement_that_is_another_by_now_is_not_moved(records: Reached) -> None:
    records.do(MOVE)
    late = MovePlacement(SERVICE, HOME, SiteName("ndc03"), 2, SECOND)

    assert records.objections(late)
    assert records.do(late) is Answer.NO
    assert records.is_so(MOVE)


def test_an_epoch_is_never_skipped(records: Reached) -> None:
    assert records.do(MovePlacement(SERVICE, HOME, REFUGE, 3, FIRST)) is Answer.NO


def test_the_same_move_by_another_run_is_not_taken_for_ours(records: Reached) -> None:
    records.do(MOVE)

    assert records.is_so(MovePlacement(SERVICE, HOME, REFUGE, 2, SECOND)) is False


@pytest.mark.lab
def test_an_agent_reads_every_record_at_once_and_no_claim(etcd: Etcd) -> None:
    records = EtcdRecords(etcd, network())
    records.swap_placement(SERVICE, None, Placement(HOME, 1, None))
    records.swap_claim(SERVICE, Claim(None), Claim(FIRST, 1))

    read = records.placements()

    _forget(etcd)
    assert read == {SERVICE: Placement(HOME, 1, None)}
    assert records.placements() == {}


@pytest.mark.lab
def test_a_record_that_another_version_wrote_is_replaced_all_the_same(etcd: Etcd) -> None:
    records = EtcdRecords(etcd, network())
    key = placements(network().environment) + SERVICE
    spaced = '{ "site": "ndc01", "epoch": 1, "run": null }'
    assert etcd.change([Holds(key, None)], [Put(key, spaced)])

    records.swap_placement(SERVICE, Placement(HOME, 1, None), Placement(REFUGE, 2, FIRST))

    moved = records.placement(SERVICE)
    _forget(etcd)
    assert moved == Placement(REFUGE, 2, FIRST)


def test_a_record_is_never_swapped_for_what_it_is_not(records: Reached) -> None:
    door = records.doors.records

    with pytest.raises(Rejected):
        door.swap_claim(SERVICE, Claim(SECOND, 1), Claim(FIRST, 2))

    assert door.claim(SERVICE).run is None
