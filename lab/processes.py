"""Finds processes of this machine by their command lines, and ends them by their numbers."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

_PROC = Path("/proc")


def started_as(words: Sequence[str]) -> list[int]:
    """Return the other processes whose command line holds ``words`` in a row, sorted."""
    pids = []
    for folder in _PROC.glob("[0-9]*"):
        pid = int(folder.name)
        if pid != os.getpid() and _holds(_command(pid), words):
            pids.append(pid)
    return sorted(pids)


def end(pid: int, is_it: Callable[[int], bool]) -> None:
    """Kill ``pid`` if ``is_it`` says so; the number cannot go to another process meanwhile."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if is_it(pid):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    except ProcessLookupError:
        pass
    finally:
        os.close(descriptor)


def _command(pid: int) -> list[str]:
    try:
        return (_PROC / str(pid) / "cmdline").read_text("utf-8", "replace").split("\0")
    except OSError:
        return []


def _holds(command: Sequence[str], words: Sequence[str]) -> bool:
    size = len(words)
    return any(
        list(command[start : start + size]) == list(words)
        for start in range(len(command) - size + 1)
    )
