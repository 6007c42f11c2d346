"""The real clock: the only place that asks the machine for the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """Reads the machine's time."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 this is the Clock that everybody else asks

    def elapsed(self) -> timedelta:
        """Return the time since boot; it never goes back, and counts sleep of the machine."""
        return timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))

    def sleep(self, duration: timedelta) -> None:
        """Return no sooner than ``duration`` from now."""
        time.sleep(max(0.0, duration.total_seconds()))  # noqa: TID251 as above
