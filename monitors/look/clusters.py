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
    cluster = {
        member.name: member
        for member in _newest([member for member in answered.values() if member])
    }
    leader = next((member for member in cluster.values() if member.leads), None)
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
        sighting=sightings.of(f"database/{database.name}", is_seen=bool(answered)),
    )


def _member(
    member: Member, answer: MemberAnswer | None, sightings: Sightings, *, key: str, answered: bool
) -> MemberView:
    return MemberView(
        host=member.host,
        site=member.site,
        role=_role(answer) if answer else None,
        state=answer.state if answer else None,
        lag_bytes=answer.lag_bytes if answer else None,
        sighting=sightings.of(key, is_seen=answered),
    )


def _role(answer: MemberAnswer) -> MemberRole:
    if answer.is_leader:
        return MemberRole.LEADER
    return MemberRole.SYNCHRONOUS if answer.synchronous else MemberRole.STANDBY


def _newest(clusters: Collection[tuple[MemberAnswer, ...]]) -> tuple[MemberAnswer, ...]:
    """Return the answer that knows of the highest timeline: a cut-off member tells old news."""
    return max(clusters, key=_leading_timeline, default=())


def _leading_timeline(members: tuple[MemberAnswer, ...]) -> int:
    return max((member.timeline or 0 for member in members if member.is_leader), default=-1)
