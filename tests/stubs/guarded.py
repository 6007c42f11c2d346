"""What the guard of a host in a simulated world acts upon: addresses, refusals, orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address

from typing_extensions import override

from dr.onhost.addresses import Addresses, LentAddresses
from dr.simulation.world import World
from inventory.names import HostName, SiteName, StoreName
from inventory.placed import placed_in
from storage.orders import StoreOrders
from storage.placed import StoreOrder
from tests.rehearsals import SERVICE


@dataclass(frozen=True, slots=True)
class TrueAddresses(Addresses, LentAddresses):
    """The addresses of services and stores on one host of a simulated world."""

    world: World
    host: HostName

    @override
    def present(self) -> frozenset[IPv4Address]:
        placed = placed_in(self.world.truth.network)
        return frozenset(
            one.address
            for one in placed
            if self.host in self.world.truth.placed(one.name).announcing
        )

    @override
    def add(self, address: IPv4Address) -> None:
        self._note(address, announces=True)

    @override
    def remove(self, address: IPv4Address) -> None:
        self._note(address, announces=False)

    @override
    def lend(self, address: IPv4Address, until: timedelta) -> None:
        self._note(address, announces=True)  # by the clock of the world, for as long

    def _note(self, address: IPv4Address, *, announces: bool) -> None:
        placed = placed_in(self.world.truth.network)
        name = next(one.name for one in placed if one.address == address)
        self.world.truth.placed(name).announce(self.host, wanted=announces)


@dataclass(frozen=True, slots=True)
class TrueRefusals(Addresses):
    """What a border of a simulated world refuses from ``origin``."""

    world: World
    border: HostName
    origin: SiteName

    @override
    def present(self) -> frozenset[IPv4Address]:
        one = self.world.truth.at(SERVICE)
        there = (self.border, self.origin) in one.refused
        return frozenset({one.service.address} if there else ())

    @override
    def add(self, address: IPv4Address) -> None:
        self.world.truth.at(SERVICE).refused.add((self.border, self.origin))

    @override
    def remove(self, address: IPv4Address) -> None:
        self.world.truth.at(SERVICE).refused.discard((self.border, self.origin))


@dataclass(frozen=True, slots=True)
class TrueOrders(StoreOrders):
    """What one host of a simulated world was ordered to begin."""

    world: World
    host: HostName

    @override
    def read(self, store: StoreName) -> StoreOrder | None:
        return self.world.truth.stores[store].orders.get(self.host)

    @override
    def write(self, store: StoreName, order: StoreOrder) -> None:
        self.world.truth.stores[store].orders[self.host] = order
