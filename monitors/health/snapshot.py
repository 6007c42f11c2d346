"""The picture of one moment: what was seen of a network, and what could not be.

Frozen values and nothing else. A feed makes them, the dashboard and ``ndc
status`` draw them. What could not be seen is None, never a default; each thing
says when it was last seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address

from dr.admission import Exclusion
from dr.logs.seam import LogProgress, Seam
from inventory.names import (
    DatabaseName,
    EnvironmentName,
    HostName,
    RegionName,
    ServiceName,
    SiteName,
)
from inventory.promises import LastCopy
from monitors.health.alarms import AlarmsView
from monitors.health.away import AwayView
from monitors.health.clocks import ClockView
from monitors.health.drills import DrillView
from monitors.health.links import LinkView, SessionView
from monitors.health.notices import ApartView, CertificateView, ScheduledView
from monitors.health.programs import AgentView, FileSystemView, UnitView
from monitors.health.run_view import RunView
from monitors.health.sighting import Sighting
from monitors.health.stores import PoolView, StoreView
from monitors.health.watch import WatchView
from stacks.substrates.port import Power


class MemberRole(StrEnum):
    """What a member of a database does."""

    LEADER = "leader"
    SYNCHRONOUS = "synchronous"
    """a standby that acknowledges each commit, or is of the quorum that does"""
    STANDBY = "standby"


@dataclass(frozen=True, slots=True)
class SiteView:
    """One place, as declared."""

    name: SiteName
    title: str
    region: RegionName
    witness: bool
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class HostView:
    """One host."""

    name: HostName
    site: SiteName
    power: Power | None
    """None: no substrate told"""
    answers: bool | None
    """whether its SSH port greets; None: could not be told"""
    booted_at: datetime | None
    idle_units: tuple[UnitView, ...] | None
    """that are to run and do not; None: it does not tell"""
    file_systems: tuple[FileSystemView, ...]
    agent: AgentView | None
    """None: no service may be served here, or nobody tells"""
    sighting: Sighting
    clock: ClockView | None = None
    """None: nobody tells"""
    excluded: Exclusion | None = None
    """None: it takes part, or nobody tells that it was given up"""


@dataclass(frozen=True, slots=True)
class VoterView:
    """One etcd member."""

    host: HostName
    site: SiteName
    healthy: bool | None
    """whether it can answer a read that needs a majority"""
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class QuorumView:
    """The voters together, by what each of them says itself."""

    voters: tuple[VoterView, ...]
    no_space: tuple[HostName, ...] = ()
    """those who say that the space of etcd's database is used up: none takes writes then"""
    retired: tuple[HostName, ...] = ()
    """declared voters whose vote was taken out: they count for nothing"""

    @property
    def healthy(self) -> int:
        """How many voters are known to be healthy."""
        return sum(voter.healthy is True for voter in self.voters)

    @property
    def majority(self) -> int:
        """How many voters it takes."""
        return len(self.voters) // 2 + 1

    @property
    def tolerates(self) -> int | None:
        """How many more voters may be lost; None: there is no majority, as far as can be seen."""
        spare = self.healthy - self.majority
        return spare if spare >= 0 else None


@dataclass(frozen=True, slots=True)
class MemberView:
    """One copy of a database."""

    host: HostName
    site: SiteName
    role: MemberRole | None
    state: str | None
    """Patroni's word: ``running``, ``streaming``, ``starting`` …"""
    lag_bytes: int | None
    """behind the leader, as the leader's side last knew; None: not known, or it leads"""
    age: timedelta | None
    """of the newest mark that it holds, at worst: with what the clocks of both sites are off by,
    and the error of that; None: nobody tells, or it is ``early``
    """
    progress: LogProgress | None
    """how far it came by its own word; None: not told"""
    seam: Seam | None
    """how its leader's log goes on where it stands; None: it follows, or nobody could tell"""
    connections_left: int | None
    """that it would still take; None: not told"""
    sighting: Sighting
    apart: ApartView | None = None
    """None: nobody says that it stays apart"""
    disk: str | None = None
    """why its disk takes no writes, in one word; None: nobody says that it takes none"""
    early: timedelta | None = None
    """how far its newest mark is ahead of now: its age is not known; None: it is not ahead"""


@dataclass(frozen=True, slots=True)
class DatabaseView:
    """One database over its sites."""

    name: DatabaseName
    home: SiteName
    leader: HostName | None
    """None: it has none, or nobody could tell (see the sighting)"""
    timeline: int | None
    synchronous_wanted: int
    """how many standbys a commit waits for"""
    recovery_point: timedelta | None
    """how old a copy may be, by the strictest of its services; None: it has none"""
    contradicted: bool
    """whether its members tell different leaders: nobody knows which of them is right"""
    paused: bool
    """whether Patroni was told to replace no leader"""
    scheduled: ScheduledView | None
    members: tuple[MemberView, ...]
    sighting: Sighting
    unprotected_since: datetime | None = None
    """when its leader's monitor first saw that commits wait for too few; None: it did not tell"""
    last_copy_declared: LastCopy = LastCopy.CONTINUE
    """what it is to do without a copy to wait for"""
    last_copy: LastCopy | None = None
    """what its leader is told to do; None: nobody tells"""

    def hears(self, member: MemberView) -> bool | None:
        """Return whether the leader sends ``member`` its log; None: it leads, or nobody tells."""
        leading = next((m for m in self.members if m.host == self.leader), None)
        if leading is None or leading.progress is None or member is leading:
            return None
        return member.host in leading.progress.sends_to

    @property
    def synchronous(self) -> int:
        """How many members hold each acknowledged commit besides the leader."""
        return sum(member.role is MemberRole.SYNCHRONOUS for member in self.members)


@dataclass(frozen=True, slots=True)
class ServiceView:
    """Something citizens use."""

    name: ServiceName
    title: str
    address: IPv4Address
    active: SiteName | None
    """by the placement record"""
    epoch: int | None
    answers: bool | None
    """to the probe, within its deadline"""
    answers_from: SiteName | None
    writes: int
    """that the probe made in the last seconds; 0 also where no probe tells"""
    refused: int
    """of these"""
    unanswered: int
    """of these, within the probe's deadline"""
    lost: int
    """writes that were acknowledged and are not there, as far as the probe knows"""
    lost_since: datetime | None
    """when the first of them was missed; None: none is known"""
    probe_late: timedelta
    """how far the probe was behind its own schedule, at most; 0 also where no probe tells"""
    database: DatabaseName
    hosts: tuple[HostName, ...]
    """that may serve it, at any site"""
    sighting: Sighting
    away: AwayView | None = None
    """None: it is at its home, or nobody can say where it is"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that was seen of an environment at one moment.

    What the network does not have (no database declared, no probe) has no entry.
    """

    environment: EnvironmentName
    profile: str
    taken_at: datetime
    sites: tuple[SiteView, ...]
    hosts: tuple[HostView, ...]
    links: tuple[LinkView, ...]
    sessions: tuple[SessionView, ...]
    quorum: QuorumView | None
    databases: tuple[DatabaseView, ...]
    services: tuple[ServiceView, ...]
    stores: tuple[StoreView, ...]
    pools: tuple[PoolView, ...]
    runs: tuple[RunView, ...]
    """that are not over"""
    certificates: tuple[CertificateView, ...]
    watch: WatchView | None
    """None: nobody watches this network, or nobody could tell"""
    alarms: AlarmsView | None
    """None: no Alertmanager answered"""
    drill: DrillView | None = None
    """that is not over; None: none is"""
    unfenced: frozenset[HostName] = frozenset()
    """hosts for whose power nobody answers who should"""

    def hosts_at(self, site: SiteName) -> tuple[HostView, ...]:
        """Return the hosts of ``site``."""
        return tuple(host for host in self.hosts if host.site == site)

    def leader_of(self, database: DatabaseView) -> HostName | None:
        """Return who leads ``database`` now; None: it has no leader, or one without power."""
        return None if database.leader in self.powerless() else database.leader

    def powerless(self) -> frozenset[HostName]:
        """Return the hosts that the substrate knows not to run."""
        running = {Power.RUNNING, None}
        return frozenset(host.name for host in self.hosts if host.power not in running)

    def first_powerless(self, *hosts: str) -> str | None:
        """Return the first of ``hosts`` that is known not to run; None: none is."""
        dead = self.powerless()
        return next((host for host in hosts if host in dead), None)

    def full(self) -> frozenset[HostName]:
        """Return the hosts on which a file system is full."""
        return frozenset(h.name for h in self.hosts if any(one.is_full for one in h.file_systems))
