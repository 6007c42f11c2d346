"""Simulated time: it moves only when somebody waits, and then from event to event."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2030, 1, 1, tzinfo=UTC)


class Timeline:
    """A queue of events and the time it is; a ``Clock``."""

    def __init__(self) -> None:
        self._elapsed = timedelta()
        self._queue: list[tuple[timedelta, int, Callable[[], None]]] = []
        self._scheduled = 0

    def now(self) -> datetime:
        """Return the simulated instant."""
        return BEGINNING + self._elapsed

    def elapsed(self) -> timedelta:
        """Return the simulated time since the beginning."""
        return self._elapsed

    def sleep(self, duration: timedelta) -> None:
        """Let everything happen that is due within ``duration``."""
        until = self._elapsed + duration
        while self.next_before(until):
            pass

    def at(self, delay: timedelta, event: Callable[[], None]) -> None:
        """Let ``event`` happen ``delay`` from now; of two at one instant, the first asked for."""
        self._scheduled += 1
        heapq.heappush(self._queue, (self._elapsed + delay, self._scheduled, event))

    def next_before(self, until: timedelta) -> bool:
        """Let the next event happen, if it is due by ``until``; else it is ``until``."""
        if not self._queue or self._queue[0][0] > until:
            self._elapsed = max(self._elapsed, until)
            return False
        self._elapsed, _, event = heapq.heappop(self._queue)
        event()
        return True
