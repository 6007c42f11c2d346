"""What the network takes from the machine while nobody asks anything of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from lab import cgroup
from tests.benchmarks.figures import Trial
from tests.benchmarks.processes import (
    PROC,
    Used,
    group_of,
    in_hosts,
    proportional_bytes,
    share_of_a_core,
    ticks_between,
    used_by,
)
from tests.benchmarks.stand import CLOCK, Stand, pause

WINDOW_SECONDS = 60
CALM_SECONDS = 30
"""for what a start or the look at it has stirred up"""

_COUNTED = (b"ndc.daemons.labd", b"lab.relay.daemon")


def idle(stand: Stand, number: int) -> Iterator[Trial]:
    """Yield memory in GB, and the part of one core in percent."""
    environment = stand.lab().environment
    pause(0 if number else CALM_SECONDS)
    group = group_of(environment)
    began, before = CLOCK.elapsed(), _used(group, environment)
    pause(WINDOW_SECONDS)
    ticks = ticks_between(before, _used(group, environment))
    took = (CLOCK.elapsed() - began).total_seconds()
    memory_bytes = _held_bytes(group) + sum(map(proportional_bytes, _daemons(environment)))
    yield memory_bytes / 1e9, None if ticks is None else share_of_a_core(ticks, took)


def labs() -> set[str]:
    """Return the environments whose labd runs on this machine."""
    return {whose for _, name, whose in _all_daemons() if name == _COUNTED[0]}


def _daemons(environment: str) -> list[int]:
    """Return labd and relay of ``environment``."""
    return [pid for pid, _, whose in _all_daemons() if whose == environment]


def _all_daemons() -> Iterator[tuple[int, bytes, str]]:
    for path in PROC.glob("[0-9]*"):
        for name, whose in pairwise(_words(int(path.name))):
            if name in _COUNTED:
                yield int(path.name), name, whose.decode(errors="replace")


def _used(group: str, environment: str) -> dict[int, Used]:
    return used_by(in_hosts(group) + _daemons(environment))


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


def _words(pid: int) -> list[bytes]:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []  # it ended while we looked
