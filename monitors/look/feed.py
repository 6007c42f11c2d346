"""A feed for the dashboard: looks again and again, and posts what it saw."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from core.errors import NdcError
from monitors.health.snapshot import Snapshot


class LiveFeed:
    """Takes snapshots in a thread of its own, one after the other, until its block ends.

    ``take`` looks once. Each snapshot goes to ``taken``; the reason why there is none goes to
    ``trouble``. Both are called in the feed's thread. ``every`` is the pause between two looks.
    """

    def __init__(
        self,
        take: Callable[[], Snapshot],
        taken: Callable[[Snapshot], object],
        trouble: Callable[[str], object],
        *,
        every: timedelta = timedelta(seconds=2),
    ) -> None:
        self._take = take
        self._taken = taken
        self._trouble = trouble
        self._every = every
        self._end = threading.Event()
        # a daemon: a look that hangs must not keep the terminal
        self._thread = threading.Thread(target=self._look_until_end, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._end.set()

    def _look_until_end(self) -> None:
        while not self._end.is_set():
            try:
                self._taken(self._take())
            except NdcError as error:
                self._trouble(error.what)
            self._end.wait(self._every.total_seconds())
