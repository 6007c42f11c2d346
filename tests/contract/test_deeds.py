"""What controllers may rely on when they act: a quorum in memory, and a real one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from access.clients.etcd import Delete, Etcd, Put
from core.clock import wait_until
from core.errors import Rejected
from core.runs.plan import RunName
from core.system_clock import SystemClock
from dr.live.deeds import KEPT, Deeds, Footing
from dr.live.lever import Lever
from dr.live.records import EtcdRecords
from dr.placement import BY_ITSELF, Placement
from dr.watch.deeds import Relocating, Vacating
from dr.watch.lever import Hold
from inventory import etcd as keys
from inventory.etcd import CONTROL, controller_account, patroni_account
from inventory.names import HostName, SiteName
from inventory.network import Role
from monitors.onhost.controllers_words import EtcdWatch
from tests.contract.etcd_server import Server, etcd_server
from tests.networks import PORTAL_ALONE, network
from tests.stubs.etcd import StubEtcd

NETWORK = network("tiny", *PORTAL_ALONE)
HERE = NETWORK.environment
FIRST, SECOND, *_ = (host.name for host in NETWORK.hosts_with(Role.MONITOR))
(SERVICE,) = (one.name for one in NETWORK.services)
(DATABASE,) = (one.name for one in NETWORK.databases)
LEADER, HEIR = HostName("ndc01-node"), HostName("ndc02-node")
LEADING, SYNC = keys.patroni_facts(HERE, DATABASE)
AT = datetime(2030, 5, 17, 5, 0, 0, tzinfo=UTC)
RUN = RunName("move")
HOME, REFUGE = SiteName("ndc01"), SiteName("ndc02")
SHORT = timedelta(seconds=2)
"""etcd may grant more: an election and a half"""


@dataclass
class Ground:
    """Where controllers act, beside the control plane and Patroni."""

    control: Etcd
    patroni: Etcd
    controller: Etcd
    """on FIRST"""
    end_leases: Callable[[], object]

    def __post_init__(self) -> None:
        self.lead(LEADER)
        self.patroni.change([], [Put(SYNC, json.dumps({"leader": LEADER, "sync_standby": HEIR}))])
        records = EtcdRecords(self.control, NETWORK)
        self.placed = Placement(HOME, 4, None)
        records.swap_placement(SERVICE, records.placement(SERVICE), self.placed)
        self.office = f"{FIRST} somebody's lease"
        self.controller.change([], [Put(keys.elected(HERE), self.office)])

    @property
    def deeds(self) -> Deeds:
        return Deeds(self.controller, NETWORK)

    def lead(self, host: HostName) -> None:
        """Let ``host`` take the key to lead by, in a term of its own."""
        self.patroni.change([], [Put(LEADING, host)])

    def leader(self) -> str | None:
        record = self.control.get(LEADING)
        return record.value if record else None

    def footing(self) -> Footing:
        key = self.deeds.leader(DATABASE)
        assert key is not None
        return self.deeds.grounds(DATABASE, key)

    def vacate(self, footing: Footing) -> bool:
        term = footing.grounds.key.term
        return self.deeds.vacate(Vacating(DATABASE, LEADER, term, "life", FIRST, AT), footing)

    def relocate(self, office: str = "") -> bool:
        deed = Relocating(SERVICE, HOME, REFUGE, self.placed.epoch + 1, FIRST, AT)
        return self.deeds.relocate(deed, self.placed, office or self.office, SHORT)

    def placement(self) -> Placement | None:
        return EtcdRecords(self.control, NETWORK).placement(SERVICE)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with etcd_server(tmp_path_factory.mktemp("etcd"), NETWORK) as server:
        server.admit()
        yield server


@pytest.fixture(params=["stub", pytest.param("real", marks=pytest.mark.lab)])
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    if request.param == "stub":
        stub = StubEtcd()
        yield Ground(stub.client(), stub.client(), stub.client(), stub.lapse)
        return
    server: Server = request.getfixturevalue("server")
    control = server.speaking_as(CONTROL)
    patroni = server.speaking_as(patroni_account(DATABASE))
    controller = server.speaking_as(controller_account(FIRST))

    def end_leases() -> None:
        wait_until(
            SystemClock(),
            lambda: control.get(keys.rest(HERE, SERVICE)) is None,
            what="the end of a lease",
            bound=timedelta(seconds=20),
        )

    yield Ground(control, patroni, controller, end_leases)
    control.change([], [Delete(keys.lever(HERE)), Delete(keys.claim_on(HERE, DATABASE))])
    end_leases()


def test_a_key_is_vacated_once_and_word_of_it_is_left(ground: Ground) -> None:
    footing = ground.footing()

    assert (ground.vacate(footing), ground.vacate(footing)) == (True, False)

    assert ground.leader() is None
    last = ground.deeds.last(DATABASE)
    assert isinstance(last, Vacating)
    assert last.term == footing.grounds.key.term
    assert EtcdWatch(ground.controller, NETWORK, FIRST).state().elected == ground.office


def test_what_was_not_done_leaves_word_and_the_key(ground: Ground) -> None:
    footing = ground.footing()
    term = footing.grounds.key.term
    deed = Vacating(DATABASE, LEADER, term, "life", FIRST, AT, ("the lever",))

    assert ground.deeds.vacate(deed, footing)

    assert ground.leader() == LEADER
    assert ground.deeds.last(DATABASE) == deed


def test_the_last_deeds_about_a_thing_are_kept_oldest_first_and_no_more(ground: Ground) -> None:
    terms = list[int]()
    for number in range(KEPT + 2):
        ground.lead(LEADER)
        footing = ground.footing()
        deed = Vacating(
            DATABASE, LEADER, footing.grounds.key.term, "life", FIRST, AT + number * SHORT
        )
        assert ground.deeds.vacate(deed, footing)
        terms.append(deed.term)

    deeds = [one for one in ground.deeds.all() if isinstance(one, Vacating)]

    assert [one.term for one in deeds] == terms[-KEPT:]
    assert ground.deeds.last(DATABASE) == deeds[-1]


def test_what_was_kept_back_and_what_was_done_then_are_both_told(ground: Ground) -> None:
    footing = ground.footing()
    term = footing.grounds.key.term
    kept_back = Vacating(DATABASE, LEADER, term, "life", FIRST, AT, ("the lever",))
    done = replace(kept_back, why_not=(), at=AT + SHORT)

    assert ground.deeds.vacate(kept_back, footing)
    assert ground.deeds.vacate(done, footing)

    told = [one for one in ground.deeds.all() if isinstance(one, Vacating) and one.term == term]
    assert told == [kept_back, done]
    assert ground.deeds.last(DATABASE) == done


def test_a_service_that_is_moved_leaves_word_of_each_time(ground: Ground) -> None:
    ground.relocate()

    assert Relocating(SERVICE, HOME, REFUGE, 5, FIRST, AT) in ground.deeds.all()


def _pull(ground: Ground) -> None:
    Lever(ground.control, HERE).pull(Hold("an", AT, "the power is worked on"))


def _claim(ground: Ground) -> None:
    records = EtcdRecords(ground.control, NETWORK)
    claim = records.claim(SERVICE)
    records.swap_claim(SERVICE, claim, replace(claim, run=RUN, number=claim.number + 1))


@pytest.mark.parametrize(
    "meanwhile",
    [
        _pull,
        _claim,
        lambda ground: ground.lead(HEIR),
        lambda ground: ground.lead(LEADER),
        lambda ground: ground.patroni.change([], [Put(SYNC, "{}")]),
        lambda ground: ground.patroni.change([], [Delete(LEADING)]),
    ],
    ids=["lever", "claim", "another leads", "it leads anew", "sync", "nobody leads"],
)
def test_no_key_is_vacated_on_grounds_that_changed(
    ground: Ground, meanwhile: Callable[[Ground], None]
) -> None:
    footing, before = ground.footing(), ground.deeds.last(DATABASE)
    meanwhile(ground)
    leader = ground.leader()

    assert not ground.vacate(footing)

    assert ground.leader() == leader
    assert ground.deeds.last(DATABASE) == before


def test_what_stands_in_the_way_is_seen(ground: Ground) -> None:
    _pull(ground)
    _claim(ground)

    grounds = ground.footing().grounds

    assert (grounds.run, grounds.whole) == (RUN, frozenset({HEIR}))
    assert grounds.lever is not None


def test_a_service_is_placed_anew_once_and_rests_then(ground: Ground) -> None:
    assert ground.relocate()

    moved = Placement(REFUGE, 5, BY_ITSELF)
    records = EtcdRecords(ground.control, NETWORK)
    assert ground.placement() == records.failed_over(SERVICE) == moved
    ground.placed = moved
    assert not ground.relocate()
    ground.end_leases()
    assert records.failed_over(SERVICE) is None
    assert ground.relocate()
    assert records.claim(SERVICE).run is None


def test_no_service_is_placed_anew_that_the_control_plane_wants_left_alone(ground: Ground) -> None:
    Deeds(ground.control, NETWORK).leave_alone(SHORT, "hosts restart")

    assert not ground.relocate()

    state = EtcdWatch(ground.controller, NETWORK, FIRST).state()
    assert state.rests == {SERVICE: "hosts restart"}
    ground.end_leases()
    assert ground.relocate()


@pytest.mark.parametrize("meanwhile", [_pull, _claim], ids=["lever", "claim"])
def test_no_service_is_placed_anew_while_a_person_works_on_it(
    ground: Ground, meanwhile: Callable[[Ground], None]
) -> None:
    meanwhile(ground)

    assert not ground.relocate()

    assert ground.placement() == ground.placed


def test_who_judges_no_more_places_nothing(ground: Ground) -> None:
    assert not ground.relocate("another's office")

    assert ground.placement() == ground.placed


def test_a_service_that_is_placed_elsewhere_by_now_stays_there(ground: Ground) -> None:
    elsewhere = Placement(SiteName("ndc03"), 5, RUN)
    EtcdRecords(ground.control, NETWORK).swap_placement(SERVICE, ground.placed, elsewhere)

    with pytest.raises(Rejected):
        ground.relocate()

    assert ground.placement() == elsewhere


@pytest.mark.lab
@pytest.mark.parametrize(
    "key", [SYNC, keys.patroni_order(HERE, DATABASE), keys.claim_on(HERE, DATABASE), "/elsewhere"]
)
def test_a_controller_orders_no_switch_and_takes_no_claim(server: Server, key: str) -> None:
    controller = server.speaking_as(controller_account(FIRST))

    with pytest.raises(Rejected):
        controller.change([], [Put(key, "lies")])
