"""Writes tracers into one store, and at the end looks for them and removes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from core.clock import Clock
from dr.onhost.store_owner import StoreOwner
from dr.tracing import TRACED_EVERY, StoreTrail, Tracer, TracerFate

ENDS: Final = timedelta(seconds=90)
"""for a store that does not answer at the end: who is not back by then is not waited for"""


@dataclass(slots=True)
class TracerWriter:
    """Writes those of one drill, which lie in ``folder``, as ``owner``."""

    owner: StoreOwner
    folder: str
    clock: Clock
    tell: Callable[[Tracer], None]
    """is told of each"""
    _kept: list[int] = field(default_factory=list, init=False)
    _count: int = field(default=0, init=False)

    def trail(self, goes_on: Callable[[], bool]) -> StoreTrail:
        """Write for as long as it ``goes_on``, and then until one more is acknowledged.

        Return what is there of all of them, having removed them; without the tracers themselves,
        which were told. A store that does not answer at the end is waited for, ``ENDS`` at most.
        """
        while goes_on():
            self._write()
        until = self.clock.elapsed() + ENDS
        while self._write() is not TracerFate.KEPT and self.clock.elapsed() < until:
            """It is not served yet."""
        answers = {number: self._is_there(number, until) for number in self._kept}
        return StoreTrail(
            present=frozenset(number for number, so in answers.items() if so),
            gone=frozenset(number for number, so in answers.items() if so is False),
            removed=self.removed(until),
        )

    def removed(self, until: timedelta) -> bool:
        """Remove all of them; return whether that was seen. The store is asked ``until`` then."""
        while not self.owner.remove(self.folder):
            if self.clock.elapsed() >= until:
                return False
            self.clock.sleep(TRACED_EVERY)
        return True

    def _write(self) -> TracerFate:
        """Read what was written last, and write the next one; no sooner than a second after it."""
        number, sent = self._count, self.clock.elapsed()
        self._count += 1
        last = self._kept[-1] if self._kept else number
        is_read = self.owner.holds(self._path(last), str(last)) is not None
        fate = self.owner.write(self._path(number), str(number))
        if fate is TracerFate.KEPT:
            self._kept.append(number)
        self.tell(Tracer(number, sent, self.clock.elapsed(), fate, is_read))
        self.clock.sleep(sent + TRACED_EVERY - self.clock.elapsed())
        return fate

    def _is_there(self, number: int, until: timedelta) -> bool | None:
        while (so := self.owner.holds(self._path(number), str(number))) is None:
            if self.clock.elapsed() >= until:
                return None
            self.clock.sleep(TRACED_EVERY)
        return so

    def _path(self, number: int) -> str:
        return f"{self.folder}/{number}"
