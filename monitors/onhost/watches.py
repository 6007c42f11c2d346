"""Which collectors run on a host: its roles say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

from prometheus_client.metrics_core import Metric

from access.this_host import ThisHost
from inventory.names import HostName
from inventory.network import Network, Role
from monitors.collectors.links import declared_link_families, link_families
from monitors.collectors.placement import placement_families
from monitors.collectors.sessions import DeclaredNeighbour, session_families
from monitors.page import Watch
from monitors.readers import DEADLINE, echo, routing

ECHO_DEADLINE = timedelta(seconds=1.4)
"""a second after the last echo, as ping waits: a silent link delays the page no longer"""


@asynccontextmanager
async def watches(this_host: ThisHost) -> AsyncIterator[Sequence[Watch]]:
    """Yield what this host watches; connections are closed afterwards."""
    async with AsyncExitStack() as closing:
        host_watches: list[Watch] = []
        if this_host.host.forwards:
            host_watches.append(Watch("links", partial(_links, this_host)))
            host_watches.append(Watch("sessions", partial(_sessions, this_host)))
            host_watches.append(Watch("placement", partial(_placement, this_host)))
        if Role.MONITOR in this_host.host.roles:
            # clients for PostgreSQL and HTTPS cost 10 MB, on every router, which asks neither
            from monitors.onhost.site_watches import site_watches  # noqa: PLC0415 - see above

            host_watches += await closing.enter_async_context(site_watches(this_host))
        yield host_watches


def neighbours(network: Network, host: HostName) -> list[DeclaredNeighbour]:
    """Return everybody that the router ``host`` may have a session with."""
    me = network.host(host)
    over_links = [
        DeclaredNeighbour(far.address.ip, far.host, far.site, link.name)
        for link in network.links
        if (end := link.end_at(host)) is not None and (far := link.other_end(end))
    ]
    inside = [
        DeclaredNeighbour(address, other.name, other.site, None)
        for other in network.hosts_at(me.site)
        if other.name != host
        for address in (other.lan.ip, other.loopback)
    ]
    return over_links + inside


async def _links(this_host: ThisHost) -> list[Metric]:
    ends = [
        (link, end)
        for link in this_host.network.links
        if (end := link.end_at(this_host.host.name)) is not None
    ]
    answers = await asyncio.gather(
        *(
            echo.echoes(end.address.ip, link.other_end(end).address.ip, deadline=ECHO_DEADLINE)
            for link, end in ends
        )
    )
    measured = link_families(
        {
            (link.name, link.other_end(end).site): answer
            for (link, end), answer in zip(ends, answers, strict=True)
        }
    )
    return measured + declared_link_families(this_host.network, this_host.host.name)


async def _sessions(this_host: ThisHost) -> list[Metric]:
    bgp, bfd, policies = await asyncio.gather(
        routing.bgp_sessions(deadline=DEADLINE),
        routing.bfd_peers(deadline=DEADLINE),
        routing.incoming_policies(deadline=DEADLINE),
    )
    declared = neighbours(this_host.network, this_host.host.name)
    return session_families(declared, bgp, bfd, policies)


async def _placement(this_host: ThisHost) -> list[Metric]:
    ends = await routing.origins(deadline=DEADLINE)
    return placement_families(this_host.network, this_host.host.site, ends)
