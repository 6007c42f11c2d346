"""Who writes tracers into simulated stores, as their owners do, and looks for them at the end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from dr.simulation.stores import SimulatedStore
from dr.simulation.truth import Truth
from dr.tracing import TRACED_EVERY, StoreTrail, Tracer, TracerFate, TracingMark, folder_of
from inventory.names import HostName, StoreName

_BOUND: Final = timedelta(seconds=90)
"""for a store that does not answer at the end"""


@dataclass(slots=True)
class SimulatedTracers:
    """Those of one drill in one store: one a second, from where the probe stands."""

    store: SimulatedStore
    folder: str
    tracers: list[Tracer] = field(default_factory=list)
    goes_on: bool = False

    def begin(self) -> None:
        """Write from now on."""
        self.goes_on = True
        self._write()

    def end(self) -> StoreTrail:
        """Return what is there, once one more was acknowledged, and remove it."""
        until = self.store.timeline.elapsed() + _BOUND
        while not self.is_served and self.store.timeline.elapsed() < until:
            self.store.timeline.sleep(TRACED_EVERY)
        self.goes_on, host = False, self._host
        if host is None:
            return StoreTrail(tuple(self.tracers))
        files = self.store.files.get(host, frozenset())
        kept = {one.number for one in self.tracers if one.fate is TracerFate.KEPT}
        present = frozenset(number for number in kept if self._file(number) in files)
        return StoreTrail(tuple(self.tracers), present, frozenset(kept) - present, self.clear())

    def clear(self) -> bool:
        """Remove what is there of them; return whether the store served whoever did."""
        if (host := self._host) is None:
            return False
        files = self.store.files.get(host, frozenset())
        own = {file for file in files if file.startswith(f"{self.folder}/")}
        self.store.files[host] = files - own
        return True

    @property
    def is_served(self) -> bool:
        """Whether the last one was acknowledged, and the store serves."""
        last = self.tracers[-1].fate if self.tracers else None
        return self._host is not None and last is TracerFate.KEPT

    @property
    def acknowledged(self) -> int:
        """How many were acknowledged."""
        return sum(one.fate is TracerFate.KEPT for one in self.tracers)

    def _write(self) -> None:
        if not self.goes_on:
            return
        store, now, number = self.store, self.store.timeline.elapsed(), len(self.tracers)
        host = self._host
        if host is not None:
            store.files[host] = store.files.get(host, frozenset()) | {self._file(number)}
        fate = self._fate(host)
        self.tracers.append(Tracer(number, now, now, fate, fate is TracerFate.KEPT))
        store.timeline.at(TRACED_EVERY, self._write)

    def _fate(self, host: HostName | None) -> TracerFate:
        """Return what is heard of one that was sent to ``host``; over a slow link it is late."""
        if host is None:
            return TracerFate.REFUSED
        prompt = self.store.around.plant.prompt(self.store.citizens_at, host)
        return TracerFate.KEPT if prompt else TracerFate.UNKNOWN

    def _file(self, number: int) -> str:
        return f"{self.folder}/{number}"

    @property
    def _host(self) -> HostName | None:
        """Who serves it now to whoever stands where citizens do; None: nobody."""
        able = (
            host
            for host in self.store.announcing
            if self.store.led_from(self.store.citizens_at, host) and self.store.serves(host)
        )
        return min(able, default=None)


@dataclass(slots=True)
class SimulatedTracing:
    """The tracing of one drill, in all of its stores."""

    truth: Truth
    drill: str
    _of: dict[StoreName, SimulatedTracers] = field(default_factory=dict)

    def begin(self, stores: Collection[StoreName]) -> None:
        """Write tracers into each of ``stores`` from now on."""
        for name in stores:
            self._of[name] = SimulatedTracers(self.truth.stores[name], folder_of(self.drill))
            self._of[name].begin()

    def mark(self) -> TracingMark:
        """Return how far it is."""
        now = self.truth.timeline.elapsed()
        acknowledged = {name: one.acknowledged for name, one in self._of.items()}
        return TracingMark(now, now, timedelta(), acknowledged)

    def end(self) -> dict[StoreName, StoreTrail]:
        """End it, and return what became of each store's tracers."""
        return {name: one.end() for name, one in self._of.items()}

    @property
    def is_served(self) -> bool:
        """Whether each store acknowledges."""
        return all(one.is_served for one in self._of.values())
