"""What the network takes from the machine while nobody asks anything of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from ndc.settings import paths_of
from stacks.substrates.lab import cgroup
from stacks.substrates.lab.names import Names
from tests.benchmarks.figures import Trial
from tests.benchmarks.stand import CLOCK, Stand, pause

WINDOW_SECONDS = 60
_CALM_SECONDS = 30
"""for what a start or the look at it has stirred up"""

_PROC = Path("/proc")
_OWN_TIMES = slice(11, 15)
"""utime, stime, and both of the children that ended; counted from the state, field 3"""


def idle(stand: Stand, number: int) -> Iterator[Trial]:
    """Yield memory in GB, and the part of one core in percent."""
    environment = stand.lab().environment
    pause(0 if number else _CALM_SECONDS)
    group = _group(environment)
    began, before = CLOCK.elapsed(), _cpu_seconds(_processes(group, environment))
    pause(WINDOW_SECONDS)
    used = _cpu_seconds(_processes(group, environment)) - before
    took = (CLOCK.elapsed() - began).total_seconds()
    memory_bytes = _held_bytes(group) + sum(map(_proportional_bytes, daemons(environment)))
    yield memory_bytes / 1e9, 100 * used / took


def daemons(environment: str | None = None) -> list[int]:
    """Return our processes that work for ``environment``, or for any: labd, relay, runners."""
    return [pid for pid, whose in _daemons() if environment in {None, whose}]


def labs() -> set[str]:
    """Return the environments whose labd runs on this machine."""
    return {whose for pid, whose in _daemons() if b"ndc.daemons.labd" in _words(pid)}


def _daemons() -> Iterator[tuple[int, str]]:
    for path in _PROC.glob("[0-9]*"):
        words = _words(int(path.name))
        for name, whose in pairwise(words):
            if name.startswith(b"ndc.daemons.") and b"/" not in whose:
                yield int(path.name), whose.decode(errors="replace")


def _group(environment: str) -> str:
    number = json.loads(paths_of(environment).description.read_text("utf-8"))["number"]
    return Names(number).group


def _processes(group: str, environment: str) -> list[int]:
    groups = cgroup.find(group)
    inside = [pid for host in groups.hosts() for pid in groups.processes(host)]
    return inside + daemons(environment)


def _cpu_seconds(processes: list[int]) -> float:
    """Return the time of ``processes`` and of their children that ended.

    A process that ends between two looks is in its parent's, so the difference misses none.
    """
    return sum(map(_ticks, processes)) / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    try:
        said = (_PROC / str(pid) / "stat").read_text("utf-8", errors="replace")
    except OSError:
        return 0
    return sum(map(int, said.rpartition(")")[2].split()[_OWN_TIMES]))


def _held_bytes(group: str) -> int:
    """Return the memory of the hosts without file pages, which the kernel gives away first."""
    unified = cgroup.MOUNT / group
    if (unified / "memory.current").exists():
        used, prefix, folder = "memory.current", "", unified
    else:
        used, prefix = "memory.usage_in_bytes", "total_"
        folder = cgroup.MOUNT / "memory" / group
    stat = dict(line.split() for line in (folder / "memory.stat").read_text("ascii").splitlines())
    files = int(stat[f"{prefix}active_file"]) + int(stat[f"{prefix}inactive_file"])
    return int((folder / used).read_text("ascii")) - files


def _proportional_bytes(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0  # it ended while we looked
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def _words(pid: int) -> list[bytes]:
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []  # it ended while we looked
