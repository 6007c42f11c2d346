"""A store from what the hosts of its refuges tell of the copies there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from access.clients.prometheus import Sample
from inventory.network import Network, Role
from inventory.storage import Store, StoreCopy
from monitors.catalogue import RECOVERY_POINT
from monitors.health.stores import StoreCopyView, StoreView
from monitors.look.readings import Readings
from monitors.metric import MetricSpec
from monitors.storage_metrics import READ_BACK, READ_BACK_DIFFERS, TRANSFER_SECONDS


def store_views(network: Network, readings: Readings) -> tuple[StoreView, ...]:
    """Return the stores of ``network``; how old a copy is, the Prometheus of its site tells."""
    return tuple(_view(network, store, readings) for store in network.stores)


def _view(network: Network, store: Store, readings: Readings) -> StoreView:
    source, *copies = store.copies
    return StoreView(
        name=store.name,
        home=store.home,
        source=source.host,
        recovery_point=store.recovery_point,
        read_back=store.read_back,
        copies=tuple(_copy(network, store, copy, readings) for copy in copies),
    )


def _copy(network: Network, store: Store, copy: StoreCopy, readings: Readings) -> StoreCopyView:
    transfer = _newest(TRANSFER_SECONDS, store, copy, readings)
    differs = _newest(READ_BACK_DIFFERS, store, copy, readings)
    return StoreCopyView(
        host=copy.host,
        site=copy.site,
        age=_age(RECOVERY_POINT, store, copy, readings),
        read_back_age=_age(READ_BACK, store, copy, readings),
        differs=bool(differs and differs.value),
        transfer=None if transfer is None else timedelta(seconds=transfer.value),
        observer=next(
            (h.name for h in network.hosts_at(copy.site) if Role.MONITOR in h.roles), None
        ),
    )


def _age(metric: MetricSpec, store: Store, copy: StoreCopy, readings: Readings) -> timedelta | None:
    sample = _newest(metric, store, copy, readings)
    if sample is None:
        return None
    return max(sample.at - datetime.fromtimestamp(sample.value, UTC), timedelta())


def _newest(metric: MetricSpec, store: Store, copy: StoreCopy, readings: Readings) -> Sample | None:
    return max(_told(metric, store, copy, readings), key=lambda one: one.at, default=None)


def _told(
    metric: MetricSpec, store: Store, copy: StoreCopy, readings: Readings
) -> Iterator[Sample]:
    of_it = {"workload": store.name, "target": copy.site}
    for samples in readings.samples.values():
        for sample in samples:
            if sample.name == metric.name and of_it.items() <= sample.labels.items():
                yield sample
