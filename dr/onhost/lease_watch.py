"""Ends the writing of one member whose lease has ended, and looks at nothing else first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol

from dr.hosts.lease import Lease, read_words

_AT_ONCE: Final = 4096
"""bytes of one look; Patroni says a few in a second"""


class Server(Protocol):
    """The database server of a member."""

    def writes(self) -> bool:
        """Tell whether it runs and accepts writes."""

    def end(self) -> None:
        """Make it end at once; it does not write afterwards."""


class LeasePipe:
    """Where Patroni says its words; whatever becomes of this program, the pipe stays the same."""

    def __init__(self, path: Path) -> None:
        # also for writing: then nobody who writes ever waits for a reader, or misses one
        self._descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def read(self) -> bytes:
        """Return what was said since the last time."""
        try:
            return os.read(self._descriptor, _AT_ONCE)
        except BlockingIOError:
            return b""


@dataclass(slots=True)
class LeaseWatch:
    """Guards one member, look by look."""

    database: str
    pipe: LeasePipe
    server: Server
    mark: Path
    """is there while a lease is guarded, for whoever watches after this one"""
    lease: Lease
    looked: timedelta
    """when it last looked, since boot"""
    _rest: bytes = field(default=b"", init=False)

    @classmethod
    def begun(
        cls, database: str, folder: Path, server: Server, length: timedelta, now: timedelta
    ) -> LeaseWatch:
        """Return what watches ``database`` from ``now`` on, with its pipe and mark in ``folder``.

        ``length`` is how long after a renewal a leader may write, until Patroni says another.
        """
        lease, mark = Lease(length), folder / f"{database}.guarded"
        if mark.exists() and server.writes():
            lease = Lease(length, now, now + length)
        return cls(database, LeasePipe(folder / f"{database}.pipe"), server, mark, lease, now)

    def look(self, now: timedelta) -> Iterator[str]:
        """Do what the lease asks for at ``now``; yield a sentence for what it did.

        What Patroni said while nobody listened may be older or younger than a freeze, so time is
        asked first: whoever thaws after the end of its lease does not write again.
        """
        if self.lease.ended(now):
            late = now - (self.lease.good_until or now)
            if self.server.writes():
                self.server.end()
                yield (
                    f"{self.database}: the lease ended {late.total_seconds():.1f} s ago and no "
                    "renewal was heard: PostgreSQL is killed, so that nobody writes beside a leader"
                )
            self._guard(self.lease.given_back())
        words, self._rest = read_words(self._rest + self.pipe.read())
        self._guard(self.lease.after(words, self.looked))
        self.looked = now

    def _guard(self, lease: Lease) -> None:
        if lease.is_guarded and not self.lease.is_guarded:
            self.mark.touch()
        elif self.lease.is_guarded and not lease.is_guarded:
            self.mark.unlink(missing_ok=True)
        self.lease = lease
