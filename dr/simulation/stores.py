"""Stores in a simulated network: points that are made and fetched, and hosts that write.

A host does each second what ``storage.keeping`` does: until it heard a majority since it began it
writes nothing; elsewhere than where the store is placed it ends, and follows. Where it is placed
again it begins with the point with which the last writer ended.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from typing_extensions import override

from dr.hosts.edges import Local, may_keep
from dr.hosts.epochs import LENT
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
    sure: dict[HostName, int]
    """the epoch under which each last made sure that no other writes it"""
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
    finals: dict[HostName, RecoveryPoint] = field(default_factory=dict)
    """the last point of each host that ended, and follows nobody yet"""
    settled: set[RecoveryPoint] = field(default_factory=set)
    """those of them from which somebody went on"""
    count: int = 0
    """of points that were made"""
    files: dict[HostName, frozenset[str]] = field(default_factory=dict)
    """what each host has there to be written to, by names; only what somebody looks for later"""
    files_of: dict[str, frozenset[str]] = field(default_factory=dict)
    """the same of each point, by its origin; absent: none of them"""

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
        return host in self.writing and self._writer(host) == host and self._is_sure(host)

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
            self._be_announced(host)
        writer, order = self._writer(host), self.orders.get(host)
        if writer is None:
            return
        if writer != host:
            self._end(host)
            self._follow(host, writer)
            return
        if order is not None and order.epoch >= self.records[host].epoch:
            self._begin(host, order)
        elif not self._is_sure(host):
            self._go_on(host)
        if self.serves(host):
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

    def _epoch(self, host: HostName) -> int:
        """Return under which epoch it is written, as far as ``host`` knows."""
        order = self.orders.get(host)
        return max(order.epoch if order else 0, self.records[host].epoch)

    def _is_sure(self, host: HostName) -> bool:
        return self.sure.get(host) == self._epoch(host)

    def _begin(self, host: HostName, order: StoreOrder) -> None:
        """Begin as ``order`` says, once nobody else writes who is not given up."""
        if self._is_sure(host) and host in self.writing:
            return
        if self._hears_of_no_writer(host, order.without):
            point = next(one for one in self.points[host] if one.origin == order.point)
            self.begun[host] = order
            self._promote(host, point)
            self._make(host)  # the others follow from there at once

    def _go_on(self, host: HostName) -> None:
        """Begin where whoever wrote it before ended; where nobody did, go on with what is there.

        Nobody begins where nobody has all of it: a person decides.
        """
        if not self._hears_of_no_writer(host, ()):
            return
        ended = self._ended(host)
        last = [one for one, point in ended.items() if {*ended.values()} <= {*self.points[one]}]
        if len(last) == 1:
            self.settled |= {*ended.values()}
            self.begun.pop(host, None)
            self._promote(host, ended[last[0]])
        elif not ended and host in self.writing:
            self.sure[host] = self._epoch(host)

    def _hears_of_no_writer(self, host: HostName, without: Collection[HostName]) -> bool:
        asked = [one for one in self.store.hosts if one not in {host, *without}]
        reaches = self.around.plant.reaches
        return all(reaches(host, one) and one not in self.writing for one in asked)

    def _ended(self, host: HostName) -> dict[HostName, RecoveryPoint]:
        """Return with what each host ended that nobody went on from, and that ``host`` lacks.

        What ``host`` itself ended with counts, unless another began without it since.
        """
        ended = {one: at for one, at in self.finals.items() if at not in self.settled}
        own = ended.get(host)
        if own is not None and any(
            host in order.without and own not in self.points[one]
            for one, order in self.begun.items()
        ):
            del ended[host]
        known = self.points[host] if host in self.writing else ()
        return {one: at for one, at in ended.items() if at not in known}

    def _promote(self, host: HostName, point: RecoveryPoint) -> None:
        """Let ``host`` have it there to be written to, as it is in ``point``."""
        if point not in self.points[host]:
            self._keep(host, point)
        self.finals.pop(host, None)
        self.sure[host] = self._epoch(host)
        self.writing.add(host)
        self.files[host] = self.files_of.get(point.origin, frozenset())
        self.around.tell("store-begins", self.name, host, self.sure[host], point.origin)

    def _write(self, host: HostName) -> None:
        if host in self.announcing:
            self.around.tell("store-written", self.name, host, self.sure[host])
        now = self.timeline.now()
        if not wait_for_next(self.points[host], self.store.interval, now):
            self._make(host)

    def _end(self, host: HostName) -> None:
        if host in self.writing:
            self.finals[host] = self._make(host)
            self.writing.discard(host)
            self.around.tell("store-ends", self.name, host, text=self.finals[host].origin)

    def _follow(self, host: HostName, source: HostName) -> None:
        """Fetch the newest point; who ended drops those first that its source never had."""
        last = newest(self.points[source])
        if last is None or not (self.serves(source) and self.around.plant.reaches(host, source)):
            return
        if self.finals.pop(host, None) is not None:
            self.points[host] = [one for one in self.points[host] if one in self.points[source]]
        if last not in self.points[host]:
            self._keep(host, last)

    def _make(self, host: HostName) -> RecoveryPoint:
        self.count += 1
        point = RecoveryPoint(self.timeline.now(), f"{self.name}-{self.count}")
        if files := self.files.get(host):
            self.files_of[point.origin] = files
        self._keep(host, point)
        self.around.tell("store-point", self.name, host, text=point.origin)
        return point

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
        sure={store.hosts[0]: 1},
        records=dict.fromkeys(store.hosts, begun["placements"][0]),
        verified=set(store.hosts[1:]),
        excluded=excluded,
        **begun,
    )
    around.tell("store-point", store.name, store.hosts[0], text=first.origin)
    around.plant.watchers.extend([one.lose_memory, one.notice])
    around.clock.at(_BEAT, one.beat)
    return one
