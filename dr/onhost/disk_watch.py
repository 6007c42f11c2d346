"""Tries the disk under one copy, and lets another member lead when it takes no writes."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from core import files
from core.clock import Clock
from dr.hosts.disk import DiskState, gives_way
from dr.onhost.lease_watch import Server

EVERY: Final = timedelta(seconds=5)
_TRIED: Final = b"\0" * 65536
"""more than a file system finds in blocks that it has already given away"""
_WORDS: Final = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "read-only",
    errno.EIO: "broken",
}


def reason(number: int | None) -> str:
    """Return in one word why a write failed with the error ``number``."""
    return _WORDS.get(number or 0, "refusing")


@dataclass(slots=True)
class DiskWatch:
    """Of the copy in ``data``, which ``server`` serves.

    ``in_step`` asks whether a synchronous standby follows; it is asked only when it matters.
    """

    data: Path
    server: Server
    in_step: Callable[[], bool]
    state: DiskState = field(default_factory=DiskState)

    def tried(self, clock: Clock) -> None:
        """Write a new file and remove it, where there is a copy; note how that went."""
        if not self.data.is_dir():
            self.state = DiskState()
            return
        began = clock.elapsed()
        known = self.state
        self.state = DiskState(began, known.failed_since, known.failure)
        path = self.data / ".ndc-tries-to-write"
        try:
            files.try_to_write(path, _TRIED)
        except OSError as error:
            since = began if known.failed_since is None else known.failed_since
            self.state = DiskState(None, since, reason(error.errno))
        else:
            self.state = DiskState()

    def look(self, now: timedelta) -> Iterator[str]:
        """End PostgreSQL where it cannot write and another can lead; yield a sentence for it."""
        trouble = self.state.trouble(now)
        if trouble is None or not gives_way(self.state, now, writes=True, in_step=True):
            return
        if gives_way(self.state, now, writes=self.server.writes(), in_step=self.in_step()):
            self.server.end()
            yield (
                f"{self.data.name}: its disk is {trouble[0]} for {trouble[1].total_seconds():.0f} "
                "s, and a synchronous standby follows: PostgreSQL is killed, so that it leads"
            )
