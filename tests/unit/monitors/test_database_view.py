"""A database is what its members' Patronis say, and only who accepts writes leads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from access.clients.patroni import ClusterAnswer, MemberAnswer, ScheduledSwitch
from access.clients.prometheus import Sample
from inventory.network import Role
from inventory.promises import LastCopy
from monitors.catalogue import RECOVERY_POINT
from monitors.health.notices import ScheduledView
from monitors.health.snapshot import DatabaseView, MemberRole
from monitors.look.clocks import DELAY, DISPERSION, LEAP, OFFSET, STRATUM
from monitors.look.clusters import database_view
from monitors.look.routes import expression_at
from monitors.look.sightings import Sightings
from monitors.protection_metrics import UNPROTECTED_SINCE
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


@pytest.mark.parametrize("of_leader", [True, False])
def test_the_monitor_of_its_leader_tells_since_when_it_is_unprotected(*, of_leader: bool) -> None:
    of = network("tiny", *PORTAL_ALONE)
    (database,) = of.databases
    home = database.members[0].site
    (watcher, *_) = (h for h in of.hosts_with(Role.MONITOR) if (h.site == home) is of_leader)
    labels = {"__name__": UNPROTECTED_SINCE.name, "workload": database.name}
    began = Sample(labels, (NOON - timedelta(seconds=40)).timestamp(), NOON)
    other = replace(began, labels={**labels, "workload": "another-db"}, value=0.0)
    readings = replace(all_well(of), samples={watcher.name: (other, began)})

    view = database_view(of, database, readings, Sightings({}, NOON))

    assert view.unprotected_since == (NOON - timedelta(seconds=40) if of_leader else None)
    assert UNPROTECTED_SINCE.name in expression_at(home)


def test_it_does_without_a_copy_what_its_leader_is_told() -> None:
    of = network("tiny", *PORTAL_ALONE)
    (database,) = of.databases
    told = {(database.name, m.host): LastCopy.CONTINUE for m in database.members}
    told[database.name, database.members[0].host] = LastCopy.BLOCK
    readings = replace(all_well(of), last_copies=told)

    view = database_view(of, database, readings, Sightings({}, NOON))
    leaderless = database_view(of, database, replace(readings, clusters={}), Sightings({}, NOON))

    assert (view.last_copy, view.last_copy_declared) == (LastCopy.BLOCK, LastCopy.CONTINUE)
    assert leaderless.last_copy is None


def _told_with_clocks(mark: timedelta, there: float, here: float) -> tuple[object, object]:
    """Return age and earliness of a copy whose mark is ``mark`` old by the clocks as they are.

    ``there`` and ``here`` are how many seconds the clocks of its source and of who watches are
    ahead; each of the two may be wrong by a tenth of a second more.
    """
    of = network("tiny", *PORTAL_ALONE)
    (database,) = of.databases
    copy, source = database.members[-1], database.members[0]
    (watcher,) = (h for h in of.hosts_at(copy.site) if Role.MONITOR in h.roles)
    (other,) = (h for h in of.hosts_at(source.site) if Role.MONITOR in h.roles)
    labels = {"workload": database.name, "source": source.site, "target": copy.site}
    told = Sample({"__name__": RECOVERY_POINT.name, **labels}, (NOON - mark).timestamp(), NOON)

    def clock(host: str, ahead: float) -> tuple[Sample, ...]:
        values = {OFFSET: -ahead, DELAY: 0.1, DISPERSION: 0.05, LEAP: 0.0, STRATUM: 10.0}
        return tuple(Sample({"__name__": n, "host": host}, v, NOON) for n, v in values.items())

    samples = {
        watcher.name: (told, *clock(watcher.name, here)),
        other.name: clock(source.host, there),
    }
    readings = replace(all_well(of), samples=samples)
    view = database_view(of, database, readings, Sightings({}, NOON))
    (seen,) = (member for member in view.members if member.host == copy.host)
    return seen.age, seen.early


@pytest.mark.parametrize(
    ("told", "there", "here", "age"),
    [
        (40.0, 0.0, 0.0, 40.2),
        (40.0, 3.0, 0.0, 43.2),
        (40.0, 0.0, -3.0, 43.2),
        (40.0, 3.0, 3.0, 40.2),
    ],
    ids=["right", "source ahead", "watcher behind", "both ahead"],
)
def test_the_age_of_a_copy_is_the_worst_that_the_clocks_allow(
    told: float, there: float, here: float, age: float
) -> None:
    seen, early = _told_with_clocks(timedelta(seconds=told), there, here)

    assert (seen, early) == (timedelta(seconds=age), None)


def test_a_mark_from_a_time_to_come_tells_no_age_but_that_a_clock_is_off() -> None:
    little, much = timedelta(seconds=-0.6), timedelta(seconds=-7)

    assert _told_with_clocks(little, 0.0, 0.0) == (timedelta(), None)
    assert _told_with_clocks(much, 0.0, 0.0) == (None, timedelta(seconds=6.8))


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
