"""What is true in a rehearsal, and who can see it. It changes through the simulated doors."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from dr.admission import Exclusion
from dr.placement import Claim, Placement
from dr.refusing import borders
from dr.simulation.copies import Surroundings
from dr.simulation.database import SimulatedDatabase
from dr.simulation.history import History
from dr.simulation.plant import Plant
from dr.simulation.quorum import Quorum
from dr.simulation.timeline import Timeline
from inventory.names import DatabaseName, HostName, PlacedName, ServiceName, SiteName, StoreName
from inventory.network import Network, Service


@dataclass(slots=True)
class Served:
    """One service: where it is placed, and who announces it."""

    service: Service
    database: SimulatedDatabase
    around: Surroundings
    claims: dict[DatabaseName, Claim]
    placements: list[Placement]
    """the record and, before it, every one that it replaced"""
    announcing: set[HostName]
    epochs: dict[HostName, int]
    """the highest epoch that each host was asked under; 0: none"""
    routes: list[frozenset[HostName]]
    """who announced the address, each time that somebody was asked to or not to"""
    refused: set[tuple[HostName, SiteName]] = field(default_factory=set)
    """borders, each with a site from which it refuses the address"""
    refused_under: dict[tuple[HostName, SiteName], int] = field(default_factory=dict)
    """the highest epoch that a border was asked under about a site; absent: never"""

    @property
    def network(self) -> Network:
        """The network that it is a service of."""
        return self.around.network

    @property
    def timeline(self) -> Timeline:
        """The time that it is."""
        return self.around.clock

    @property
    def claim(self) -> Claim:
        """Who holds the service, its database, and every other service on that."""
        return self.claims.get(self.service.database, Claim(None))

    @claim.setter
    def claim(self, new: Claim) -> None:
        self.claims[self.service.database] = new

    def announce(self, host: HostName, *, wanted: bool) -> None:
        """Let ``host`` announce the address, or not."""
        changes = wanted is not (host in self.announcing)
        (self.announcing.add if wanted else self.announcing.discard)(host)
        self.routes.append(frozenset(self.announcing))
        if changes:
            what = "announces" if wanted else "withdraws"
            self.around.tell(what, self.service.name, host, self.epochs[host])

    def leads_to(self, citizens: SiteName, host: HostName) -> bool:
        """Whether a border where ``citizens`` come in lets them come to ``host``."""
        origin, plant = self.around.plant.site(host), self.around.plant
        if origin == citizens or not self.refused:
            return True
        asked = [one for one in borders(self.network, origin) if plant.site(one) == citizens]
        return any(plant.runs(one) and (one, origin) not in self.refused for one in asked)

    def boot(self, host: HostName, *, new_disk: bool = False) -> None:
        """Let ``host`` lose its power and come back: it announces nothing."""
        self.announcing.discard(host)
        if new_disk:
            self.epochs[host] = 0

    def notice(self) -> None:
        """Let nobody announce it who has no power."""
        for host in sorted(self.announcing & self.around.plant.off):
            self.announcing.discard(host)
            self.around.tell("falls-silent", self.service.name, host)


@dataclass(slots=True)
class _Hearing:
    """Writes down who begins to answer others, and who ceases to.

    By those others among whom most votes are, where there are such: whoever is cut off from them
    decides nothing about anybody.
    """

    around: Surroundings
    answering: set[HostName] = field(init=False)

    def __post_init__(self) -> None:
        self.answering = self._now()

    def _now(self) -> set[HostName]:
        plant = self.around.plant
        voters = [voter for voter in self.around.network.voters if plant.runs(voter)]
        most = len(self.around.network.voters) // 2 + 1
        for one in voters:
            if sum(plant.joined(one, other) for other in voters) >= most:
                return {host for host in plant.answers_since if plant.joined(one, host)}
        return set(plant.answers_since)

    def hear(self) -> None:
        """Compare with what was heard before."""
        now = self._now()
        for host in sorted(self.answering ^ now):
            self.around.tell("answers" if host in now else "is-silent", host)
        self.answering = now


@dataclass(slots=True)
class Truth:
    """Every service and every database of one network, and what they stand on."""

    around: Surroundings
    databases: dict[DatabaseName, SimulatedDatabase]
    services: dict[ServiceName, Served]
    stores: dict[StoreName, list[Placement]]
    """where each is placed: the record and, before it, every one that it replaced"""
    probe_ahead: timedelta = field(default_factory=timedelta)
    """how far the probe's clock is ahead of everybody else's"""
    changes: int = 0
    """how often something was changed through a door"""
    excluded: dict[HostName, Exclusion] = field(default_factory=dict)
    """hosts that were given up, and not admitted since"""

    @classmethod
    def healthy(cls, network: Network, seed: int = 0) -> Truth:
        """Return a world in which everything is at home and up to date."""
        clock = Timeline()
        plant = Plant(network, clock)
        dice = random.Random(f"truth {seed}")  # noqa: S311 - reproducible, not secret
        around = Surroundings(network, plant, Quorum(plant), clock, History(), dice)
        databases = {d.name: SimulatedDatabase.healthy(d, around) for d in network.databases}
        claims: dict[DatabaseName, Claim] = {}
        services = {}
        for service in network.services:
            home = {h for h in service.hosts if network.host(h).site == service.home}
            served = Served(
                service=service,
                database=databases[service.database],
                around=around,
                claims=claims,
                placements=[Placement(service.home, 1, None)],
                announcing=set(home),
                epochs=dict.fromkeys(service.hosts, 1),
                routes=[frozenset(home)],
            )
            plant.watchers.append(served.notice)
            services[service.name] = served
            around.tell("placed", service.name, service.home, 1)
            for host in sorted(home):
                around.tell("announces", service.name, host, 1)
        plant.watchers.append(_Hearing(around).hear)
        stores = {store.name: [Placement(store.home, 1, None)] for store in network.stores}
        return cls(around, databases, services, stores)

    @property
    def names(self) -> frozenset[PlacedName]:
        """Of what has a placement record."""
        return frozenset({*self.services, *self.stores})

    def placements(self, name: PlacedName) -> list[Placement]:
        """Return the record of ``name`` and, before it, every one that it replaced."""
        by_name: dict[str, list[Placement]] = dict(self.stores.items())
        by_name |= {one: served.placements for one, served in self.services.items()}
        return by_name[name]

    def claim(self, name: PlacedName) -> Claim:
        """Return who holds ``name``; no run holds a store."""
        served = {str(one): served for one, served in self.services.items()}.get(name)
        return served.claim if served else Claim(None)

    def at(self, service: ServiceName) -> Served:
        """Return what is true of ``service``."""
        return self.services[service]

    @property
    def network(self) -> Network:
        """The whole of it."""
        return self.around.network

    @property
    def timeline(self) -> Timeline:
        """The time that it is."""
        return self.around.clock

    @property
    def plant(self) -> Plant:
        """Power, and links."""
        return self.around.plant

    @property
    def quorum(self) -> Quorum:
        """Who keeps the records."""
        return self.around.quorum

    @property
    def history(self) -> History:
        """What has happened."""
        return self.around.history
