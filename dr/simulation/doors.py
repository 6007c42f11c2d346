"""The five doors of a simulated network: each promises what its live side does, and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from core.errors import NotSeen, Rejected, Unreachable
from core.measure import Measure, ProbeTime
from core.runs.ports import Token
from dr.doors import Acknowledged, Doors, Stance, SwitchOrder
from dr.epochs import Act
from dr.facts import MemberFacts, Power
from dr.placement import Claim, Placement
from dr.seam import LogProgress, Seam
from dr.simulation.citizens import Citizens
from dr.simulation.database import ROW_BYTES, SimulatedDatabase
from dr.simulation.truth import Truth
from dr.succession import Succession, Untold
from inventory.names import DatabaseName, HostName, ServiceName
from inventory.network import Role

T = TypeVar("T")


def doors(truth: Truth, citizens: Citizens) -> Doors:
    """Return the doors of the network whose truth is ``truth``."""
    return Doors(
        SimulatedRecords(truth),
        SimulatedPatroni(truth),
        SimulatedGuard(truth),
        SimulatedApplication(truth),
        SimulatedProbe(truth, citizens),
        SimulatedPower(truth),
        SimulatedSight(truth),
    )


@dataclass(frozen=True, slots=True)
class SimulatedRecords:
    """Keeps the promise of ``dr.doors.RecordsDoor``."""

    truth: Truth

    def placement(self, service: ServiceName) -> Placement | None:
        """Return the newest record."""
        return self._read(service, lambda: self.truth.placements[-1])

    def claim(self, service: ServiceName) -> Claim:
        """Return who holds the database, whichever of its services ``service`` is."""
        shared = self.truth.network.service(service).database == self.truth.service.database
        return self._read(self.truth.service.name if shared else service, lambda: self.truth.claim)

    def alarms(self) -> frozenset[str]:
        """Return what the quorum raises alarm about."""
        return self._read(self.truth.service.name, lambda: self.truth.alarms)

    def swap_placement(self, service: ServiceName, old: Placement | None, new: Placement) -> None:
        """Append ``new`` if ``old`` is the newest record."""
        self._demand_quorum()
        placed = self.truth.placements[-1]
        if placed not in {old, new}:
            raise Rejected(f"the placement of {service} is another: {placed}")
        if placed != new:
            self.truth.placements.append(new)
            self.truth.changes += 1

    def swap_claim(self, service: ServiceName, old: Claim, new: Claim) -> None:
        """Replace the claim."""
        self._demand_quorum()
        if self.truth.claim not in {old, new}:
            raise Rejected(f"the claim on {service} is another: {self.truth.claim}")
        self.truth.changes += self.truth.claim != new
        self.truth.claim = new

    def _read(self, service: ServiceName, read: Callable[[], T]) -> T:
        if not self.truth.quorum or service != self.truth.service.name:
            raise NotSeen(f"no quorum answers for {service}", refused=False)
        return read()

    def _demand_quorum(self) -> None:
        if not self.truth.quorum:
            raise Unreachable("no quorum answers")
        if self.truth.alarms:
            raise Rejected("the quorum takes no writes")


@dataclass(frozen=True, slots=True)
class SimulatedPatroni:
    """Keeps the promise of ``dr.doors.DatabaseDoor``."""

    truth: Truth

    def members(self, database: DatabaseName) -> Mapping[HostName, MemberFacts]:
        """Return every copy that runs, if anybody at all can be asked."""
        own = self.truth.database
        if not any(self.truth.sees(host) for host in own.alive):
            raise NotSeen(f"nobody answers for {database}", refused=False)
        return {
            host: MemberFacts(
                leads=host == own.leader,
                streams=host != own.leader,
                lag_bytes=None if host == own.leader else ROW_BYTES * own.missing.get(host, 0),
                synchronous=host in own.synchronous | own.heirs,
            )
            for host in sorted(own.alive)
        }

    def paused(self, database: DatabaseName) -> bool:
        """Tell whether Patroni of ``database`` is paused."""
        self.members(database)
        return self.truth.database.paused

    def leads(self, database: DatabaseName, host: HostName) -> bool:
        """Tell whether ``host`` leads, and is out of recovery."""
        own = self._seen(database, host)
        return own.leader == host and host not in own.recovering

    def progress(self, database: DatabaseName, host: HostName) -> LogProgress:
        """Return how far ``host`` came."""
        return self._seen(database, host).progress(host)

    def seam(self, database: DatabaseName, leader: HostName, timeline: int, position: int) -> Seam:
        """Return whether the log of ``leader`` has a row where a copy stands; all are kept."""
        own = self._seen(database, leader)
        theirs = {rows * ROW_BYTES for rows in own.twins.values()}
        return Seam(holds=timeline != own.forks + 1 or position not in theirs, fork=None)

    def _seen(self, database: DatabaseName, host: HostName) -> SimulatedDatabase:
        if host not in self.truth.database.alive or not self.truth.sees(host):
            raise NotSeen(f"{host} does not answer for {database}", refused=False)
        return self.truth.database

    def switch(self, order: SwitchOrder) -> None:
        """Begin the planned switch, if the claim of ``order`` stands."""
        if not self.truth.quorum:
            raise Unreachable("no quorum answers")
        if self.truth.claim != order.claim:
            raise Rejected(f"the claim on {order.database} is another: {self.truth.claim}")
        if order.leader is None:
            raise Rejected("a switch begins at a leader")
        self.truth.database.switch(order.leader, order.candidate)
        self.truth.changes += 1

    def holder(self, database: DatabaseName) -> HostName | None:
        """Return who holds the leader key."""
        if not self.truth.quorum:
            raise NotSeen(f"no quorum answers for {database}", refused=False)
        return self.truth.database.holder

    def take_over(self, order: SwitchOrder) -> None:
        """Take the leader key from who holds it, and have the candidate promote."""
        if not self.truth.quorum:
            raise Unreachable("no quorum answers")
        if self.truth.claim != order.claim:
            raise Rejected(f"the claim on {order.database} is another: {self.truth.claim}")
        self.truth.changes += self.truth.database.take_over(order.leader, order.candidate)

    def succession(
        self, database: DatabaseName, host: HostName, former: HostName
    ) -> Succession | Untold:
        """Return what the logs of both copies tell."""
        if not (self.truth.sees(host) and self.truth.sees(former)):
            raise NotSeen(f"{host} or {former} does not answer for {database}", refused=False)
        nobody = Untold(f"{host} did not follow {former} yet")
        return self.truth.database.successions.get((former, host), nobody)


@dataclass(frozen=True, slots=True)
class SimulatedGuard:
    """Keeps the promise of ``dr.doors.GuardDoor``."""

    truth: Truth

    def look(self, service: ServiceName, host: HostName) -> Stance:
        """Return how ``host`` is with ``service``."""
        if not self.truth.sees(host):
            raise NotSeen(f"{host} does not answer for {service}", refused=False)
        return Stance(host in self.truth.announcing, self.truth.epochs[host] or None)

    def act(self, act: Act, service: ServiceName, host: HostName, token: Token) -> None:
        """Have ``host`` do ``act`` with ``service``, unless the epoch of ``token`` is over."""
        truth = self.truth
        if not truth.sees(host):
            raise Unreachable(f"{host} does not answer for {service}")
        if token.epoch < truth.epochs[host]:
            raise Rejected(f"epoch {token.epoch} is older than {truth.epochs[host]}")
        truth.epochs[host] = token.epoch
        wanted = act is Act.ANNOUNCE
        truth.changes += wanted is not (host in truth.announcing)
        (truth.announcing.add if wanted else truth.announcing.discard)(host)
        truth.routes.append(frozenset(truth.announcing))


@dataclass(frozen=True, slots=True)
class SimulatedApplication:
    """Keeps the promise of ``dr.doors.ApplicationDoor``."""

    truth: Truth

    def rows(self, service: ServiceName, host: HostName, key: str) -> int | None:
        """Return how often ``key`` stands in the log."""
        if not self.truth.sees(host):
            raise NotSeen(f"{host} does not answer for {service}", refused=False)
        return None if self.truth.database.leader is None else self.truth.database.log.count(key)

    def write(self, service: ServiceName, host: HostName, key: str, bound: timedelta) -> None:
        """Insert ``key``, unless it is there; ``service``, ``host``, ``bound``: as live."""
        database = self.truth.database
        if not self.truth.sees(host):
            raise Unreachable(f"{host} does not answer for {service}")
        if key in database.log:
            return
        if not database.insert(key):
            raise Unreachable(f"{service} on {host} did not acknowledge within {bound}")
        self.truth.changes += 1


@dataclass(frozen=True, slots=True)
class SimulatedPower:
    """Keeps the promise of ``dr.doors.PowerDoor``."""

    truth: Truth

    def state(self, host: HostName) -> Power:
        """Return whether ``host`` has power."""
        return Power(host not in self.truth.off, f"{host}-1")

    def off(self, host: HostName, life: str) -> None:
        """Take the power away."""
        if life != f"{host}-1":
            raise Rejected(f"{host} lives another life")
        self.truth.switch_off(host)


@dataclass(frozen=True, slots=True)
class SimulatedSight:
    """Keeps the promise of ``dr.doors.SightDoor``."""

    truth: Truth

    def answering(self, observer: HostName, hosts: Sequence[HostName]) -> frozenset[HostName]:
        """Return those that have power, and are not dark."""
        if not self.truth.sees(observer):
            raise NotSeen(f"{observer} does not answer", refused=False)
        return frozenset(host for host in hosts if self.truth.sees(host))

    def up_for(self, host: HostName) -> timedelta:
        """Return how long ``host`` is up."""
        if not self.truth.sees(host):
            raise NotSeen(f"{host} does not answer", refused=False)
        return self.truth.timeline.elapsed()


@dataclass(frozen=True, slots=True)
class SimulatedProbe:
    """Keeps the promise of ``dr.doors.ProbeDoor``."""

    truth: Truth
    citizens: Citizens

    def acknowledged(self, service: ServiceName) -> Acknowledged | None:
        """Return the citizens' last acknowledged write."""
        self._demand_sight(service)
        if not self.citizens.acknowledged:
            return None
        last = self.citizens.acknowledged[-1]
        return Acknowledged(last.site, self.truth.timeline.elapsed() - last.at)

    def now(self, service: ServiceName) -> ProbeTime:
        """Return the simulated instant, as far off as the probe's clock is."""
        self._demand_sight(service)
        return ProbeTime(self.truth.timeline.now() + self.truth.probe_ahead)

    def measure(self, service: ServiceName, since: ProbeTime, until: ProbeTime) -> Measure:
        """Count what the citizens wrote between ``since`` and ``until``, and what is left."""
        self._demand_sight(service)
        ahead = self.truth.probe_ahead
        return self.citizens.measure(since.at - ahead, until.at - ahead)

    def _demand_sight(self, service: ServiceName) -> None:
        hosts = self.truth.network.hosts_with(Role.PROBE)
        if service != self.truth.service.name or not any(self.truth.sees(h.name) for h in hosts):
            raise NotSeen(f"no probe answers for {service}", refused=False)
