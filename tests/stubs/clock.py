"""A clock by which nobody waits: who sleeps returns at once, and it is later for everybody."""

from __future__ import annotations

import mmap
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from typing_extensions import override

from core.locks import Lock
from core.system_clock import SystemClock

_UNIT: Final = timedelta(microseconds=1)
_TURN: Final = timedelta(seconds=10)
_SYSTEM_CLOCK: Final = SystemClock()


class StubClock(SystemClock):
    """The machine's clock, ahead of it by what was slept.

    What takes time by itself takes it by this clock too, so bounds are no wider than they were.
    Processes that open the same file go by the same clock. When two sleep at once, it is later
    by the longer sleep: whoever waits for another's work must not sleep by it meanwhile.
    """

    def __init__(self, path: Path) -> None:
        """Go by the clock that ``path`` tells of, a file of its own."""
        self.path = path
        with path.open("a+b") as file:
            file.truncate(8)
            self._ahead = memoryview(mmap.mmap(file.fileno(), 8)).cast("q")

    @override
    def now(self) -> datetime:
        return super().now() + self._ahead[0] * _UNIT

    @override
    def elapsed(self) -> timedelta:
        return super().elapsed() + self._ahead[0] * _UNIT

    @override
    def sleep(self, duration: timedelta) -> None:
        until = self.elapsed() + duration
        with Lock(self.path.with_suffix(".lock")) as lock:
            lock.wait(_SYSTEM_CLOCK, _TURN, what="a turn at the clock")
            self._ahead[0] += max(0, (until - self.elapsed()) // _UNIT)
