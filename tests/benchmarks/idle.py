"""What the network takes from the machine while nobody asks anything of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lab import cgroup
from lab.names import Names
from ndc.settings import paths_of
from tests.benchmarks.figures import Trial
from tests.benchmarks.stand import CLOCK, Stand, pause

WINDOW_SECONDS = 60
_CALM_SECONDS = 30
"""for what a start or the look at it has stirred up"""

_PROC = Path("/proc")
_PARENT = 1
_TIMES = slice(11, 15)
"""utime, stime, and both of the children that ended; counted from the state, field 3"""
_COUNTED = (b"ndc.daemons.labd", b"lab.relay.daemon")


@dataclass(frozen=True, slots=True)
class Used:
    """What one process had used when it was looked at."""

    parent: int
    ticks: int
    """its own, and of its children that ended"""


def idle(stand: Stand, number: int) -> Iterator[Trial]:
    """Yield memory in GB, and the part of one core in percent."""
    environment = stand.lab().environment
    pause(0 if number else _CALM_SECONDS)
    group = _group(environment)
    began, before = CLOCK.elapsed(), _used(group, environment)
    pause(WINDOW_SECONDS)
    ticks = ticks_between(before, _used(group, environment))
    took = (CLOCK.elapsed() - began).total_seconds()
    memory_bytes = _held_bytes(group) + sum(map(_proportional_bytes, _daemons(environment)))
    percent = None if ticks is None else 100 * ticks / os.sysconf("SC_CLK_TCK") / took
    yield memory_bytes / 1e9, percent


def ticks_between(before: Mapping[int, Used], after: Mapping[int, Used]) -> int | None:
    """Return what was used between two looks; None if not all of it can be known.

    What a process used is its parent's when it ends, so that none is missed, unless
    the parent is not looked at: then a host lost its power, or a daemon ended.
    """
    for pid in before.keys() - after.keys():
        if before[pid].parent not in before:
            return None
    return sum(one.ticks for one in after.values()) - sum(one.ticks for one in before.values())


def labs() -> set[str]:
    """Return the environments whose labd runs on this machine."""
    return {whose for _, name, whose in _all_daemons() if name == _COUNTED[0]}


def _daemons(environment: str) -> list[int]:
    """Return labd and relay of ``environment``."""
    return [pid for pid, _, whose in _all_daemons() if whose == environment]


def _all_daemons() -> Iterator[tuple[int, bytes, str]]:
    for path in _PROC.glob("[0-9]*"):
        for name, whose in pairwise(_words(int(path.name))):
            if name in _COUNTED:
                yield int(path.name), name, whose.decode(errors="replace")


def _group(environment: str) -> str:
    number = json.loads(paths_of(environment).description.read_text("utf-8"))["number"]
    return Names(number).group


def _used(group: str, environment: str) -> dict[int, Used]:
    groups = cgroup.find(group)
    inside = [pid for host in groups.hosts() for pid in groups.processes(host)]
    looked = {pid: _used_by(pid) for pid in inside + _daemons(environment)}
    return {pid: used for pid, used in looked.items() if used}


def _used_by(pid: int) -> Used | None:
    try:
        said = (_PROC / str(pid) / "stat").read_text("utf-8", errors="replace")
    except OSError:
        return None  # it ended while we looked
    fields = said.rpartition(")")[2].split()
    return Used(int(fields[_PARENT]), sum(map(int, fields[_TIMES])))


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
