"""The PostgreSQL of one copy of a database, as processes: whether it writes, and its end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROCESSES = Path("/proc")
_IN_RECOVERY = ("standby.signal", "recovery.signal")


@dataclass(frozen=True, slots=True)
class Postmaster:
    """Who serves the data directory ``data``; only its own account may end it."""

    data: Path

    def writes(self) -> bool:
        """Tell whether PostgreSQL runs here and accepts writes, as a leader does."""
        return self._pid() is not None and not any(
            (self.data / name).exists() for name in _IN_RECOVERY
        )

    def end(self) -> None:
        """Kill it with everything that serves a session; nothing is written afterwards.

        What is on its disk is as after a loss of power.
        """
        pid = self._pid()
        if pid is None:
            return
        _send(pid, signal.SIGSTOP)  # a postmaster that goes on would start new processes meanwhile
        for child in (*_children(pid), pid):
            _send(child, signal.SIGKILL)

    def _pid(self) -> int | None:
        try:
            pid = int((self.data / "postmaster.pid").read_text("ascii").splitlines()[0])
            # a number from before a crash may be another process's by now
            served = (PROCESSES / str(pid) / "cwd").readlink()
        except (OSError, ValueError, IndexError):
            return None
        return pid if served == self.data.resolve() else None


def _children(parent: int) -> Iterator[int]:
    for folder in PROCESSES.iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            # after the name, which may hold anything: state, parent
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            yield int(folder.name)


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
