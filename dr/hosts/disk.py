"""A leader whose disk takes no writes gives way, where another may lead without a loss. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

PATIENCE: Final = timedelta(seconds=10)
"""a disk that is only slow, or full for a moment, is well again within this"""

HANGS: Final = "hanging"


@dataclass(frozen=True, slots=True)
class DiskState:
    """How a disk has taken the writes that were tried; times are since boot."""

    begun: timedelta | None = None
    """when the write that is being tried began; None: none is"""
    failed_since: timedelta | None = None
    """None: the last write that ended was taken"""
    failure: str = ""
    """in one word"""

    def trouble(self, now: timedelta) -> tuple[str, timedelta] | None:
        """Return why it takes no writes, and for how long; None: it does, or nothing is known."""
        if self.failed_since is not None:
            return self.failure, now - self.failed_since
        if self.begun is not None and now - self.begun >= PATIENCE:
            return HANGS, now - self.begun
        return None


def gives_way(state: DiskState, now: timedelta, *, writes: bool, in_step: bool) -> bool:
    """Tell whether a member has to let another lead: it ``writes`` here, and cannot.

    ``in_step`` is whether a standby has every commit that was acknowledged, and follows.
    """
    trouble = state.trouble(now)
    return bool(writes and in_step and trouble and trouble[1] >= PATIENCE)
