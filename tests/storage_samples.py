"""What a host with pools tells of them, and of the stores that it holds copies of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from access.clients.prometheus import Sample
from inventory.network import Host, Network
from monitors.catalogue import RECOVERY_POINT
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
