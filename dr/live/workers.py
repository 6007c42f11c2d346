"""One worker an attempt: an answer that never comes stops nobody."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final, TypeVar

from core.clock import Clock
from core.runs.ports import Completion, Token
from dr.actions import Action
from dr.hands import Hands
from dr.looks import Begin

T = TypeVar("T")

_LOOKS_AT_ONCE: Final = 16


class Workers:
    """Keeps ``core.runs.ports.Actuator``'s promise with ``hands`` in a running network.

    A worker cannot be killed: the targets refuse what it does too late (``dr.hands``).
    """

    def __init__(self, hands: Hands, clock: Clock) -> None:
        self._hands = hands
        self._clock = clock
        self._threads: list[threading.Thread] = []
        self._completions: queue.SimpleQueue[Completion] = queue.SimpleQueue()

    def begin(self, action: Action, token: Token, due: timedelta) -> None:
        """Send ``action`` on its way and return at once."""
        worker = threading.Thread(
            target=self._attempt, args=(action, token, due), name=str(token), daemon=True
        )
        worker.start()
        self._threads.append(worker)

    def wait(self, bound: timedelta) -> Completion | None:
        """Return the next attempt that ended, or None after ``bound``."""
        self._threads = [worker for worker in self._threads if worker.is_alive()]
        try:
            # what is under way takes real time, whatever the clock says
            return self._completions.get(timeout=bound.total_seconds() if self._threads else 0)
        except queue.Empty:
            if not self._threads:
                self._clock.sleep(bound)
            return None

    def _attempt(self, action: Action, token: Token, due: timedelta) -> None:
        # this process may have stood still meanwhile
        left = max(due - self._clock.elapsed(), timedelta())
        # whatever else ends a worker ends it without an answer: the step will be in doubt
        self._completions.put(self._hands.attempt(action, token, left))


def in_threads() -> Begin:
    """Return what makes looks at the same time; each look bounds itself."""
    pool = ThreadPoolExecutor(_LOOKS_AT_ONCE)

    def begin(look: Callable[[], T], /) -> Callable[[], T]:
        return pool.submit(look).result

    return begin
