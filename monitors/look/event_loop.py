"""An event loop that does not blame others for its own slowness.

On a busy machine two dozen handshakes take seconds of ours, while the answers lie
unread in their sockets. So the loop's clock, by which every deadline is kept, counts
the time in which the loop waits for others, and stands still while it works.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from datetime import timedelta

from typing_extensions import override

FORGIVEN = timedelta(seconds=4)
"""how much work of its own one look may leave out; after that the clock counts all time"""

_A_HAIR_SECONDS = 0.001
"""what comes in the very turn in which a deadline ends came in time"""


class _Waits(selectors.DefaultSelector):
    """Counts the seconds in which there was nothing to do, as far as they were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_seconds = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        began = _seconds()
        ready = super().select(timeout)
        waited = _seconds() - began
        if timeout is not None:
            # what is more was spent waiting for a processor
            waited = min(waited, timeout - _A_HAIR_SECONDS if ready else timeout)
        self.waited_seconds += max(0.0, waited)
        return ready


class PatientLoop(asyncio.SelectorEventLoop):
    """Keeps time by what it waited for others."""

    def __init__(self, forgiven: timedelta = FORGIVEN) -> None:
        """Leave ``forgiven`` out of each look."""
        self._forgiven_seconds = forgiven.total_seconds()
        self._waits = _Waits()
        self.begin()
        super().__init__(self._waits)

    def begin(self) -> None:
        """Begin a look: nothing of what is forgiven is used up."""
        self._ahead_seconds = _seconds() - self._waits.waited_seconds

    @override
    def time(self) -> float:
        slowest = _seconds() - self._ahead_seconds - self._forgiven_seconds
        self._waits.waited_seconds = max(self._waits.waited_seconds, slowest)
        return self._waits.waited_seconds


def _seconds() -> float:
    return time.monotonic()  # noqa: TID251 - the clock of a loop, asked several times a turn
