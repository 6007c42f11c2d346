"""A database from what its members' Patronis answered."""

from __future__ import annotations

from collections.abc import Collection

from access.clients.patroni import MemberAnswer
from inventory.network import Database, Member
from monitors.health.snapshot import DatabaseView, MemberRole, MemberView
from monitors.look.readings import Readings
from monitors.look.sightings import Sightings


def database_view(database: Database, readings: Readings, sightings: Sightings) -> DatabaseView:
    """Return ``database`` as its members tell; notes in ``sightings`` which of them did."""
    answered = {
        member.host: readings.clusters[database.name, member.host]
        for member in database.members
        if (database.name, member.host) in readings.clusters
    }
    cluster = {told.name: told for told in _newest([told for told in answered.values() if told])}
    leader = next((told for told in cluster.values() if told.leads), None)
    return DatabaseView(
        name=database.name,
        home=database.home,
        leader=next((m.host for m in database.members if leader and m.host == leader.name), None),
        timeline=leader.timeline if leader else None,
        synchronous_wanted=database.synchronous_node_count,
        members=tuple(
            _member(
                member,
                cluster.get(member.host) if answered.get(member.host) else None,
                sightings,
                key=f"member/{database.name}/{member.host}",
                answered=member.host in answered,
            )
            for member in database.members
        ),
        sighting=sightings.of(f"database/{database.name}", seen=bool(answered)),
    )


def _member(
    member: Member, told: MemberAnswer | None, sightings: Sightings, *, key: str, answered: bool
) -> MemberView:
    return MemberView(
        host=member.host,
        site=member.site,
        role=_role(told) if told else None,
        state=told.state if told else None,
        lag_bytes=told.lag_bytes if told else None,
        sighting=sightings.of(key, seen=answered),
    )


def _role(told: MemberAnswer) -> MemberRole:
    if told.is_leader:
        return MemberRole.LEADER
    return MemberRole.SYNCHRONOUS if told.synchronous else MemberRole.STANDBY


def _newest(clusters: Collection[tuple[MemberAnswer, ...]]) -> tuple[MemberAnswer, ...]:
    """Return the answer that knows of the highest timeline: a cut-off member tells old news."""
    return max(clusters, key=_leading_timeline, default=())


def _leading_timeline(members: tuple[MemberAnswer, ...]) -> int:
    return max((told.timeline or 0 for told in members if told.is_leader), default=-1)
