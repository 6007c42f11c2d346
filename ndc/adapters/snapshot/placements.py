"""Where each service is placed, by the records that a quorum of voters keeps."""

from __future__ import annotations

import ssl
from datetime import timedelta

from inventory.names import ServiceName
from inventory.network import Network
from ndc.adapters.placement import EtcdPlacements
from ndc.adapters.snapshot.readings import PlacementReading
from ndc.adapters.snapshot.threads import in_thread
from ndc.clients import rest
from ndc.clients.etcd import Etcd


async def placements_at(
    network: Network, root: str, tls: ssl.SSLContext, *, deadline: timedelta
) -> dict[ServiceName, PlacementReading]:
    """Return the records of all services as the voter at ``root`` reads them.

    Raises:
        NdcError, TimeoutError: this voter cannot tell.
    """

    def ask() -> dict[ServiceName, PlacementReading]:
        with rest.client(tls) as over:
            records = EtcdPlacements(Etcd(over, [root]), network.environment)
            found = {s.name: records.placement(s.name) for s in network.services}
        return {
            name: PlacementReading(record.site, record.epoch)
            for name, record in found.items()
            if record is not None
        }

    return await in_thread(ask, deadline=deadline)
