"""What all monitoring takes from the machine, and what each agent does.

Monitoring is whatever measures, tells, keeps, judges and calls.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator

from tests.benchmarks.figures import Trial
from tests.benchmarks.idle import CALM_SECONDS, WINDOW_SECONDS
from tests.benchmarks.processes import (
    PROC,
    group_of,
    in_hosts,
    proportional_bytes,
    share_of_a_core,
    ticks_between,
    used_by,
)
from tests.benchmarks.stand import CLOCK, Stand, pause

UNITS = (
    "ndc-exporter.service",
    "ndc-probe.service",
    "prometheus-alertmanager.service",
    "prometheus-node-exporter.service",
    "prometheus.service",
)
"""all that is there to watch; what it asks answers on its own account"""

_AGENT = "ndc-agent.service"


def watching(stand: Stand, number: int) -> Iterator[Trial]:
    """Yield the part of all cores in percent, and memory in GB."""
    group = group_of(stand.lab().environment)
    pause(0 if number else CALM_SECONDS)
    began, before = CLOCK.elapsed(), used_by(_parts_of(group, UNITS))
    pause(WINDOW_SECONDS)
    watchers = _parts_of(group, UNITS)
    ticks = ticks_between(before, used_by(watchers))
    took = (CLOCK.elapsed() - began).total_seconds()
    share = None if ticks is None else share_of_a_core(ticks, took) / (os.cpu_count() or 1)
    yield share, sum(map(proportional_bytes, watchers)) / 1e9


def agents(stand: Stand, number: int) -> Iterator[Trial]:
    """Yield what the busiest agent takes of a core in percent, and the memory of the largest."""
    group = group_of(stand.lab().environment)
    pause(0 if number else CALM_SECONDS)
    began, before = CLOCK.elapsed(), used_by(_parts_of(group, (_AGENT,)))
    pause(WINDOW_SECONDS)
    after = used_by(_parts_of(group, (_AGENT,)))
    took = (CLOCK.elapsed() - began).total_seconds()
    is_void = not before or before.keys() != after.keys()
    busiest = max(
        (after[pid].ticks - before[pid].ticks for pid in before if pid in after), default=0
    )
    largest = max(map(proportional_bytes, after), default=0)
    yield None if is_void else share_of_a_core(busiest, took), largest / 1e6


def _parts_of(group: str, units: Collection[str]) -> list[int]:
    return [pid for pid in in_hosts(group) if _unit_of(pid) in units]


def _unit_of(pid: int) -> str:
    """Return the unit that ``pid`` is part of on its host; nothing once it ended."""
    try:
        lines = (PROC / str(pid) / "cgroup").read_text("utf-8").splitlines()
    except OSError:
        return ""  # it ended while we looked
    paths = [line.partition("systemd:")[2] or line.partition("0::")[2] for line in lines]
    return next((path.rpartition("/")[2] for path in paths if path.endswith(".service")), "")
