"""What is true in a rehearsal, and who can see it. It changes through the simulated doors."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from dr.admission import Exclusion
from dr.placement import Claim, Placement
from dr.simulation.announced import Announced, at_home
from dr.simulation.copies import Surroundings
from dr.simulation.database import SimulatedDatabase
from dr.simulation.history import History
from dr.simulation.leases import SimulatedLeases
from dr.simulation.plant import Plant
from dr.simulation.quorum import Quorum
from dr.simulation.sight_words import SimulatedSightWords
from dr.simulation.stores import SimulatedStore, simulated_store
from dr.simulation.timeline import Timeline
from inventory.names import DatabaseName, HostName, PlacedName, ServiceName, StoreName
from inventory.network import Network, Service
from inventory.placed import Placed


@dataclass(slots=True, kw_only=True)
class Served(Announced):
    """One service: where it is placed, and who announces it."""

    service: Service
    database: SimulatedDatabase


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
    stores: dict[StoreName, SimulatedStore]
    probe_ahead: timedelta = field(default_factory=timedelta)
    """how far the probe's clock is ahead of everybody else's"""
    changes: int = 0
    """how often something was changed through a door"""
    excluded: dict[HostName, Exclusion] = field(default_factory=dict)
    """hosts that were given up, and not admitted since"""
    sight_words: SimulatedSightWords = field(init=False)
    """what observers say; nothing where none were let into this world"""

    def __post_init__(self) -> None:
        self.sight_words = SimulatedSightWords(SimulatedLeases(self.quorum, self.timeline))

    @classmethod
    def healthy(cls, network: Network, seed: int = 0) -> Truth:
        """Return a world in which everything is at home and up to date."""
        clock = Timeline()
        plant = Plant(network, clock)
        dice = random.Random(f"truth {seed}")  # noqa: S311 - reproducible, not secret
        around = Surroundings(network, plant, Quorum(plant), clock, History(), dice)
        databases = {d.name: SimulatedDatabase.healthy(d, around) for d in network.databases}
        truth = cls(around, databases, {}, {})
        claims: dict[DatabaseName | StoreName, Claim] = {}
        for service in network.services:
            served = Served(
                service=service,
                database=databases[service.database],
                covered=service.database,
                **_begun(service, around, claims),
            )
            plant.watchers.append(served.notice)
            truth.services[service.name] = served
        plant.watchers.append(_Hearing(around).hear)
        for store in network.stores:
            truth.stores[store.name] = simulated_store(
                store, _begun(store, around, claims), truth.excluded
            )
        return truth

    @property
    def names(self) -> frozenset[PlacedName]:
        """Of what has a placement record."""
        return frozenset({*self.services, *self.stores})

    def placements(self, name: PlacedName) -> list[Placement]:
        """Return the record of ``name`` and, before it, every one that it replaced."""
        return self.placed(name).placements

    def claim(self, name: PlacedName) -> Claim:
        """Return who holds ``name``."""
        return self.placed(name).claim

    def placed(self, name: PlacedName) -> Announced:
        """Return what is true of the address of ``name``."""
        by_name: dict[str, Announced] = {str(one.name): one for one in self.services.values()}
        by_name |= {str(one.name): one for one in self.stores.values()}
        return by_name[name]

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


def _begun(
    placed: Placed, around: Surroundings, claims: dict[DatabaseName | StoreName, Claim]
) -> dict[str, Any]:
    """Return what is true at first of the address of ``placed``."""
    home = set(at_home(placed, around.network))
    around.tell("placed", placed.name, placed.home, 1)
    for host in sorted(home):
        around.tell("announces", placed.name, host, 1)
    return {
        "name": placed.name,
        "around": around,
        "claims": claims,
        "placements": [Placement(placed.home, 1, None)],
        "announcing": home,
        "epochs": dict.fromkeys(placed.hosts, 1),
        "routes": [frozenset(home)],
    }
