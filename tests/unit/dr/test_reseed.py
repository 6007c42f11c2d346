"""A copy is removed only where another leads, and nothing goes that is not kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import NotSeen, PlanRefused
from dr.logs.tail import Tail
from dr.planning.reseed import CopyFacts, database_in, demand_kept, is_made, known_fork, leader_for
from inventory.names import DatabaseName, HostName
from tests.networks import network

DATABASE, ONE, TWO = DatabaseName("general-db"), HostName("ndc01-data"), HostName("ndc02-data")
LEADS = CopyFacts(leads=True, streams=False, timeline=3, state="running")
FOLLOWS = CopyFacts(leads=False, streams=True, timeline=3, state="streaming")
TAIL = Tail(DATABASE, ONE, 2, 100, 200, 5, None, kept="/kept")


def test_a_copy_that_follows_is_made_from_the_leader() -> None:
    assert leader_for(DATABASE, ONE, {ONE: FOLLOWS, TWO: LEADS}) == TWO
    assert leader_for(DATABASE, ONE, {TWO: LEADS}) == TWO  # Patroni forgot it


@pytest.mark.parametrize(
    "copies",
    [{ONE: LEADS, TWO: FOLLOWS}, {ONE: LEADS, TWO: LEADS}, {ONE: FOLLOWS, TWO: FOLLOWS}, {}],
    ids=["it leads", "two lead", "nobody leads", "nothing is known"],
)
def test_no_copy_is_removed_that_may_be_the_best(copies: dict[HostName, CopyFacts]) -> None:
    with pytest.raises(PlanRefused):
        leader_for(DATABASE, ONE, copies)


def test_what_only_a_copy_holds_is_kept_before_it_goes() -> None:
    demand_kept(None)
    demand_kept(TAIL)

    with pytest.raises(PlanRefused, match="5 commits"):
        demand_kept(replace(TAIL, kept=None))


@pytest.mark.parametrize(
    ("own", "fork"),
    [(2, (2, 200)), (1, (1, 100)), (3, (2, 200)), (4, (2, 200))],
    ids=["left behind", "long ago", "of the same number: two may have it", "ahead"],
)
def test_a_log_is_the_leaders_up_to_where_the_leader_says(own: int, fork: tuple[int, int]) -> None:
    assert known_fork(own, 3, {1: 100, 2: 200}) == fork


def test_a_leader_on_the_first_timeline_left_nobody() -> None:
    assert known_fork(1, 1, {}) is None


@pytest.mark.parametrize(("timeline", "forks"), [(3, {1: 100}), (None, {1: 100, 2: 200})])
def test_a_leader_that_does_not_tell_is_asked_again(
    timeline: int | None, forks: dict[int, int]
) -> None:
    with pytest.raises(NotSeen):
        known_fork(2, timeline, forks)


def test_a_copy_is_made_when_it_follows_the_leaders_timeline_having_stopped_before() -> None:
    assert is_made(FOLLOWS, LEADS, stopped=True)
    assert not is_made(FOLLOWS, LEADS, stopped=False)  # the old copy may stream a moment longer
    assert not is_made(replace(FOLLOWS, timeline=2), LEADS, stopped=True)
    assert not is_made(replace(FOLLOWS, streams=False), LEADS, stopped=True)
    assert not is_made(replace(FOLLOWS, timeline=None), replace(LEADS, timeline=None), stopped=True)
    assert not is_made(None, LEADS, stopped=True)


@pytest.mark.parametrize(
    ("database", "host", "meant"),
    [("genral-db", "ndc01-data", "general-db"), ("general-db", "ndc01-nod", "ndc01-node")],
)
def test_a_name_that_is_none_is_refused(database: str, host: str, meant: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        database_in(network(), database, host)

    assert refused.value.next_step == f"did you mean {meant}?"
