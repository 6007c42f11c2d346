"""A controller looks, says whom it misses, and judges if it is elected."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import httpx
import pytest

from access.clients.etcd import Etcd
from core.errors import WorldError
from dr.judging import Judgement
from dr.lever import Hold
from dr.live.lever import Lever
from dr.live.records import EtcdRecords
from dr.placement import Placement
from dr.simulation.timeline import Timeline
from dr.watching import EVERY, Pulse
from inventory import etcd as keys
from inventory.names import HostName, SiteName
from inventory.network import Role
from monitors.onhost.controllers_look import Controller
from monitors.onhost.controllers_words import EtcdWatch
from tests.networks import PORTAL_ALONE, network
from tests.stubs.etcd import StubEtcd

NETWORK = network("tiny", *PORTAL_ALONE)
HERE = NETWORK.environment
FIRST, SECOND, THIRD, *_ = (host.name for host in NETWORK.hosts_with(Role.MONITOR))
LOST = HostName("ndc03-edge")
AT = datetime(2030, 5, 17, 5, 0, 0, tzinfo=UTC)
EVERYBODY = frozenset(host.name for host in NETWORK.hosts)


@dataclass
class Playing:
    """Controllers that look one after the other, and whom each of them sees."""

    etcd: Etcd = field(default_factory=lambda: StubEtcd().client())
    sees: dict[HostName, frozenset[HostName]] = field(default_factory=dict)
    clock: Timeline = field(default_factory=Timeline)
    controllers: dict[HostName, Controller] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for host in (FIRST, SECOND, THIRD):
            self.sees[host] = EVERYBODY
            watch = EtcdWatch(self.etcd, NETWORK, host)
            self.controllers[host] = Controller(watch, partial(self._seen_by, host), self.clock)

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


def test_a_quiet_network_is_written_once(playing: Playing) -> None:
    playing.look(times=2)
    before = {one.key: one.revision for one in playing.etcd.under(keys.watch(HERE))}

    playing.look(times=3)

    after = {one.key: one.revision for one in playing.etcd.under(keys.watch(HERE))}
    assert after == before


def test_who_does_not_see_itself_says_nothing(playing: Playing) -> None:
    playing.sees[FIRST] = frozenset()

    (sentence,) = playing.look(FIRST)

    assert "does not see itself" in sentence
    assert EtcdWatch(playing.etcd, NETWORK, SECOND).state().words == {}


def test_where_etcd_is_silent_nothing_is_said() -> None:
    nobody = EtcdWatch(Etcd(httpx.Client(), ["https://127.0.0.1:1"]), NETWORK, FIRST)
    controller = Controller(nobody, lambda: EVERYBODY, Timeline())

    with pytest.raises(WorldError):
        list(controller.look())


def test_what_would_be_done_is_in_the_judgement_with_what_holds_it_back(playing: Playing) -> None:
    (service,) = NETWORK.services
    records = EtcdRecords(playing.etcd, NETWORK)
    before = records.placement(service.name)
    epoch = before.epoch + 1 if before else 1
    records.swap_placement(service.name, before, Placement(SiteName("ndc01"), epoch, None))
    Lever(playing.etcd, HERE).pull(Hold("an", AT, "the power is worked on"))
    home = {host.name for host in NETWORK.hosts_at(SiteName("ndc01"))}
    playing.look(SECOND, THIRD)
    playing.sees = dict.fromkeys(playing.sees, EVERYBODY - home)

    playing.look(SECOND, THIRD, times=6)

    (proposal,) = playing.judgement().proposals
    assert (proposal.to, proposal.command) == ("ndc02", "ndc dr failover --lost ndc01")
    assert "the lever is pulled, held by an (not proved)" in proposal.why_not[0]
