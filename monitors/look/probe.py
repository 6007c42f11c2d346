"""How services do for citizens, from the probe's summary."""

from __future__ import annotations

from datetime import timedelta

import httpx

from access.clients import probe
from inventory import endpoints
from inventory.names import ServiceName, SiteName
from inventory.network import Host
from monitors.look.readings import ProbeReading


async def probed(
    client: httpx.AsyncClient, host: Host, *, deadline: timedelta
) -> dict[ServiceName, ProbeReading]:
    """Return how each service did in the last seconds, by the probe on ``host``.

    Raises:
        NotSeen: nothing is known.
    """
    summary = await probe.summary(
        client, f"https://{host.management.ip}:{endpoints.PROBE}", deadline=deadline
    )
    return {
        ServiceName(name): ProbeReading(
            answers=service.answers,
            site=SiteName(service.site) if service.site else None,
            writes=service.acknowledged + service.refused + service.unknown,
            refused=service.refused,
            unanswered=service.unknown,
            lost=service.missing,
            lost_since=service.missing_since,
            late=timedelta(seconds=service.slip_seconds),
        )
        for name, service in summary.services.items()
    }
