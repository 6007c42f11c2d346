"""A database is what its members' Patronis say, and only who accepts writes leads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.clients.patroni import MemberAnswer
from monitors.health.snapshot import DatabaseView, MemberRole
from monitors.look.clusters import database_view
from monitors.look.sightings import Sightings
from tests.networks import network
from tests.snapshots import NOON, all_well


def _seen(role: str, state: str) -> DatabaseView:
    """Return the first database, as seen while who holds its leader key has ``role``."""
    of = network()
    database, well = of.databases[0], all_well(of)

    def told(member: MemberAnswer) -> MemberAnswer:
        changed = {"role": role, "state": state} if member.is_leader else {}
        return member.model_copy(update=changed)

    clusters = {key: tuple(map(told, members or ())) for key, members in well.clusters.items()}
    return database_view(database, replace(well, clusters=clusters), Sightings({}, NOON))


def test_the_leader_leads() -> None:
    view = _seen("leader", "running")

    assert view.leader is not None
    assert view.leader in {
        member.host for member in view.members if member.role is MemberRole.LEADER
    }


@pytest.mark.parametrize("role", ["standby_leader", "promoted"])
def test_who_holds_the_leader_key_and_accepts_no_writes_follows(role: str) -> None:
    view = _seen(role, "running")

    assert view.leader is None
    assert MemberRole.LEADER not in {member.role for member in view.members}


def test_a_leader_that_does_not_run_leads_nobody_and_keeps_its_role() -> None:
    view = _seen("leader", "starting")

    assert view.leader is None
    assert MemberRole.LEADER in {member.role for member in view.members}
