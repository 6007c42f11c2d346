"""What is told of copies: of databases, of stores, and of the pools in which these lie."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from access.clients.prometheus import Sample
from inventory.names import HostName
from inventory.network import Database, Host, Network
from monitors.catalogue import RECOVERY_POINT
from monitors.look.programs import AVAILABLE, SIZE
from monitors.storage_metrics import (
    POOL_ERRORS,
    POOL_SCRUB,
    READ_BACK,
    READ_BACK_DIFFERS,
    TRANSFER_SECONDS,
)


def samples_of_storage(of: Network, host: Host, now: datetime) -> Iterator[Sample]:
    """Yield what ``host`` of network ``of`` tells at ``now``, when everything is as promised."""
    labels = {"host": host.name, "site": host.site}
    for pool in of.pools_on(host.name):
        for name, value in ((SIZE, 500e6), (AVAILABLE, 410e6)):
            place = {"mountpoint": str(pool.folder), **labels}
            yield Sample({"__name__": name, **place}, value, now)
        read = (now - timedelta(seconds=41)).timestamp()
        for name, value in ((POOL_ERRORS.name, 0.0), (POOL_SCRUB.name, read)):
            yield Sample({"__name__": name, "pool": pool.name, **labels}, value, now)
    for store in of.stores:
        if host.site in store.refuges and store.copy_on(host.name):
            copy = {"workload": store.name, "target": host.site, **labels}
            for name, value in (
                (RECOVERY_POINT.name, (now - timedelta(seconds=12)).timestamp()),
                (READ_BACK.name, (now - timedelta(minutes=4)).timestamp()),
                (READ_BACK_DIFFERS.name, 0.0),
                (TRANSFER_SECONDS.name, 0.3),
            ):
                yield Sample({"__name__": name, **copy}, value, now)


def marks_of(of: Network, host: Host, now: datetime) -> Iterator[Sample]:
    """Yield how fresh the copies of databases on ``host`` are at ``now``: as they should be."""
    for database in of.databases:
        if any(member.host == host.name for member in database.members):
            copy = {"workload": database.name, "target": host.site, "host": host.name}
            labels = {"__name__": RECOVERY_POINT.name, "site": host.site, **copy}
            yield Sample(labels, (now - timedelta(seconds=2)).timestamp(), now)


def is_mark(sample: Sample, database: Database, host: HostName) -> bool:
    """Whether ``sample`` tells how fresh the copy of ``database`` on ``host`` is."""
    copy = {"workload": database.name, "host": host}
    return sample.name == RECOVERY_POINT.name and copy.items() <= sample.labels.items()
