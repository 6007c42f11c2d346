"""A clock that is moved by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

BEGINNING: Final = datetime(2030, 1, 1, tzinfo=UTC)


class HandClock:
    """A clock that moves only while somebody sleeps by it; ``instant`` may be put elsewhere.

    As with a machine's clock, what is put is what a person reads; the time since boot goes on.
    """

    def __init__(self, instant: datetime = BEGINNING) -> None:
        """Begin at ``instant``, aware, with the boot."""
        self.instant = instant
        self._since_boot = timedelta()

    def now(self) -> datetime:
        return self.instant

    def elapsed(self) -> timedelta:
        return self._since_boot

    def sleep(self, duration: timedelta) -> None:
        self.instant += duration
        self._since_boot += duration
