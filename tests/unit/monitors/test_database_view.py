"""A database is what its members' Patronis say, and only who accepts writes leads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from access.clients.patroni import ClusterAnswer, MemberAnswer, ScheduledSwitch
from access.clients.prometheus import Sample
from inventory.network import Role
from monitors.catalogue import RECOVERY_POINT
from monitors.health.notices import ScheduledView
from monitors.health.snapshot import DatabaseView, MemberRole
from monitors.look.clusters import database_view
from monitors.look.sightings import Sightings
from tests.networks import PORTAL_ALONE, network
from tests.snapshots import NOON, all_well


def _seen(role: str, state: str) -> DatabaseView:
    """Return the first database, as seen while who holds its leader key has ``role``."""
    of = network("tiny", *PORTAL_ALONE)
    database, well = of.databases[0], all_well(of)

    def told(member: MemberAnswer) -> MemberAnswer:
        changed = {"role": role, "state": state} if member.is_leader else {}
        return member.model_copy(update=changed)

    clusters = {
        key: ClusterAnswer(members=tuple(map(told, cluster.members)))
        for key, cluster in well.clusters.items()
        if cluster
    }
    return database_view(of, database, replace(well, clusters=clusters), Sightings({}, NOON))


def test_the_leader_leads() -> None:
    view = _seen("leader", "running")

    assert view.leader is not None
    assert view.leader in {
        member.host for member in view.members if member.role is MemberRole.LEADER
    }


def test_the_site_of_a_copy_tells_how_old_it_is() -> None:
    of = network("tiny", *PORTAL_ALONE)
    (database,) = of.databases
    (watcher, *_), copy = of.hosts_with(Role.MONITOR), database.members[-1]
    labels = {
        "__name__": RECOVERY_POINT.name,
        "workload": database.name,
        "source": "ndc01",
        "target": copy.site,
        "kind": "postgres",
    }
    mark = Sample(labels, (NOON - timedelta(seconds=40)).timestamp(), NOON)
    other = replace(mark, labels={**labels, "workload": "another-db"}, value=0.0)
    readings = replace(all_well(of), samples={watcher.name: (mark, other)})

    view = database_view(of, database, readings, Sightings({}, NOON))

    assert {m.host: m.age for m in view.members if m.age} == {copy.host: timedelta(seconds=40)}
    assert view.recovery_point == of.services[0].recovery_point


def test_a_database_shows_what_patroni_was_told_by_who_is_believed() -> None:
    of = network("tiny", *PORTAL_ALONE)
    (database,) = of.databases
    well = all_well(of)
    scheduled = ScheduledSwitch(at=NOON, to="ndc02-node")
    clusters = {
        key: cluster.model_copy(update={"pause": True, "scheduled_switchover": scheduled})
        for key, cluster in well.clusters.items()
        if cluster
    }

    view = database_view(of, database, replace(well, clusters=clusters), Sightings({}, NOON))

    assert (view.paused, view.scheduled) == (True, ScheduledView(NOON, "ndc02-node"))


@pytest.mark.parametrize("role", ["standby_leader", "promoted"])
def test_who_holds_the_leader_key_and_accepts_no_writes_follows(role: str) -> None:
    view = _seen(role, "running")

    assert view.leader is None
    assert MemberRole.LEADER not in {member.role for member in view.members}


def test_a_leader_that_does_not_run_leads_nobody_and_keeps_its_role() -> None:
    view = _seen("leader", "starting")

    assert view.leader is None
    assert MemberRole.LEADER in {member.role for member in view.members}
