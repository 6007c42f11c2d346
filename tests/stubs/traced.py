"""The program that writes tracers, as a drill in the simulated world behind stubs hears of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final

from core.clock import Clock
from dr.onhost.tracers import ENDS
from dr.simulation.tracers import SimulatedTracers, SimulatedTracing
from dr.simulation.world import World
from dr.tracing import (
    TRACED_EVERY,
    StoreTrail,
    end_line,
    folder_of,
    read_parties,
    shown_text,
    tracer_line,
)
from inventory.names import StoreName

_HANG_SECONDS: Final = 120


@dataclass
class StubTracing:
    """Does in ``world`` what ``dr.onhost.trace_main`` is asked for."""

    world: World
    clock: Clock
    holding: Callable[[], AbstractContextManager[object]]
    is_mute: bool = False
    """whether it prints nothing, whatever it did"""
    _of: dict[str, SimulatedTracing] = field(default_factory=dict)
    _ends: dict[str, threading.Event] = field(default_factory=dict)

    def prints(self, words: Sequence[str], given: str) -> str:
        """Return what it prints, once it has ended."""
        verb, drill, *_ = words
        match verb:
            case "write":
                text = self._written(drill, [one.store for one in read_parties(given)])
            case "remove":
                text = self._removed(drill, [one.store for one in read_parties(given)])
            case _:
                if verb == "end":
                    self._end_of(drill).set()
                text = self._shown(drill)
        return "" if self.is_mute else text

    def _end_of(self, drill: str) -> threading.Event:
        return self._ends.setdefault(drill, threading.Event())

    def _written(self, drill: str, stores: list[StoreName]) -> str:
        with self.holding():
            tracing = self._of[drill] = SimulatedTracing(self.world.truth, drill)
            tracing.begin(stores)
        # by the machine's time: whoever is waited for has the clock meanwhile
        assert self._end_of(drill).wait(_HANG_SECONDS)
        until = self.clock.elapsed() + ENDS
        while not self._is_served(tracing) and self.clock.elapsed() < until:
            self.clock.sleep(TRACED_EVERY)
        with self.holding():
            trails = tracing.end()
        lines = [tracer_line(name, one) for name in stores for one in trails[name].tracers]
        return "\n".join([*lines, *(end_line(name, trails[name]) for name in stores)])

    def _is_served(self, tracing: SimulatedTracing) -> bool:
        with self.holding():
            return tracing.is_served

    def _removed(self, drill: str, stores: list[StoreName]) -> str:
        with self.holding():
            at = self.world.truth.stores
            cleared = {one: SimulatedTracers(at[one], folder_of(drill)).clear() for one in stores}
        return "\n".join(
            end_line(name, StoreTrail(removed=removed)) for name, removed in cleared.items()
        )

    def _shown(self, drill: str) -> str:
        with self.holding():
            mark = self._of[drill].mark() if drill in self._of else None
            now = self.world.elapsed()
        return shown_text(now, mark.acknowledged if mark else {})
