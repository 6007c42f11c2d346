"""A host that serves alone at its site: its agent and guard, a majority, and words in etcd."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from core.errors import NotSeen
from core.runs.plan import RunName
from core.system_clock import SystemClock
from dr.hosts.announcing import AnnouncerWord, Checked, Fitness
from dr.hosts.epochs import Act, GuardRequest
from dr.live.records import EtcdRecords
from dr.onhost.addresses import MemoryAddresses
from dr.onhost.agent import Agent
from dr.onhost.announcers import EtcdAnnouncers
from dr.onhost.epoch_record import EpochRecord
from dr.onhost.fellowship import Fellowship
from dr.onhost.guard import Guard
from dr.placement import Claim, Placement
from dr.simulation.timeline import Timeline
from inventory.names import HostName, ServiceName, SiteName
from tests.networks import PORTAL_ALONE, network
from tests.stubs.etcd import StubEtcd

PORTAL: Final = ServiceName("public-service-portal")
ADDRESS: Final = IPv4Address("198.19.255.1")
HERE, ELSEWHERE = SiteName("ndc01"), SiteName("ndc02")
NETWORK: Final = network("tiny", *PORTAL_ALONE)
OWN, OTHER = HostName("ndc01-node"), HostName("ndc02-node")


@dataclass
class Majority:
    """Records in memory, kept by a majority that may be lost."""

    kept: dict[ServiceName, Placement] = field(default_factory=dict)
    holder: RunName | None = None
    lost: bool = False
    refuses: bool = False
    """whether it is there, and turns the agent away"""
    when_read: Callable[[], object] = lambda: None
    """what happens between reading and acting"""

    def placements(self) -> Mapping[ServiceName, Placement]:
        if self.lost:
            raise NotSeen("no quorum", refused=self.refuses)
        answer = dict(self.kept)
        self.when_read()
        return answer

    def claim(self, service: ServiceName) -> Claim:
        assert service == PORTAL
        return Claim(self.holder, 1)


@dataclass
class Stage:
    """A host at ``HERE``, its agent, and the majority."""

    folder: Path
    majority: Majority = field(default_factory=Majority)
    addresses: MemoryAddresses = field(default_factory=MemoryAddresses)
    excluded: bool = False
    ails: str = ""
    """why a citizen is not served here"""
    etcd: StubEtcd = field(default_factory=StubEtcd)
    """what keeps the words, and the records that a word is compared with"""
    clock: Timeline = field(default_factory=Timeline)
    fellowship: Fellowship = field(init=False)
    elsewhere: EtcdAnnouncers = field(init=False)
    """the words of whoever serves at ``ELSEWHERE``"""

    def __post_init__(self) -> None:
        self.fellowship = Fellowship(OWN, frozenset(), self.words_of(OWN), self.clock)
        self.elsewhere = self.words_of(OTHER)

    def words_of(self, host: HostName) -> EtcdAnnouncers:
        return EtcdAnnouncers(self.etcd.client(), self.records, host)

    @property
    def records(self) -> EtcdRecords:
        return EtcdRecords(self.etcd.client(), NETWORK)

    @property
    def guard(self) -> Guard:
        record = EpochRecord(self.folder, SystemClock())
        return Guard({PORTAL: str(ADDRESS)}, record, self.addresses)

    def place(self, site: SiteName, epoch: int) -> None:
        placed = Placement(site, epoch, None)
        self.majority.kept[PORTAL] = placed
        self.records.swap_placement(PORTAL, self.records.placement(PORTAL), placed)

    def answer(self, epoch: int = 2, fitness: Fitness = Fitness.WELL) -> None:
        """Let whoever serves elsewhere say how it is, to the last word that it can read."""
        (asked,) = (one for one in self.elsewhere.standing()[PORTAL] if one.host == OWN)
        answers = asked.revision if fitness is Fitness.WELL else 0
        self.elsewhere.tell(PORTAL, AnnouncerWord(epoch, fitness, answers))

    def said(self) -> dict[HostName, Fitness]:
        standing = self.elsewhere.standing().get(PORTAL, ())
        return {one.host: one.word.fitness for one in standing}

    def ask(self, act: Act, epoch: int) -> None:
        self.guard.answer(GuardRequest(PORTAL, epoch, "move", "step", act, ADDRESS).text())

    def look(self) -> list[str]:
        return list(self.agent().look())

    def agent(self, guard: Guard | None = None, majority: Majority | None = None) -> Agent:
        return Agent(
            HERE,
            majority or self.majority,
            guard or self.guard,
            self,
            self.fellowship,
            lambda: self.excluded,
        )

    def checked(self, service: str, address: IPv4Address) -> Checked:
        assert (service, address) == (PORTAL, ADDRESS)
        return Checked(Fitness.ILL if self.ails else Fitness.WELL, self.ails)

    @property
    def announced(self) -> bool:
        return ADDRESS in self.addresses.present()

    @property
    def known(self) -> dict[str, int]:
        return self.guard.record.read()
