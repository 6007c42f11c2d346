"""Which collectors run on a host: its roles say."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from functools import partial
from ipaddress import IPv4Address

from prometheus_client.metrics_core import Metric

from access.this_host import ThisHost
from core.clock import Clock
from core.system_clock import SystemClock
from inventory.names import HostName, LinkName, SiteName
from inventory.network import Network, Role
from monitors.collectors.links import declared_link_families, link_families, way_families
from monitors.collectors.placement import placement_families
from monitors.collectors.sessions import DeclaredNeighbour, session_families
from monitors.page import Watch
from monitors.readers import DEADLINE, echo, routing
from monitors.readers.tally_line import TallyLine, exchanged
from monitors.tallies import LARGEST_SESSION

_LinkKey = tuple[LinkName, SiteName]
"""a link, by its far site"""
_TallyLines = Mapping[_LinkKey, TallyLine]

ECHO_DEADLINE = timedelta(seconds=1.4)
"""a second after the last echo, as ping waits: a silent link delays the page no longer"""


@asynccontextmanager
async def watches(this_host: ThisHost) -> AsyncIterator[Sequence[Watch]]:
    """Yield what this host watches; connections are closed afterwards."""
    async with AsyncExitStack() as closing:
        host_watches: list[Watch] = []
        if this_host.host.forwards:
            lines = closing.enter_context(_tally_lines(this_host))
            links = partial(_links, this_host, lines, SystemClock())
            host_watches.append(Watch("links", links))
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


@contextmanager
def _tally_lines(this_host: ThisHost) -> Iterator[_TallyLines]:
    lines = {
        key: TallyLine(near, far, partial(_at_least_one_of, LARGEST_SESSION))
        for key, (near, far) in _ends(this_host).items()
    }
    try:
        yield lines
    finally:
        for line in lines.values():
            line.close()


def _at_least_one_of(largest: int) -> int:
    return 1 + secrets.randbelow(largest)


async def _links(this_host: ThisHost, lines: _TallyLines, clock: Clock) -> list[Metric]:
    ends = _ends(this_host)
    echoes = (echo.echoes(near, far, deadline=ECHO_DEADLINE) for near, far in ends.values())
    answers, _ = await asyncio.gather(asyncio.gather(*echoes), exchanged(lines.values(), clock))
    now = clock.elapsed()
    losses = {key: line.losses(now) for key, line in lines.items()}
    return [
        *link_families(dict(zip(ends, answers, strict=True))),
        *way_families(this_host.host.site, losses),
        *declared_link_families(this_host.network, this_host.host.name),
    ]


def _ends(this_host: ThisHost) -> dict[_LinkKey, tuple[IPv4Address, IPv4Address]]:
    """Return the address here and the one there of each link of ``this_host``."""
    return {
        (link.name, far.site): (near.address.ip, far.address.ip)
        for link in this_host.network.links
        if (near := link.end_at(this_host.host.name)) and (far := link.other_end(near))
    }


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
