"""Waits after a drill until all is green, no alarm calls anybody, and it stays so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.clock import Clock
from core.text import Say
from dr.drills.scene import Scene
from inventory.names import StoreName

SETTLES: Final = timedelta(minutes=6)
"""for what was given back to be well again; who is not by then did not come back. An alarm whose
judge was lost stands for four minutes after its last word"""
STAYS: Final = timedelta(seconds=75)
"""for which all has to be seen green at a stretch, or it did not stay; longer than any alarm that
calls a person waits before it does"""
_EVERY: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Settled:
    """How all stood at the end of a drill."""

    well_at: timedelta | None
    """since boot of the operator's machine; None: it did not become green"""
    stayed: timedelta
    """for how long it was seen green at a stretch"""
    left: tuple[str, ...]
    """what is not so at the end"""


@dataclass(frozen=True, slots=True)
class Settling:
    """What was given back, and is to be well again."""

    scene: Scene
    clock: Clock
    say: Say

    def wrong(self, torn: Sequence[StoreName] = ()) -> tuple[str, ...]:
        """Return what is not as it should be now, and if that is nothing, which alarms call."""
        return tuple(self.scene.concerns(torn)) or self.scene.pages().wrong

    def settled(self, torn: Sequence[StoreName]) -> Settled:
        """Return when all was green, for how long it stayed so, and what is not so at the end.

        A copy that stays apart, with what nobody was promised or was accepted as lost, is made
        anew.
        """
        until, last = self.clock.elapsed() + SETTLES, ""
        since: timedelta | None = None
        while True:
            left = self.wrong(torn)
            now = self.clock.elapsed()
            since = (since or now) if not left else None
            if since is not None and now - since >= STAYS:
                return Settled(since, now - since, ())
            if left and now > until:
                return Settled(None, timedelta(), left)
            if left and self.scene.remake():
                until = self.clock.elapsed() + SETTLES
            elif left and left[0] != last:
                self.say(f"waits until all is green: {(last := left[0])}")
            self.clock.sleep(_EVERY)
