"""Stores and pools, from what their hosts tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from access.clients.prometheus import Sample
from inventory.names import ServiceName
from inventory.network import Network, Role
from inventory.storage import Pool, Store, StoreCopy
from monitors.health.stores import PoolView, StoreCopyView, StoreView
from monitors.look.ages import copy_age
from monitors.look.programs import file_systems
from monitors.look.readings import Readings
from monitors.metric import MetricSpec
from monitors.storage_metrics import (
    COPY_HINDERED,
    KEPT_APART,
    KEPT_APART_BYTES,
    KEPT_APART_FILES,
    POOL_ERRORS,
    POOL_SCRUB,
    READ_BACK,
    READ_BACK_DIFFERS,
    TRANSFER_SECONDS,
)
from storage.hindrance import Hindrance
from storage.points import PointDifference


def store_views(network: Network, readings: Readings) -> tuple[StoreView, ...]:
    """Return the stores of ``network``; how old a copy is, the Prometheus of its site tells."""
    return tuple(_view(network, store, readings) for store in network.stores)


def pool_views(network: Network, readings: Readings) -> tuple[PoolView, ...]:
    """Return the storage pools of ``network``; how they are, the Prometheus of their site tells."""
    return tuple(_pool(network, pool, readings) for pool in network.pools)


def _pool(network: Network, pool: Pool, readings: Readings) -> PoolView:
    places = file_systems(network, network.host(pool.host), readings)
    errors = _newest(POOL_ERRORS, {"pool": pool.name}, readings)
    return PoolView(
        name=pool.name,
        host=pool.host,
        folder=str(pool.folder),
        errors=None if errors is None else int(errors.value),
        scrub_age=_age(POOL_SCRUB, {"pool": pool.name}, readings),
        room=next((one for one in places if one.mount == str(pool.folder)), None),
    )


def _view(network: Network, declared: Store, readings: Readings) -> StoreView:
    placed = readings.placements.get(ServiceName(declared.name))
    is_held = placed is not None and declared.copy_at(placed.site) is not None
    store = declared.at(placed.site) if placed is not None and is_held else declared
    source, *copies = store.copies
    return StoreView(
        name=store.name,
        home=declared.home,
        source=source.host,
        recovery_point=store.recovery_point,
        read_back=store.read_back,
        copies=tuple(_copy(network, store, copy, readings) for copy in copies),
    )


def _copy(network: Network, store: Store, copy: StoreCopy, readings: Readings) -> StoreCopyView:
    labels = {"workload": store.name, "target": copy.site}
    transfer = _newest(TRANSFER_SECONDS, labels, readings)
    differs = _newest(READ_BACK_DIFFERS, labels, readings)
    mark = copy_age(network, store, copy.site, readings)
    apart = _newest(KEPT_APART, labels, readings)
    files, size = (_newest(one, labels, readings) for one in (KEPT_APART_FILES, KEPT_APART_BYTES))
    return StoreCopyView(
        host=copy.host,
        site=copy.site,
        age=mark.age,
        early=mark.early,
        read_back_age=_age(READ_BACK, labels, readings),
        differs=bool(differs and differs.value),
        apart=int(apart.value) if apart else 0,
        counted=PointDifference(int(files.value), int(size.value)) if files and size else None,
        hindrance=_hindrance(labels, readings),
        transfer=None if transfer is None else timedelta(seconds=transfer.value),
        observer=next(
            (h.name for h in network.hosts_at(copy.site) if Role.MONITOR in h.roles), None
        ),
    )


def _hindrance(labels: Mapping[str, str], readings: Readings) -> Hindrance | None:
    samples = ((_newest(COPY_HINDERED, {**labels, "because": h}, readings), h) for h in Hindrance)
    return next((hindrance for sample, hindrance in samples if sample and sample.value), None)


def _age(metric: MetricSpec, labels: Mapping[str, str], readings: Readings) -> timedelta | None:
    sample = _newest(metric, labels, readings)
    if sample is None:
        return None
    return max(sample.at - datetime.fromtimestamp(sample.value, UTC), timedelta())


def _newest(metric: MetricSpec, labels: Mapping[str, str], readings: Readings) -> Sample | None:
    of_it = (
        sample
        for samples in readings.samples.values()
        for sample in samples
        if sample.name == metric.name and labels.items() <= sample.labels.items()
    )
    return max(of_it, key=lambda one: one.at, default=None)
