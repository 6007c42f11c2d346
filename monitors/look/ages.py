"""How old a copy is, of a database or a store, though the clocks that tell of it differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from access.clients.prometheus import Sample
from core.clock import TOLERATED_OFFSET
from inventory.names import HostName, SiteName
from inventory.network import Database, Network
from inventory.storage import Store
from monitors.catalogue import RECOVERY_POINT
from monitors.health.clocks import ClockView
from monitors.look.programs import clock
from monitors.look.readings import Readings


@dataclass(frozen=True, slots=True)
class CopyAge:
    """What the newest mark in a copy says of its age; nothing, where nobody tells of a mark."""

    age: timedelta | None = None
    """at worst: with what both clocks are off by, and the error of that"""
    early: timedelta | None = None
    """how far the mark is from a time to come: a clock is off that nobody knew of, and the age is
    not known; None: it is not
    """


def copy_age(
    network: Network, of: Database | Store, target: SiteName, readings: Readings
) -> CopyAge:
    """Return how old the copy at ``target`` is, by whoever watches there."""
    of_it = {"workload": of.name, "target": target}
    ages = [
        _age(sample, watcher, _writers(of, sample), network, readings)
        for watcher, samples in readings.samples.items()
        for sample in samples
        if sample.name == RECOVERY_POINT.name and of_it.items() <= sample.labels.items()
    ]
    if not ages:
        return CopyAge()
    newest = min(ages)
    if newest < -TOLERATED_OFFSET:
        return CopyAge(early=-newest)
    return CopyAge(age=max(newest, timedelta()))


def _age(
    sample: Sample,
    watcher: HostName,
    writers: Iterable[HostName],
    network: Network,
    readings: Readings,
) -> timedelta:
    """Return how old the mark in ``sample`` is at most; negative: it is from a time to come.

    One of ``writers`` made it; a clock that is ahead makes a mark look younger than it is.
    """
    distance = sample.at - datetime.fromtimestamp(sample.value, UTC)
    own = _clock(watcher, network, readings)
    others = [_clock(host, network, readings) for host in writers]
    ahead = max((one.ahead + one.error for one in others), default=timedelta())
    return distance - own.ahead + own.error + ahead


def _writers(of: Database | Store, sample: Sample) -> list[HostName]:
    source = sample.labels.get("source")
    copies = of.members if isinstance(of, Database) else of.copies
    return [copy.host for copy in copies if copy.site == source]


def _clock(host: HostName, network: Network, readings: Readings) -> ClockView:
    """Return how the clock of ``host`` is; where nobody compares it, it is taken to be right."""
    view = clock(network, network.host(host), readings)
    right = ClockView(timedelta(), timedelta(), compared=False)
    return view if view is not None and view.compared else right
