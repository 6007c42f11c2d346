"""Whether a thing is seen now, and when it last was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Sighting:
    """Whether a thing is seen now, and when it last was."""

    current: bool
    at: datetime | None
    """of the last sight; None: never seen"""

    def age(self, now: datetime) -> timedelta | None:
        """Return how old the last sight is, or None if there was none."""
        return None if self.at is None else max(now - self.at, timedelta())
