"""The doors of a simulated network: each promises what its live side does, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from core.errors import NotSeen, Rejected, Unreachable
from core.measure import ProbeTime, SignedMeasure
from core.runs.ports import Token
from dr.doors import Acknowledged, Doors, Stance
from dr.hosts.epochs import Act
from dr.simulation.citizens import Citizens
from dr.simulation.database import SimulatedDatabase
from dr.simulation.exclusions import SimulatedExclusions
from dr.simulation.patroni import SimulatedPatroni
from dr.simulation.power import SimulatedPower, SimulatedSight
from dr.simulation.records import SimulatedRecords
from dr.simulation.routes import SimulatedRoutes
from dr.simulation.stores_door import SimulatedStores
from dr.simulation.truth import Truth
from dr.simulation.votes import SimulatedVotes
from inventory.names import HostName, PlacedName, ServiceName
from inventory.network import Role


def doors(truth: Truth, citizens: Mapping[ServiceName, Citizens]) -> Doors:
    """Return the doors of the network whose truth is ``truth``."""
    return Doors(
        SimulatedRecords(truth),
        SimulatedPatroni(truth),
        SimulatedGuard(truth),
        SimulatedApplication(truth),
        SimulatedProbe(truth, citizens),
        SimulatedPower(truth),
        SimulatedSight(truth),
        SimulatedVotes(truth),
        SimulatedExclusions(truth),
        SimulatedRoutes(truth),
        SimulatedStores(truth),
    )


@dataclass(frozen=True, slots=True)
class SimulatedGuard:
    """Keeps the promise of ``dr.doors.GuardDoor``."""

    truth: Truth

    def look(self, service: PlacedName, host: HostName) -> Stance:
        """Return how ``host`` is with ``service``."""
        served = self.truth.placed(service)
        if not self.truth.plant.seen(host):
            raise NotSeen(f"{host} does not answer for {service}", refused=False)
        return Stance(host in served.announcing, served.epochs[host] or None)

    def act(
        self, act: Act, service: PlacedName, host: HostName, token: Token, bound: timedelta
    ) -> None:
        """Have ``host`` do ``act`` with ``service``, unless it is too late for that."""
        if not self.truth.plant.seen(host):
            raise Unreachable(f"{host} does not answer for {service}")
        if act is Act.WITHDRAW and bound <= timedelta():
            raise Rejected("it comes after whoever asked for it gave it up")
        obey(self.truth, act, service, host, token)


def obey(truth: Truth, act: Act, service: PlacedName, host: HostName, token: Token) -> None:
    """Have ``host`` do ``act`` with ``service``; Rejected: the epoch of ``token`` is over."""
    served = truth.placed(service)
    if token.epoch < served.epochs[host]:
        raise Rejected(f"epoch {token.epoch} is older than {served.epochs[host]}")
    served.epochs[host] = token.epoch
    wanted = act is Act.ANNOUNCE
    truth.changes += wanted is not (host in served.announcing)
    truth.around.tell("obeyed", service, host, token.epoch, f"{act} {token.run}")
    served.announce(host, wanted=wanted)


@dataclass(frozen=True, slots=True)
class SimulatedApplication:
    """Keeps the promise of ``dr.doors.ApplicationDoor``."""

    truth: Truth

    def rows(self, service: ServiceName, host: HostName, key: str) -> int | None:
        """Return how often ``key`` stands in the log of whoever leads, as far as ``host`` sees."""
        database = self._database(service, host)
        leader = database.writer_for(host)
        return None if leader is None else database.count(key, leader)

    def write(self, service: ServiceName, host: HostName, key: str, bound: timedelta) -> None:
        """Insert ``key``, unless it is there; ``service``, ``host``, ``bound``: as live."""
        if not self.truth.plant.seen(host):
            raise Unreachable(f"{host} does not answer for {service}")
        database = self.truth.at(service).database
        writer = database.writer_for(host)
        if writer is not None and database.count(key, writer):
            return
        if writer is None or not database.insert(key, writer):
            raise Unreachable(f"{service} on {host} did not acknowledge within {bound}")
        self.truth.changes += 1

    def _database(self, service: ServiceName, host: HostName) -> SimulatedDatabase:
        if not self.truth.plant.seen(host):
            raise NotSeen(f"{host} does not answer for {service}", refused=False)
        return self.truth.at(service).database


@dataclass(frozen=True, slots=True)
class SimulatedProbe:
    """Keeps the promise of ``dr.doors.ProbeDoor``."""

    truth: Truth
    citizens: Mapping[ServiceName, Citizens]

    def acknowledged(self, service: ServiceName) -> Acknowledged | None:
        """Return the citizens' last acknowledged write."""
        acknowledged = self._citizens(service).acknowledged
        if not acknowledged:
            return None
        last = acknowledged[-1]
        return Acknowledged(last.site, self.truth.timeline.elapsed() - last.at)

    def now(self, service: ServiceName) -> ProbeTime:
        """Return the simulated instant, as far off as the probe's clock is."""
        self._citizens(service)
        return ProbeTime(self.truth.timeline.now() + self.truth.probe_ahead)

    def testimony(self, service: ServiceName, since: ProbeTime, until: ProbeTime) -> SignedMeasure:
        """Count what the citizens wrote between ``since`` and ``until``, and what is left."""
        ahead = self.truth.probe_ahead
        return SignedMeasure(
            self._citizens(service).measure(since.at - ahead, until.at - ahead), None
        )

    def _citizens(self, service: ServiceName) -> Citizens:
        hosts = self.truth.network.hosts_with(Role.PROBE)
        answers = any(self.truth.plant.seen(host.name) for host in hosts)
        if service not in self.citizens or not answers:
            raise NotSeen(f"no probe answers for {service}", refused=False)
        return self.citizens[service]
