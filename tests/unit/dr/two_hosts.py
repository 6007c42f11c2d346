"""One site with two hosts that may serve: their agents and guards, and a quorum in memory."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from core.errors import NdcError
from core.system_clock import SystemClock
from dr.hosts.announcing import AnnouncerWord, Checked, Fitness
from dr.live.records import EtcdRecords
from dr.onhost.addresses import MemoryAddresses
from dr.onhost.agent import Agent
from dr.onhost.announcers import EtcdAnnouncers
from dr.onhost.epoch_record import EpochRecord
from dr.onhost.fellowship import EVERY, Fellowship
from dr.onhost.guard import Guard
from dr.placement import Placement
from inventory.etcd import announcers
from inventory.names import HostName, SiteName
from tests.networks import TWIN_HOSTS, network
from tests.stubs.etcd import StubEtcd

NETWORK: Final = network("twins", TWIN_HOSTS)
(SERVICE,) = NETWORK.services
PORTAL, ADDRESS = SERVICE.name, SERVICE.address
HOME: Final = SiteName("east")
REFUGE: Final = SiteName("west")
ONE, TWO = HostName("east-one"), HostName("east-two")
REFUGE_HOST: Final = HostName("west-one")
WELL: Final = Checked(Fitness.WELL)


@dataclass
class StageClock:
    """A clock that somebody moves."""

    since_boot: timedelta = timedelta(hours=1)

    def now(self) -> datetime:
        return datetime(2030, 1, 1, tzinfo=UTC) + self.since_boot

    def elapsed(self) -> timedelta:
        return self.since_boot

    def sleep(self, duration: timedelta) -> None:
        self.since_boot += duration


@dataclass
class Cut(StubEtcd):
    """A quorum that may be out of reach, or whose answer to a change may get lost."""

    silent: bool = False
    loses_withdrawals: bool = False
    """what deletes a word is done, and nobody hears of it"""
    refuses: str = ""
    """what the keys begin with that nobody may read"""
    asked: list[str] = field(default_factory=list)

    @override
    def answer(self, asked: Any) -> tuple[int, Any]:
        self.asked.append(asked.path)
        if self.silent:
            return 503, {"error": "etcdserver: no leader"}
        if self.refuses and self.refuses in self._asked_for(asked):
            return 403, {"error": "etcdserver: permission denied"}
        found = super().answer(asked)
        return (503, {"error": "etcdserver: request timed out"}) if self._is_lost(asked) else found

    def _asked_for(self, asked: Any) -> str:
        return b64decode(asked.body.get("key", "")).decode()

    def _is_lost(self, asked: Any) -> bool:
        return self.loses_withdrawals and "request_delete_range" in str(asked.body)


@dataclass
class Health:
    """How the service is on one host, and where that was asked."""

    now: Checked = WELL
    asked: list[IPv4Address] = field(default_factory=list)

    def checked(self, service: str, address: IPv4Address) -> Checked:
        assert service == PORTAL
        self.asked.append(address)
        return self.now


@dataclass
class Host:
    """One host of the site, as its agent has it."""

    agent: Agent
    addresses: MemoryAddresses
    health: Health

    @property
    def announces(self) -> bool:
        return ADDRESS in self.addresses.present()


@dataclass
class Site:
    """Two hosts that may serve, and what a quorum keeps."""

    folder: Path
    etcd: Cut = field(default_factory=Cut)
    clock: StageClock = field(default_factory=StageClock)
    hosts: dict[HostName, Host] = field(default_factory=dict)

    @property
    def records(self) -> EtcdRecords:
        return EtcdRecords(self.etcd.client(), NETWORK)

    def place(self, site: SiteName, epoch: int) -> None:
        self.records.swap_placement(
            PORTAL, self.records.placement(PORTAL), Placement(site, epoch, None)
        )

    def boot(self, name: HostName) -> Host:
        """Return a host whose agent knows nothing yet; its address is what it was."""
        addresses = self.hosts[name].addresses if name in self.hosts else MemoryAddresses()
        record = EpochRecord(self.folder / name, SystemClock())
        guard = Guard({PORTAL: str(ADDRESS)}, record, addresses)
        words = EtcdAnnouncers(self.etcd.client(), self.records, name)
        beside = Fellowship(name, frozenset({PORTAL}), words, self.clock)
        health = Health()
        host = Host(Agent(HOME, self.records, guard, health, beside), addresses, health)
        self.hosts[name] = host
        return host

    def refuge_answers(self, epoch: int) -> None:
        """Let a host of the refuge say that it serves, to all words that stand now."""
        words = EtcdAnnouncers(self.etcd.client(), self.records, REFUGE_HOST)
        asked = max(one.revision for one in words.standing()[PORTAL])
        words.tell(PORTAL, AnnouncerWord(epoch, Fitness.WELL, asked))

    def rounds(self, number: int = 1, *names: HostName) -> list[str]:
        """Let agents look in turn, so many times; return what they did and what kept them."""
        done: list[str] = []
        for _ in range(number):
            for name in names or (ONE, TWO):
                try:
                    done += self.hosts[name].agent.look()
                except NdcError as error:
                    done.append(error.what)
            self.clock.sleep(EVERY)
        return done

    def becomes(self, name: HostName, health: Checked) -> None:
        self.hosts[name].health.now = health

    @property
    def announcing(self) -> set[HostName]:
        return {name for name, host in self.hosts.items() if host.announces}

    def words(self) -> Mapping[str, str]:
        prefix = announcers(NETWORK.environment)
        return {
            key.removeprefix(prefix).split("/")[0]: text
            for key, text in self.etcd.held.items()
            if key.startswith(prefix)
        }
