"""Which members stay apart, by the page of their hosts that each site's Prometheus collects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from access.clients.prometheus import Sample
from inventory.names import DatabaseName, HostName
from monitors.health.notices import ApartView
from monitors.health.snapshot import DatabaseView
from monitors.host_metrics import DISK_REFUSES, TAIL_COMMITS, TAIL_KEPT, TAIL_SINCE
from monitors.look.readings import Readings


def with_apart(view: DatabaseView, readings: Readings) -> DatabaseView:
    """Return ``view`` with what is said of members that stay apart, and of their disks."""
    members = (
        replace(
            one,
            apart=_apart(view.name, one.host, readings),
            disk=_disk(view.name, one.host, readings),
        )
        for one in view.members
    )
    return replace(view, members=tuple(members))


def _apart(database: DatabaseName, host: HostName, readings: Readings) -> ApartView | None:
    values = {sample.name: sample.value for sample in _of(database, host, readings)}
    if TAIL_KEPT.name not in values:
        return None
    commits, since = values.get(TAIL_COMMITS.name), values.get(TAIL_SINCE.name)
    return ApartView(
        commits=None if commits is None else int(commits),
        since=None if since is None else datetime.fromtimestamp(since, UTC),
        kept=bool(values[TAIL_KEPT.name]),
    )


def _disk(database: DatabaseName, host: HostName, readings: Readings) -> str | None:
    of_it = _of(database, host, readings)
    return next((s.labels["reason"] for s in of_it if s.name == DISK_REFUSES.name), None)


def _of(database: DatabaseName, host: HostName, readings: Readings) -> Iterator[Sample]:
    labels = {"database": database, "host": host}
    for samples in readings.samples.values():
        yield from (sample for sample in samples if labels.items() <= sample.labels.items())
