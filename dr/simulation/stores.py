"""Stores in a simulated network: points that are made and fetched, and hosts that write.

A host does each second what ``storage.keeping`` does: until it heard a majority since it began it
writes nothing; elsewhere than where the store is placed it ends, and follows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from typing_extensions import override

from dr.edges import Local, may_keep
from dr.epochs import LENT
from dr.placement import Placement
from dr.simulation.announced import Announced
from dr.simulation.copies import Surroundings
from inventory.names import HostName
from inventory.storage import Store
from storage.placed import StoreOrder
from storage.points import RecoveryPoint, newest, wait_for_next

_BEAT: Final = timedelta(seconds=1)
_MOST: Final = 16
"""points of a host that are remembered"""


@dataclass(slots=True, kw_only=True)
class SimulatedStore(Announced):
    """One store, and what each of its hosts holds of it and does about it."""

    store: Store
    points: dict[HostName, list[RecoveryPoint]]
    """oldest first"""
    writing: set[HostName]
    """who has it there to be written to"""
    records: dict[HostName, Placement]
    """the record as each host read it since it began"""
    lent: dict[HostName, timedelta] = field(default_factory=dict)
    """until when the address stays with each host that announces it, unless it is renewed"""
    orders: dict[HostName, StoreOrder] = field(default_factory=dict)
    begun: dict[HostName, StoreOrder] = field(default_factory=dict)
    excluded: Collection[HostName] = ()
    """who was given up, and not admitted since"""
    verified: set[HostName] = field(default_factory=set)
    """whose copy was compared with its source, and was equal"""
    count: int = 0
    """of points that were made"""

    def beat(self) -> None:
        """Let each host do what is due, and clients write; again a second later."""
        self.timeline.at(_BEAT, self.beat)
        self._take_back()
        for host in self.store.hosts:
            if self.around.plant.runs(host):
                self._live(host)

    def lose_memory(self) -> None:
        """Let whoever has no power have heard nothing."""
        for host in self.around.plant.off & self.records.keys():
            del self.records[host]

    def serves(self, host: HostName) -> bool:
        """Whether ``host`` is known to itself to be the one that writes the store."""
        return host in self.writing and self._writer(host) == host

    @override
    def announce(self, host: HostName, *, wanted: bool) -> None:
        if wanted:
            self.lent[host] = self.timeline.elapsed() + LENT
        Announced.announce(self, host, wanted=wanted)

    def _take_back(self) -> None:
        """Let the address go where its time is over, as the kernel does, also on who hangs."""
        for host in sorted(self.announcing):
            if self.timeline.elapsed() >= self.lent.get(host, LENT):
                self.announce(host, wanted=False)

    def _live(self, host: HostName) -> None:
        if self.around.quorum.reached_from(host):
            place = self.records[host] = self.placements[-1]
            here = self.around.plant.site(host)
            if may_keep(place, Local(here, host in self.announcing, None, host in self.excluded)):
                self.lent[host] = self.timeline.elapsed() + LENT
        writer, order = self._writer(host), self.orders.get(host)
        if writer is None:
            return
        self._be_announced(host)
        if writer != host:
            self._end(host)
            self._follow(host, writer)
            return
        if order is not None and order.epoch >= self.records[host].epoch:
            self._begin(host, order)
        if host in self.writing:
            self._write(host)

    def _be_announced(self, host: HostName) -> None:
        """Do what the agent of ``host`` does: what is kept out begins nothing."""
        place, here = self.records[host], self.around.plant.site(host)
        if place.epoch < self.epochs[host] or (place.site == here) is (host in self.announcing):
            return
        if place.site != here or (host in self.writing and host not in self.excluded):
            self.epochs[host] = place.epoch
            self.announce(host, wanted=place.site == here)

    def _writer(self, host: HostName) -> HostName | None:
        """Return who writes the store, as far as ``host`` knows; None: it heard nothing yet."""
        place, order = self.records.get(host), self.orders.get(host)
        if place is None:
            return None
        if order is not None and order.epoch > place.epoch:
            return host
        copy = self.store.copy_at(place.site)
        return copy.host if copy else None

    def _begin(self, host: HostName, order: StoreOrder) -> None:
        asked = [one for one in self.store.hosts if one not in {host, *order.without}]
        reaches = self.around.plant.reaches
        if self.begun.get(host) == order and host in self.writing:
            return
        if all(reaches(host, one) and one not in self.writing for one in asked):
            self.begun[host] = order
            self.writing.add(host)
            point = next(one for one in self.points[host] if one.origin == order.point)
            self.around.tell("store-begins", self.name, host, order.epoch, point.name)

    def _write(self, host: HostName) -> None:
        if host in self.announcing:
            self.around.tell("store-written", self.name, host, self._epoch(host))
        now = self.timeline.now()
        if not wait_for_next(self.points[host], self.store.interval, now):
            self._make(host)

    def _epoch(self, host: HostName) -> int:
        order = self.begun.get(host)
        return max(order.epoch if order else 0, self.records[host].epoch)

    def _end(self, host: HostName) -> None:
        if host in self.writing:
            self._make(host)
            self.writing.discard(host)
            self.around.tell("store-ends", self.name, host)

    def _follow(self, host: HostName, source: HostName) -> None:
        if source in self.writing and self.around.plant.reaches(host, source):
            last = newest(self.points[source])
            if last is not None and last not in self.points[host]:
                self._keep(host, last)

    def _make(self, host: HostName) -> None:
        self.count += 1
        self._keep(host, RecoveryPoint(self.timeline.now(), f"{self.name}-{self.count}"))

    def _keep(self, host: HostName, point: RecoveryPoint) -> None:
        self.points[host] = [*self.points[host], point][-_MOST:]


def simulated_store(
    store: Store, begun: dict[str, Any], excluded: Collection[HostName]
) -> SimulatedStore:
    """Return ``store`` with what is true of its address at first; it begins to live.

    All of its hosts have one point, and each refuge has compared it.
    """
    around: Surroundings = begun["around"]
    first = RecoveryPoint(around.clock.now(), f"{store.name}-0")
    one = SimulatedStore(
        store=store,
        covered=store.name,
        points={host: [first] for host in store.hosts},
        writing={store.hosts[0]},
        records=dict.fromkeys(store.hosts, begun["placements"][0]),
        verified=set(store.hosts[1:]),
        excluded=excluded,
        **begun,
    )
    around.plant.watchers.extend([one.lose_memory, one.notice])
    around.clock.at(_BEAT, one.beat)
    return one
