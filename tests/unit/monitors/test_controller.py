"""A controller looks, says whom it misses, and judges if it is elected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from access.clients.etcd import Etcd, Put
from core.errors import WorldError
from core.runs.plan import RunName
from dr.live.lever import Lever
from dr.live.records import EtcdRecords
from dr.placement import BY_ITSELF, Claim, Placement
from dr.simulation.power import SimulatedPower
from dr.simulation.timeline import Timeline
from dr.simulation.truth import Truth
from dr.watch.judging import Judgement
from dr.watch.lever import Hold
from dr.watch.lookout import ANEW, EVERY
from dr.watch.watching import Pulse
from inventory import etcd as keys
from inventory.initiative import Initiative
from inventory.names import HostName, ServiceName, SiteName
from inventory.network import Network, Role, Service
from monitors.onhost.controllers_look import Controller
from monitors.onhost.controllers_power import PowerLooks
from monitors.onhost.controllers_words import EtcdWatch
from tests.networks import PORTAL_ALONE, network
from tests.stubs.etcd import StubEtcd

NETWORK = network("tiny", *PORTAL_ALONE)
HERE = NETWORK.environment
FIRST, SECOND, THIRD, *_ = (host.name for host in NETWORK.hosts_with(Role.MONITOR))
LOST = HostName("ndc03-edge")
AT = datetime(2030, 5, 17, 5, 0, 0, tzinfo=UTC)
HOME, REFUGE = SiteName("ndc01"), SiteName("ndc02")
RUN = RunName("move")
AT_HOME = frozenset(host.name for host in NETWORK.hosts_at(HOME))
((SERVICE, DATABASE),) = ((one.name, one.database) for one in NETWORK.services)
LEADING, SYNC = keys.patroni_facts(HERE, DATABASE)
PLACED, MOVED = Placement(HOME, 4, None), Placement(REFUGE, 5, BY_ITSELF)
EVERYBODY = frozenset(host.name for host in NETWORK.hosts)


@dataclass
class Playing:
    """Controllers that look one after the other, and whom each of them sees."""

    of: Network = NETWORK
    etcd: Etcd = field(default_factory=lambda: StubEtcd().client())
    sees: dict[HostName, frozenset[HostName]] = field(default_factory=dict)
    clock: Timeline = field(default_factory=Timeline)
    controllers: dict[HostName, Controller] = field(default_factory=dict)
    answering: set[ServiceName] = field(default_factory=set)
    """at their addresses"""
    late: timedelta = field(default_factory=timedelta)
    """what it takes to ask whether services answer"""
    truth: Truth = field(default_factory=lambda: Truth.healthy(NETWORK, 0))
    """of who has power"""

    def __post_init__(self) -> None:
        for host in (FIRST, SECOND, THIRD):
            self.sees[host] = EVERYBODY
            watch = EtcdWatch(self.etcd, self.of, host)
            looks = PowerLooks(host, SimulatedPower(self.truth), self.clock)
            self.controllers[host] = Controller(
                watch, partial(self._seen_by, host), self._served, looks, self.clock
            )

    def _served(self, services: Sequence[Service]) -> frozenset[ServiceName]:
        self.clock.sleep(self.late)
        return frozenset(one.name for one in services if one.name in self.answering)

    def _seen_by(self, host: HostName) -> frozenset[HostName]:
        return self.sees[host]

    def look(self, *hosts: HostName, times: int = 1) -> list[str]:
        """Let ``hosts``, or all, look ``times``; return what they told."""
        news: list[str] = []
        for _ in range(times):
            for host in hosts or tuple(self.controllers):
                news += self.controllers[host].look()
            self.clock.sleep(EVERY)
        return news

    def place_at_home(self) -> None:
        """Let the service be placed at home, and its database be led by the refuge's copy."""
        EtcdRecords(self.etcd, NETWORK).swap_placement(SERVICE, None, PLACED)
        self.etcd.change([], [Put(LEADING, "ndc02-node"), Put(SYNC, "{}")])

    def placed(self) -> Placement | None:
        """Return where the service is placed."""
        return EtcdRecords(self.etcd, NETWORK).placement(SERVICE)

    def die(self) -> None:
        """Let all hosts at home lose their power, and nobody see them any more."""
        for host in AT_HOME:
            self.truth.plant.power_off(host)
        self.sees = dict.fromkeys(self.sees, EVERYBODY - AT_HOME)

    def judgement(self) -> Judgement:
        """Return the judgement that stands."""
        judgement = EtcdWatch(self.etcd, NETWORK, FIRST).state().judgement
        assert judgement is not None
        return judgement


@pytest.fixture
def playing() -> Playing:
    return Playing()


def test_a_host_is_dead_by_two_observers_and_alive_once_it_answers_for_long(
    playing: Playing,
) -> None:
    playing.look()
    assert playing.judgement().suspects == ()
    playing.sees = dict.fromkeys(playing.sees, EVERYBODY - {LOST})

    news = playing.look(times=5)

    (dead,) = playing.judgement().dead
    assert (dead.host, set(dead.by)) == (LOST, {FIRST, SECOND})
    assert f"{LOST} is dead" in " ".join(news)
    playing.sees = dict.fromkeys(playing.sees, EVERYBODY)
    playing.look(times=2)
    assert [one.pulse for one in playing.judgement().suspects] == [Pulse.SUSPECTED]
    assert f"{LOST} is alive" in playing.look(times=8)
    assert playing.judgement().suspects == ()


def test_a_quiet_network_is_written_seldom_and_whoever_answers_does_so_for_longer_then(
    playing: Playing,
) -> None:
    playing.look(times=2)
    before = {one.key: one.revision for one in playing.etcd.under(keys.watch(HERE))}

    playing.look(times=3)
    after = {one.key: one.revision for one in playing.etcd.under(keys.watch(HERE))}
    playing.look(times=5)
    words = EtcdWatch(playing.etcd, NETWORK, SECOND).state().words

    assert after == before
    assert [words[one].steady[LOST] for one in (FIRST, SECOND)] == [ANEW, ANEW]


def test_who_does_not_see_itself_says_nothing(playing: Playing) -> None:
    playing.sees[FIRST] = frozenset()

    (sentence,) = playing.look(FIRST)

    assert "does not see itself" in sentence
    assert EtcdWatch(playing.etcd, NETWORK, SECOND).state().words == {}


def test_where_etcd_is_silent_nothing_is_said() -> None:
    nobody = EtcdWatch(Etcd(httpx.Client(), ["https://127.0.0.1:1"]), NETWORK, FIRST)
    clock = Timeline()
    looks = PowerLooks(FIRST, SimulatedPower(Truth.healthy(NETWORK, 0)), clock)
    controller = Controller(nobody, lambda: EVERYBODY, lambda _: frozenset(), looks, clock)

    with pytest.raises(WorldError):
        list(controller.look())


def test_what_would_be_done_is_in_the_judgement_with_what_holds_it_back(playing: Playing) -> None:
    playing.place_at_home()
    Lever(playing.etcd, HERE).pull(Hold("an", AT, "the power is worked on"))
    playing.look(SECOND, THIRD)
    playing.sees = dict.fromkeys(playing.sees, EVERYBODY - AT_HOME)

    playing.look(SECOND, THIRD, times=6)

    assert playing.placed() == PLACED
    (proposal,) = playing.judgement().proposals
    assert (proposal.to, proposal.command) == ("ndc02", "ndc dr failover --lost ndc01")
    assert "the lever is pulled, held by an (not proved)" in proposal.why_not[0]


def test_a_service_whose_hosts_are_dead_is_placed_in_its_region_once_that_was_judged_twice(
    playing: Playing,
) -> None:
    playing.place_at_home()
    playing.look(SECOND, THIRD)
    playing.sees = dict.fromkeys(playing.sees, EVERYBODY - AT_HOME)

    before = playing.look(SECOND, THIRD, times=5)
    assert playing.placed() == PLACED
    after = playing.look(SECOND, THIRD)

    assert playing.placed() == MOVED
    assert not [one for one in before if "moved" in one and "would" not in one]
    assert f"moved {SERVICE} from ndc01 to ndc02, epoch 5" in " ".join(after)
    playing.look(SECOND, THIRD)
    assert playing.judgement().proposals == ()


def test_whoever_switches_their_power_is_believed_before_silence_lasted(playing: Playing) -> None:
    playing.place_at_home()
    playing.look(SECOND, THIRD, FIRST)  # who is at home said a moment ago that it sees everybody
    playing.die()

    playing.look(SECOND, THIRD, times=2)
    (edge, node) = playing.judgement().dead
    playing.look(SECOND, THIRD)

    assert {edge.host, node.host} == AT_HOME
    assert edge.powerless
    assert playing.placed() == MOVED


def test_who_stood_still_after_it_read_judges_nothing_and_moves_nothing(playing: Playing) -> None:
    playing.place_at_home()
    playing.look(SECOND, THIRD, FIRST)
    playing.die()
    playing.late = timedelta(seconds=5)

    news = playing.look(SECOND, THIRD, times=4)

    assert any("stood still" in one for one in news)
    assert playing.judgement().dead == ()
    assert playing.placed() == PLACED


def _answers(playing: Playing) -> None:
    playing.answering.add(SERVICE)


def _rests(playing: Playing) -> None:
    playing.etcd.change([], [Put(keys.rest(HERE, SERVICE), "somebody")])


def _claimed(playing: Playing) -> None:
    EtcdRecords(playing.etcd, NETWORK).swap_claim(SERVICE, Claim(None), Claim(RUN, 1))


def _led_far_away(playing: Playing) -> None:
    playing.etcd.change([], [Put(LEADING, "ndc03-node")])


@pytest.mark.parametrize(
    ("unless", "why"),
    [
        (_answers, "it answers at its address"),
        (_rests, "it is left alone for a while: somebody"),
        (_claimed, "move is in progress"),
        (_led_far_away, "unprotected: no copy at ndc02"),
    ],
)
def test_nothing_is_moved_by_itself_while_something_speaks_against_it(
    playing: Playing, unless: Callable[[Playing], None], why: str
) -> None:
    playing.place_at_home()
    unless(playing)
    playing.look(SECOND, THIRD)
    playing.die()

    playing.look(SECOND, THIRD, times=8)

    assert playing.placed() == PLACED
    (proposal,) = playing.judgement().proposals
    assert why in "; ".join(proposal.why_not)


def test_who_only_observes_moves_nothing_and_says_what_it_would_do() -> None:
    playing = Playing(replace(NETWORK, controllers=Initiative.OBSERVE))
    playing.place_at_home()
    playing.look(SECOND, THIRD)
    playing.die()

    playing.look(SECOND, THIRD, times=8)

    assert playing.placed() == PLACED
    (proposal,) = playing.judgement().proposals
    assert (proposal.to, proposal.why_not) == (REFUGE, ("this controller only observes",))


def test_where_no_power_port_answers_that_is_in_the_judgement(playing: Playing) -> None:
    playing.truth.plant.mute_ports |= EVERYBODY
    playing.look()
    silent = playing.judgement().fencing
    playing.truth.plant.mute_ports.clear()

    playing.look(times=6)

    assert "does not answer" in silent
    assert playing.judgement().fencing == ""
