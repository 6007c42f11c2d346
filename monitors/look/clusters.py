"""A database from what its members' Patronis answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from access.clients.patroni import ClusterAnswer, MemberAnswer
from inventory.network import Database, Member, Network
from monitors.catalogue import RECOVERY_POINT
from monitors.health.snapshot import DatabaseView, MemberRole, MemberView, ScheduledView
from monitors.look.readings import Readings
from monitors.look.sightings import Sightings


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
    newest = _newest([cluster for cluster in answered.values() if cluster])
    cluster = {member.name: member for member in newest.members}
    leader = next((member for member in cluster.values() if member.leads), None)
    return DatabaseView(
        name=database.name,
        home=database.home,
        leader=next((m.host for m in database.members if leader and m.host == leader.name), None),
        timeline=leader.timeline if leader else None,
        synchronous_wanted=database.synchronous_node_count,
        recovery_point=_recovery_point(network, database),
        paused=newest.pause,
        scheduled=_scheduled(newest),
        members=tuple(
            _member(
                member,
                cluster.get(member.host) if answered.get(member.host) else None,
                sightings,
                age=_age(database, member, readings),
                key=f"member/{database.name}/{member.host}",
                answered=member.host in answered,
            )
            for member in database.members
        ),
        sighting=sightings.of(f"database/{database.name}", is_seen=bool(answered)),
    )


def _member(
    member: Member,
    answer: MemberAnswer | None,
    sightings: Sightings,
    *,
    age: timedelta | None,
    key: str,
    answered: bool,
) -> MemberView:
    return MemberView(
        host=member.host,
        site=member.site,
        role=_role(answer) if answer else None,
        state=answer.state if answer else None,
        lag_bytes=answer.lag_bytes if answer else None,
        age=age,
        sighting=sightings.of(key, is_seen=answered),
    )


def _role(answer: MemberAnswer) -> MemberRole:
    if answer.is_leader:
        return MemberRole.LEADER
    return MemberRole.SYNCHRONOUS if answer.synchronous else MemberRole.STANDBY


def _recovery_point(network: Network, database: Database) -> timedelta | None:
    of_it = (s.recovery_point for s in network.services if s.database == database.name)
    return min(of_it, default=None)


def _age(database: Database, member: Member, readings: Readings) -> timedelta | None:
    """Return how old the newest mark in the copy is, by whoever watches at its site."""
    of_it = {"workload": database.name, "target": member.site}
    ages = [
        sample.at - datetime.fromtimestamp(sample.value, UTC)
        for samples in readings.samples.values()
        for sample in samples
        if sample.name == RECOVERY_POINT.name and of_it.items() <= sample.labels.items()
    ]
    return max(min(ages), timedelta()) if ages else None


def _scheduled(cluster: ClusterAnswer) -> ScheduledView | None:
    order = cluster.scheduled_switchover
    return ScheduledView(order.at, order.to) if order else None


def _newest(clusters: Collection[ClusterAnswer]) -> ClusterAnswer:
    """Return the answer that knows of the highest timeline: a cut-off member tells old news."""
    return max(clusters, key=_leading_timeline, default=ClusterAnswer(members=()))


def _leading_timeline(cluster: ClusterAnswer) -> int:
    return max((member.timeline or 0 for member in cluster.members if member.is_leader), default=-1)
