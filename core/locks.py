"""Locks on files: each falls with whoever holds it, however that ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final, Self

from core.clock import Clock, NotYet, wait_until
from core.errors import PlanRefused, Rejected, Unreachable

_SOON = timedelta(milliseconds=10)
LOOKERS: Final = timedelta(seconds=1)
"""longer than anybody has a lock who only looks whether it is held"""


class Lock:
    """The lock in the file ``path``, which stays and names the process that took it last.

    What ``take`` or ``wait`` took is held until the ``with`` block ends, or the process does.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; nothing is held yet.

        Raises:
            Rejected: there can be no lock there.
        """
        self.path = path
        try:
            self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            """a child that is handed it holds the lock on, when we are gone"""
        except OSError as error:
            raise Rejected(
                f"{path} cannot be locked",
                expected="a file that this user may write to",
                actual=error.strerror or str(error),
                next_step="run the command as root, make room or mend the permissions",
            ) from error

    def take(self) -> bool:
        """Hold the lock from now on; False: somebody else has it."""
        if not _locked(self.descriptor):
            return False
        with contextlib.suppress(OSError):  # who holds it is a courtesy; a full disk has no room
            os.ftruncate(self.descriptor, 0)
            os.pwrite(self.descriptor, f"{os.getpid()}\n".encode(), 0)
        return True

    def wait(self, clock: Clock, bound: timedelta, *, what: str) -> None:
        """Hold the lock as soon as nobody else has it; ``what`` is how a person calls it.

        Raises:
            Unreachable: somebody else had it for longer than ``bound``; it says who.
        """
        wait_until(
            clock, lambda: self.take() or NotYet(self.holder), what=what, bound=bound, every=_SOON
        )

    @property
    def holder(self) -> str:
        """Who has the lock, in a sentence; asked by somebody who could not take it."""
        return f"process {self.process or 'unknown'} holds {self.path}"

    @property
    def process(self) -> int | None:
        """The process that took it last, asked as ``holder`` is; None: it did not say."""
        text = os.pread(self.descriptor, 20, 0).decode("ascii", "replace").strip()
        return int(text) if text.isdecimal() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)


def is_held(path: Path) -> bool:
    """Whether somebody has the lock; the look itself has it for a moment, so who wants it waits.

    Raises:
        Rejected: there can be no lock there.
    """
    with Lock(path) as lock:
        return not _locked(lock.descriptor)


def is_stopped(process: int) -> bool:
    """Whether ``process`` was told to stop, and lives (SIGSTOP, Ctrl-Z); False: nobody can say."""
    try:
        status = Path("/proc", str(process), "stat").read_text("ascii", "replace")
    except OSError:
        return False
    # its name, in parentheses, may hold anything
    return status.rpartition(")")[2].split()[:1] in (["T"], ["t"])


@contextmanager
def alone(path: Path, clock: Clock) -> Iterator[None]:
    """Hold the lock of the environment in whose folder ``path`` is, until the block ends.

    Raises:
        PlanRefused: another process holds it; nothing was touched.
        Rejected: there can be no lock there; nothing was touched.
    """
    with Lock(path) as lock:
        try:
            lock.wait(clock, LOOKERS, what=f"the lock {path}")
        except Unreachable:
            raise PlanRefused(
                f"another command works on environment {path.parent.name}",
                expected="one `ndc up`, `down` or `destroy` at a time",
                actual=lock.holder,
                next_step="wait until it ends, then run the command again",
            ) from None
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # noqa: TID251 every Lock is made of it
    except BlockingIOError:
        return False
    return True
