"""What processes of the machine use: time of its cores, and memory."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab import cgroup
from lab.names import Names
from ndc.settings import paths_of

PROC = Path("/proc")
_PARENT = 1
_TIMES = slice(11, 15)
"""utime, stime, and both of the children that ended; counted from the state, field 3"""


@dataclass(frozen=True, slots=True)
class Used:
    """What one process had used when it was looked at."""

    parent: int
    ticks: int
    """its own, and of its children that ended"""


def ticks_between(before: Mapping[int, Used], after: Mapping[int, Used]) -> int | None:
    """Return what was used between two looks; None if not all of it can be known.

    What a process used is its parent's when it ends, so that none is missed, unless
    the parent is not looked at: then a host lost its power, or a daemon ended.
    """
    for pid in before.keys() - after.keys():
        if before[pid].parent not in before:
            return None
    return sum(one.ticks for one in after.values()) - sum(one.ticks for one in before.values())


def share_of_a_core(ticks: int, seconds: float) -> float:
    """Return, in percent, what ``ticks`` within ``seconds`` are of one core's time."""
    return 100 * ticks / os.sysconf("SC_CLK_TCK") / seconds


def used_by(processes: Iterable[int]) -> dict[int, Used]:
    """Return what each of ``processes`` that is there has used."""
    looked = {pid: _used(pid) for pid in processes}
    return {pid: used for pid, used in looked.items() if used}


def in_hosts(group: str) -> list[int]:
    """Return the processes of all hosts of the network whose control groups are ``group``."""
    groups = cgroup.find(group)
    return [pid for host in groups.hosts() for pid in groups.processes(host)]


def group_of(environment: str) -> str:
    """Return under which the control groups of an environment's hosts are."""
    number = json.loads(paths_of(environment).description.read_text("utf-8"))["number"]
    return Names(number).group


def proportional_bytes(pid: int) -> int:
    """Return what ``pid`` has of the memory (PSS); nothing once it ended."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0  # it ended while we looked
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def _used(pid: int) -> Used | None:
    try:
        said = (PROC / str(pid) / "stat").read_text("utf-8", errors="replace")
    except OSError:
        return None  # it ended while we looked
    fields = said.rpartition(")")[2].split()
    return Used(int(fields[_PARENT]), sum(map(int, fields[_TIMES])))
