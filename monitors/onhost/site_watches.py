"""What a monitor collects: the copies, orders and certificates of its site, and the voters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final

import httpx
from prometheus_client.metrics_core import Metric

from access.clients import patroni
from access.clients.http import async_client, own_tls
from access.this_host import ThisHost
from core.errors import NotSeen
from core.system_clock import SystemClock
from inventory import postgresql
from inventory.endpoints import ETCD_CLIENT, NODE_EXPORTER, patroni_port
from inventory.names import DatabaseName, HostName, SiteName
from inventory.network import Database, Network
from monitors.collectors.clocks import clock_families
from monitors.collectors.notices import certificate_families, order_families
from monitors.collectors.quorum import quorum_families
from monitors.collectors.replication import replication_families
from monitors.onhost.protection import Protection
from monitors.onhost.recorded import Recorded
from monitors.page import Watch
from monitors.readers import DEADLINE, etcd
from monitors.readers.certificates import ShownEnds
from monitors.readers.copy_age import Copy
from monitors.readers.etcd import VoterHealth
from monitors.readers.heartbeats import Mark, MemberAccess, is_full

_OFTEN: Final = timedelta(seconds=10)
"""what a person answers for is looked at as often"""
_SELDOM: Final = timedelta(minutes=1)
"""what changes in days is looked at as often"""


@asynccontextmanager
async def site_watches(this_host: ThisHost) -> AsyncIterator[Sequence[Watch]]:
    """Yield what a monitor watches; connections are closed afterwards."""
    network, here = this_host.network, this_host.host.site
    tls = own_tls(this_host.authority, this_host.certificate, this_host.key)
    async with AsyncExitStack() as closing:
        closing.callback(asyncio.ensure_future(tls.follow()).cancel)
        client = await closing.enter_async_context(async_client(tls.context))
        copies = site_copies(this_host)
        for copy in copies.values():
            closing.push_async_callback(copy.close)
        ends = ShownEnds(tls.context, NODE_EXPORTER)
        recorded = Recorded(this_host, client, patience=DEADLINE / 2)
        yield [
            Watch("replication", partial(copies_collected, network, here, copies)),
            Watch("protection", Protection(network, copies, SystemClock()).families),
            Watch("quorum", partial(_quorum, network, client)),
            Watch("orders", partial(_orders, this_host, client)),
            Watch("certificates", partial(_certificates, this_host, ends), every=_SELDOM),
            Watch("clocks", partial(_clocks, this_host), every=_SELDOM),
            Watch("runs", recorded.runs, every=_OFTEN),
            Watch("drills", recorded.drills, every=_SELDOM),
        ]


def site_copies(this_host: ThisHost) -> dict[tuple[DatabaseName, HostName], Copy]:
    """Return the copies at this site of each database that has one here."""
    return {
        (database.name, member.host): _copy(database, member.host, this_host)
        for database in this_host.network.databases
        for member in database.members
        if member.site == this_host.host.site
    }


def objective(network: Network, database: DatabaseName) -> timedelta:
    """Return the strictest recovery point that a service promises on ``database``."""
    promised = [s.recovery_point for s in network.services if s.database == database]
    return min(promised, default=timedelta())


async def _quorum(network: Network, client: httpx.AsyncClient) -> list[Metric]:
    health = await asyncio.gather(*(_voter(network, name, client) for name in network.voters))
    return quorum_families(dict(zip(network.voters, health, strict=True)))


async def _voter(
    network: Network, voter: HostName, client: httpx.AsyncClient
) -> VoterHealth | None:
    root = f"https://{network.host(voter).loopback}:{ETCD_CLIENT}"
    try:
        return await etcd.voter_health(client, root, deadline=DEADLINE)
    except NotSeen:
        return None


async def _certificates(this_host: ThisHost, ends: ShownEnds) -> list[Metric]:
    hosts = this_host.network.hosts_at(this_host.host.site)
    places = [(host.name, host.loopback) for host in hosts]
    return certificate_families(await ends.look(places, deadline=DEADLINE))


async def _clocks(this_host: ThisHost) -> list[Metric]:
    return clock_families(this_host.network, this_host.host)


async def _orders(this_host: ThisHost, client: httpx.AsyncClient) -> list[Metric]:
    """Return what was left for each Patroni of this site to do, as far as they tell."""
    here = [
        (database, member.host)
        for database in this_host.network.databases
        for member in database.members
        if member.site == this_host.host.site
    ]
    answers = await asyncio.gather(*(_cluster(this_host.network, *one, client) for one in here))
    return order_families(
        {
            database.name: answer.scheduled_switchover.at
            for (database, _), answer in zip(here, answers, strict=True)
            if answer is not None and answer.scheduled_switchover is not None
        }
    )


async def _cluster(
    network: Network, database: Database, host: HostName, client: httpx.AsyncClient
) -> patroni.ClusterAnswer | None:
    root = f"https://{network.host(host).loopback}:{patroni_port(database.port)}"
    try:
        return await patroni.cluster_async(client, root, deadline=DEADLINE)
    except NotSeen:
        return None


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


@dataclass(frozen=True, slots=True)
class CopyReading:
    """What one copy of a database told."""

    mark: Mark | None = None
    """None: it has none yet, or could not be asked"""
    connections_left: int | None = None
    """None: not told"""
    slots_left: Mapping[str, int] = field(default_factory=dict)
    """none as well where it was not told"""


async def copies_collected(
    network: Network, here: SiteName, copies: Mapping[tuple[DatabaseName, HostName], Copy]
) -> list[Metric]:
    """Return what ``copies`` tell, which are those at the site ``here``."""
    readings = dict(zip(copies, await asyncio.gather(*map(_read, copies.values())), strict=True))
    names = dict.fromkeys(name for name, _ in copies)
    marks = {
        name: [one.mark for (of, _), one in readings.items() if of == name and one.mark is not None]
        for name in names
    }
    left = {copy: one.connections_left for copy, one in readings.items()}
    return replication_families(
        here,
        marks,
        {name: objective(network, name) for name in names},
        {copy: number for copy, number in left.items() if number is not None},
        {(of, slot): n for (of, _), one in readings.items() for slot, n in one.slots_left.items()},
    )


async def _read(copy: Copy) -> CopyReading:
    """Return what ``copy`` tells, as far as it does in time."""
    try:
        mark = await copy.newest_mark(deadline=DEADLINE)
    except NotSeen as error:
        return CopyReading(connections_left=0 if is_full(error) else None)
    except TimeoutError:
        return CopyReading()
    try:
        connections = await copy.connections_left(deadline=DEADLINE / 5)
        slots = await copy.slots_left(deadline=DEADLINE / 5)
    except (NotSeen, TimeoutError):
        return CopyReading(mark)
    return CopyReading(mark, connections, slots or {})
