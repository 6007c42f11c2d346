"""Which collectors run on a host: its roles say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

import httpx
from prometheus_client.metrics_core import Metric

from access.clients.http import async_client, own_tls
from access.this_host import ThisHost
from core.errors import NotSeen
from inventory import postgresql
from inventory.endpoints import ETCD_CLIENT
from inventory.names import DatabaseName, HostName
from inventory.network import Database, Network, Role
from monitors.collectors.links import link_families
from monitors.collectors.quorum import quorum_families
from monitors.collectors.replication import replication_families
from monitors.collectors.sessions import DeclaredNeighbour, session_families
from monitors.page import Watch
from monitors.readers import echo, etcd, routing
from monitors.readers.copy_age import Copy
from monitors.readers.heartbeats import Mark, MemberAccess, is_full

DEADLINE = timedelta(seconds=2)
ECHO_DEADLINE = timedelta(seconds=1.4)
"""a second after the last echo, as ping waits: a silent link delays the page no longer"""


@asynccontextmanager
async def watches(this_host: ThisHost) -> AsyncIterator[Sequence[Watch]]:
    """Yield what this host watches; connections are closed afterwards."""
    tls = own_tls(this_host.authority, this_host.certificate, this_host.key)
    async with AsyncExitStack() as closing:
        closing.callback(asyncio.ensure_future(tls.follow()).cancel)
        client = await closing.enter_async_context(async_client(tls.context))
        host_watches: list[Watch] = []
        if this_host.host.forwards:
            host_watches.append(Watch("links", partial(_links, this_host)))
            host_watches.append(Watch("sessions", partial(_sessions, this_host)))
        if Role.MONITOR in this_host.host.roles:
            copies = _copies(this_host)
            for copy in copies.values():
                closing.push_async_callback(copy.close)
            host_watches.append(Watch("replication", partial(_replication, this_host, copies)))
            host_watches.append(Watch("quorum", partial(_quorum, this_host.network, client)))
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
    return link_families(
        {
            (link.name, link.other_end(end).site): answer
            for (link, end), answer in zip(ends, answers, strict=True)
        }
    )


async def _sessions(this_host: ThisHost) -> list[Metric]:
    bgp, bfd, policies = await asyncio.gather(
        routing.bgp_sessions(deadline=DEADLINE),
        routing.bfd_peers(deadline=DEADLINE),
        routing.incoming_policies(deadline=DEADLINE),
    )
    declared = neighbours(this_host.network, this_host.host.name)
    return session_families(declared, bgp, bfd, policies)


async def _quorum(network: Network, client: httpx.AsyncClient) -> list[Metric]:
    healthy = await asyncio.gather(*(_is_up(network, name, client) for name in network.voters))
    return quorum_families(dict(zip(network.voters, healthy, strict=True)))


async def _is_up(network: Network, voter: HostName, client: httpx.AsyncClient) -> bool:
    root = f"https://{network.host(voter).loopback}:{ETCD_CLIENT}"
    try:
        return await etcd.is_healthy(client, root, deadline=DEADLINE)
    except NotSeen:
        return False


def _copies(this_host: ThisHost) -> dict[tuple[DatabaseName, HostName], Copy]:
    """Return the copies at this site of each database that has one here."""
    return {
        (database.name, member.host): _copy(database, member.host, this_host)
        for database in this_host.network.databases
        for member in database.members
        if member.site == this_host.host.site
    }


def _copy(database: Database, host: HostName, this_host: ThisHost) -> Copy:
    login = postgresql.login(database.name, postgresql.EXPORTER)
    return Copy(
        MemberAccess(
            str(this_host.network.host(host).loopback),
            database.port,
            login,
            this_host.passfile(login),
            this_host.authority,
        ).connect
    )


async def _replication(
    this_host: ThisHost, copies: Mapping[tuple[DatabaseName, HostName], Copy]
) -> list[Metric]:
    answers = dict(zip(copies, await asyncio.gather(*map(_read, copies.values())), strict=True))
    names = dict.fromkeys(name for name, _ in copies)
    marks = {
        name: [mark for (of, _), (mark, _) in answers.items() if of == name and mark is not None]
        for name in names
    }
    return replication_families(
        this_host.host.site,
        marks,
        {name: objective(this_host.network, name) for name in names},
        {copy: left for copy, (_, left) in answers.items() if left is not None},
    )


def objective(network: Network, database: DatabaseName) -> timedelta:
    """Return the strictest recovery point that a service promises on ``database``."""
    promised = [s.recovery_point for s in network.services if s.database == database]
    return min(promised, default=timedelta())


async def _read(copy: Copy) -> tuple[Mark | None, int | None]:
    """Return the newest mark of ``copy``, and how many connections it has left; None: unknown."""
    try:
        mark = await copy.newest_mark(deadline=DEADLINE)
    except NotSeen as error:
        return None, 0 if is_full(error) else None
    except TimeoutError:
        return None, None
    try:
        return mark, await copy.connections_left(deadline=DEADLINE / 2)
    except (NotSeen, TimeoutError):
        return mark, None
