"""A database from what its members' Patronis answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from access.clients.patroni import ClusterAnswer, MemberAnswer, agreed
from inventory.names import HostName
from inventory.network import Database, Member, Network
from monitors.catalogue import CONNECTIONS_LEFT
from monitors.health.notices import ScheduledView
from monitors.health.snapshot import DatabaseView, MemberRole, MemberView
from monitors.look.ages import copy_age
from monitors.look.readings import Readings
from monitors.look.sightings import Sightings
from monitors.protection_metrics import UNPROTECTED_SINCE


def database_view(
    network: Network, database: Database, readings: Readings, sightings: Sightings
) -> DatabaseView:
    """Return ``database`` as its members tell; notes in ``sightings`` which of them did.

    How old its copies are, the Prometheus of each copy's site tells. How old they may be, the
    services of ``network`` that keep their data there.
    """
    answered = {
        member.host: readings.clusters[database.name, member.host]
        for member in database.members
        if (database.name, member.host) in readings.clusters
    }
    answers = [cluster for cluster in answered.values() if cluster]
    believed = agreed(answers)
    newest = believed or ClusterAnswer(members=())
    cluster = {member.name: member for member in newest.members}
    telling = {host for host, one in answered.items() if one}
    leader = next((member for member in cluster.values() if member.leads), None)
    return DatabaseView(
        name=database.name,
        home=database.home,
        leader=next((m.host for m in database.members if leader and m.host == leader.name), None),
        timeline=leader.timeline if leader else None,
        synchronous_wanted=database.synchronous_node_count,
        recovery_point=_recovery_point(network, database),
        contradicted=bool(answers) and believed is None,
        paused=newest.pause,
        scheduled=_scheduled(newest),
        members=tuple(
            _member(network, m, database, cluster if m.host in telling else {}, readings, sightings)
            for m in database.members
        ),
        sighting=sightings.of(f"database/{database.name}", is_seen=bool(answered)),
        last_copy_declared=database.last_copy,
        last_copy=readings.last_copies.get((database.name, leader.name)) if leader else None,
        unprotected_since=_unprotected_since(network, database, leader, readings),
    )


def _member(
    network: Network,
    member: Member,
    database: Database,
    cluster: Mapping[HostName, MemberAnswer],
    readings: Readings,
    sightings: Sightings,
) -> MemberView:
    answer, copy = cluster.get(member.host), (database.name, member.host)
    mark = copy_age(network, database, member.site, readings)
    key = f"member/{database.name}/{member.host}"
    return MemberView(
        host=member.host,
        site=member.site,
        role=_role(answer) if answer else None,
        state=answer.state if answer else None,
        lag_bytes=answer.lag_bytes if answer else None,
        age=mark.age,
        early=mark.early,
        progress=readings.progress.get(copy),
        seam=readings.seams.get(copy),
        connections_left=_connections_left(database, member, readings),
        sighting=sightings.of(key, is_seen=copy in readings.clusters),
    )


def _role(answer: MemberAnswer) -> MemberRole:
    if answer.is_leader:
        return MemberRole.LEADER
    return MemberRole.SYNCHRONOUS if answer.synchronous else MemberRole.STANDBY


def _recovery_point(network: Network, database: Database) -> timedelta | None:
    of_it = (s.recovery_point for s in network.services if s.database == database.name)
    return min(of_it, default=None)


def _connections_left(database: Database, member: Member, readings: Readings) -> int | None:
    of_it = {"workload": database.name, "member": member.host}
    left = (
        int(sample.value)
        for samples in readings.samples.values()
        for sample in samples
        if sample.name == CONNECTIONS_LEFT.name and of_it.items() <= sample.labels.items()
    )
    return next(left, None)


def _unprotected_since(
    network: Network, database: Database, leader: MemberAnswer | None, readings: Readings
) -> datetime | None:
    """Return since when the monitor where ``leader`` is sees it wait for too few."""
    site = next((m.site for m in database.members if leader and m.host == leader.name), None)
    since = (
        datetime.fromtimestamp(sample.value, UTC)
        for watcher, samples in readings.samples.items()
        for sample in samples
        if sample.name == UNPROTECTED_SINCE.name
        and sample.labels.get("workload") == database.name
        and network.host(watcher).site == site
    )
    return next(since, None)


def _scheduled(cluster: ClusterAnswer) -> ScheduledView | None:
    order = cluster.scheduled_switchover
    return ScheduledView(order.at, order.to) if order else None
