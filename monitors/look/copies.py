"""How far each copy came, by its own word, asked twice where it seems to stand still; and more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import TypeAlias

import httpx

from access.clients import patroni_settings, patroni_status
from access.clients.patroni import ClusterAnswer, agreed
from access.clients.patroni_status import StatusAnswer
from core.errors import NotSeen, WorldError
from dr.logs.seam import LogProgress, Seam, judged, strangers
from inventory import endpoints
from inventory.names import DatabaseName, HostName
from inventory.network import Database, Network
from inventory.promises import LastCopy
from monitors.look.threads import in_thread

AskSeam: TypeAlias = Callable[[DatabaseName, HostName, int, int], Seam]
"""how the log of a leader goes on at a position of a timeline"""

CopyName: TypeAlias = tuple[DatabaseName, HostName]
"""the copy of a database at a host"""

_TO_REPLAY = timedelta(milliseconds=500)
"""a copy that is well replays within milliseconds what it has received"""
_SEAM = timedelta(seconds=3)
"""one program on the leader's host, over SSH"""


def statuses(
    network: Network, client: httpx.AsyncClient, deadline: timedelta
) -> Iterable[tuple[CopyName, Awaitable[StatusAnswer]]]:
    """Yield the look at each copy of each database."""
    for database in network.databases:
        for member in database.members:
            root = _root(network, database, member.host)
            yield (
                (database.name, member.host),
                patroni_status.status_async(client, root, deadline=deadline),
            )


def last_copies(
    network: Network, client: httpx.AsyncClient, deadline: timedelta
) -> Iterable[tuple[CopyName, Awaitable[LastCopy]]]:
    """Yield the look at what each copy does without another to wait for, if it leads."""
    for database in network.databases:
        for member in database.members:
            root = _root(network, database, member.host)
            name = (database.name, member.host)
            yield name, patroni_settings.last_copy_async(client, root, deadline=deadline)


async def progress(
    network: Network,
    client: httpx.AsyncClient,
    first: Mapping[CopyName, StatusAnswer],
    deadline: timedelta,
) -> dict[CopyName, LogProgress]:
    """Return how far each copy came.

    ``first`` is what each answered. One that had received more than it showed is asked again:
    what it has not replayed of that by then, it does not replay.
    """
    behind = {copy for copy, status in first.items() if _is_behind(status)}
    if behind:
        await asyncio.sleep(_TO_REPLAY.total_seconds())
    again = await asyncio.gather(*(_again(network, client, copy, deadline) for copy in behind))
    later = {copy: now for copy, now in zip(behind, again, strict=True) if now is not None}
    return {
        copy: LogProgress(now.timeline, status.received, now.replayed, now.sends_to)
        for copy, status in first.items()
        if (now := later.get(copy, status))
        and status.received is not None
        and now.replayed is not None
    }


async def seams(
    network: Network,
    client: httpx.AsyncClient,
    clusters: Mapping[CopyName, ClusterAnswer | None],
    came: Mapping[CopyName, LogProgress],
    ask: AskSeam | None,
    deadline: timedelta,
) -> dict[CopyName, Seam]:
    """Return how leaders' logs go on where copies stand that they send nothing to.

    ``ask`` looks at the leader's disk; where nobody asks, or nothing is told, it is absent.
    """
    by_name: dict[CopyName, Seam] = {}
    for database in network.databases:
        cluster = agreed([c for (name, _), c in clusters.items() if c and name == database.name])
        leader = cluster.leader.name if cluster and cluster.leader else None
        of_it = {host: one for (name, host), one in came.items() if name == database.name}
        if leader not in of_it or not strangers(leader, of_it):
            continue
        # asked after the copies were: what they have by then and it has not is not its own
        own = await _again(network, client, (database.name, leader), deadline)
        if own is None or not own.is_open or own.received is None:
            continue
        of_it[leader] = LogProgress(own.timeline, own.received, own.received, own.sends_to)
        for host, at in strangers(leader, of_it).items():
            seam = judged(at, await _asked(ask, database.name, leader, own.timeline or 0, at))
            if seam is not None:
                by_name[database.name, host] = seam
    return by_name


async def _asked(
    ask: AskSeam | None, database: DatabaseName, leader: HostName, timeline: int, position: int
) -> Seam | None:
    if ask is None:
        return None
    try:
        return await in_thread(lambda: ask(database, leader, timeline, position), deadline=_SEAM)
    except (WorldError, TimeoutError):
        return None


async def _again(
    network: Network, client: httpx.AsyncClient, copy: CopyName, deadline: timedelta
) -> StatusAnswer | None:
    database, host = copy
    root = _root(network, network.database(database), host)
    try:
        return await patroni_status.status_async(client, root, deadline=deadline)
    except NotSeen:
        return None


def _is_behind(status: StatusAnswer) -> bool:
    if status.received is None or status.replayed is None:
        return False
    return status.replayed < status.received


def _root(network: Network, database: Database, host: HostName) -> str:
    return f"https://{network.host(host).management.ip}:{endpoints.patroni_port(database.port)}"
