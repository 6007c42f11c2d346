"""Watches the stores whose writers a drill takes away: tracers before, and what came over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.clock import Clock
from core.errors import PlanRefused, WorldError
from core.text import Say
from dr.drills.answered import Answered
from dr.drills.record import DrillRecord
from dr.drills.scene import Scene
from dr.drills.store_recovery import StoreRecovery
from dr.drills.stores_taken import StoresAfter, StoresBefore, StoresTaken
from dr.tracing import TRACED_EVERY, StoreTrail, TracingMark
from inventory.names import StoreName

_BEGINS: Final = timedelta(minutes=1)
"""until a tracer is acknowledged; later, its store is not as green as it looks"""
_LEAD: Final = timedelta(seconds=12)
"""before the loss: a point of a store with a short interval holds some tracers, and not all"""


@dataclass(frozen=True, slots=True)
class StoreWatch:
    """Watches those of ``scene``."""

    scene: Scene
    clock: Clock
    say: Say

    def look(self) -> StoresBefore:
        """Return what is seen of all stores now."""
        began = self.clock.elapsed()
        facts = self.scene.stores()
        within = (self.clock.elapsed() - began) / 2
        return StoresBefore(facts, began + within, within)

    def begin(self, record: DrillRecord) -> TracingMark | None:
        """Return how far the tracing is, once it is under way; None: there is nothing to trace.

        Raises:
            PlanRefused: a store acknowledges no tracer, or nobody tells; end it.
        """
        if not record.stores:
            return None
        self.say(f"writes tracers into {', '.join(record.stores)}")
        try:
            self.scene.begin_tracing(record)
        except WorldError as error:
            raise _untraced(record, record.stores, error.actual or error.what) from error
        until = self.clock.elapsed() + _BEGINS
        while silent := self._silent(record):
            if self.clock.elapsed() > until:
                raise _untraced(record, silent, "it acknowledges none, or nobody tells")
            self.clock.sleep(TRACED_EVERY)
        self.clock.sleep(_LEAD)
        if (mark := self.scene.tracing(record)) is None:
            raise _untraced(record, record.stores, "nobody tells any more how far it is")
        return mark

    def _silent(self, record: DrillRecord) -> Sequence[StoreName]:
        """Return the stores that are not known to have acknowledged a tracer."""
        mark = self.scene.tracing(record)
        return [one for one in record.stores if not (mark and mark.acknowledged.get(one))]

    def recoveries(
        self, taken: StoresTaken, answered: Answered, trails: Mapping[StoreName, StoreTrail]
    ) -> tuple[StoreRecovery, ...]:
        """Return what became of the stores that were ``taken``, as they stand now."""
        after = StoresAfter(trails, self.scene.stores(), self.scene.apart())
        return taken.recoveries(self.scene.network, answered.stores, answered.left, after)


def _untraced(record: DrillRecord, stores: Sequence[StoreName], actual: str) -> PlanRefused:
    return PlanRefused(
        f"{record.drill} does not begin: nobody could say what came of its stores",
        expected=f"tracers, written as its owner does, into {', '.join(stores)}",
        actual=actual,
        next_step="ndc status storage; when its owner can write it, ask again",
    )
