"""Of copies that all lack something the one that lacks least leads, for all who write to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from core.errors import PlanRefused
from dr.facts import Facts, LastWord
from dr.logs.seam import LogProgress
from dr.loss_actions import TakeOver
from dr.placement import Placement
from dr.planning.losses import hosts_named, moves_after
from dr.planning.plan import RecoveryPlan
from dr.planning.planner import Occasion, plan_failover
from dr.planning.request import Move, candidate
from dr.simulation.world import rehearsed
from inventory.names import HostName, OperatorName, ServiceName, SiteName
from tests.networks import PORTAL_ALONE, SHARED_DATABASE, network
from tests.rehearsals import RUN, SERVICE

BOTH: Final = network("compact", *PORTAL_ALONE, SHARED_DATABASE)
PAYMENTS: Final = ServiceName("payments")
ONE, TWO, LED = HostName("ndc01-data"), HostName("ndc02-data"), HostName("ndc03-data")
HOMES: Final = {SERVICE: SiteName("ndc01"), PAYMENTS: SiteName("ndc02")}
LOST: Final = hosts_named(BOTH, ["ndc03"])
END: Final = 900
"""bytes, as far as the leader told"""

Came = Mapping[HostName, tuple[int, int]]
"""timeline and bytes"""


def _seen(came: Came) -> Facts:
    """Return what is seen once ``LED`` is lost, which served and led alone; others ``came`` so far.

    What each shows was written a second ago.
    """
    world = rehearsed(BOTH)
    for host in sorted(LOST):
        world.truth.plant.power_off(host)
    facts = world.eye.survey([SERVICE], LOST)[SERVICE]
    return replace(
        facts,
        placement=Placement(SiteName("ndc03"), 2, None),
        members={host: replace(own, leads=False) for host, own in facts.members.items()},
        synchronous=frozenset(),
        progress={
            host: LogProgress(timeline, at, at, shown_at=facts.at - timedelta(seconds=1))
            for host, (timeline, at) in came.items()
        },
        last_word=LastWord(LED, frozenset(), END),
    )


def _plan(seen: Mapping[ServiceName, Facts], why: str = "it burns") -> RecoveryPlan:
    """Return the plan that has each of the services, as they were ``seen``, go home."""
    moves = [Move(name, HOMES[name], LOST, why) for name in seen]
    at = seen[SERVICE].at
    return plan_failover(BOTH, seen, moves, Occasion(RUN, at, OperatorName("an")), "ndc03")


@pytest.mark.parametrize("order", [(SERVICE, PAYMENTS), (PAYMENTS, SERVICE)])
@pytest.mark.parametrize(
    ("came", "heir"),
    [
        ({ONE: (2, 800), TWO: (2, 700)}, ONE),
        ({ONE: (2, 700), TWO: (2, 800)}, TWO),
        ({ONE: (1, 850), TWO: (2, 800)}, TWO),
    ],
    ids=["one-has-more", "two-has-more", "two-is-on-a-later-timeline"],
)
def test_one_leads_for_services_of_two_sites_and_the_loss_is_told_of_that_one(
    order: tuple[ServiceName, ...], came: Came, heir: HostName
) -> None:
    plan = _plan(dict.fromkeys(order, _seen(came)))

    led = [step.action.candidate for step in plan.steps if isinstance(step.action, TakeOver)]
    told = {(moved.candidate, moved.loss.log_bytes) for moved in plan.basis.moves}

    assert led == [heir]
    assert told == {(heir, END - came[heir][1])}
    assert {moved.service: moved.target for moved in plan.basis.moves} == HOMES


def test_of_two_that_have_as_much_the_one_leads_that_was_asked_for_first() -> None:
    facts = _seen({ONE: (2, 800), TWO: (2, 800)})

    led = [_plan(dict.fromkeys(order, facts)).basis.moves for order in (HOMES, reversed(HOMES))]

    assert [{moved.candidate for moved in moves} for moves in led] == [{ONE}, {TWO}]


def test_what_a_copy_shows_counts_where_it_says_that_it_received_less() -> None:
    facts = _seen({ONE: (2, 800), TWO: (2, 700)})
    shows = replace(facts.progress[TWO], replayed=850)

    plan = _plan(dict.fromkeys(HOMES, replace(facts, progress={**facts.progress, TWO: shows})))

    assert {moved.candidate for moved in plan.basis.moves} == {TWO}


def test_what_one_lacks_is_accepted_for_each_service_or_refused() -> None:
    facts = _seen({ONE: (2, 800), TWO: (2, 700)})
    unseen = replace(facts, progress={TWO: facts.progress[TWO]})

    assert _plan(dict.fromkeys(HOMES, facts), why="").basis.moves
    with pytest.raises(PlanRefused) as caught:
        _plan({SERVICE: facts, PAYMENTS: unseen}, why="")

    assert caught.value.what == "writes to payments that were acknowledged may be lost"


@pytest.mark.parametrize(
    ("one", "two", "target"),
    [(800, 700, "ndc01"), (700, 800, "ndc02"), (800, 800, "ndc02")],
    ids=["elsewhere-is-more", "at-home-is-more", "both-have-as-much"],
)
def test_a_service_goes_where_less_is_lost_and_else_home(one: int, two: int, target: str) -> None:
    facts = dict.fromkeys(HOMES, _seen({ONE: (2, one), TWO: (2, two)}))

    targets = {m.service: m.target for m in moves_after(BOTH, facts, LOST, None, "it burns")}

    assert targets[PAYMENTS] == SiteName(target)


def test_of_two_copies_at_one_site_the_one_leads_that_lacks_less() -> None:
    of = network("compact")
    lost = hosts_named(of, ["ndc01", "ndc02"])
    asked = Move(ServiceName("identity"), SiteName("ndc03"), lost)
    facts = rehearsed(of).eye.survey([asked.service], lost)[asked.service]
    far = [member.host for member in of.database(of.service(asked.service).database).members]
    late, early = (host for host in far if host not in lost)

    for further in (late, early):
        came = {late: LogProgress(1, 700, 700), early: LogProgress(1, 700, 700)}
        came[further] = LogProgress(1, 800, 800)
        chosen = candidate(of, replace(facts, synchronous=frozenset(), progress=came), asked)

        assert chosen is not None
        assert chosen.host == further


def test_who_is_ahead_for_a_moment_changes_no_plan_while_the_database_is_led() -> None:
    whole = network("compact")
    identity, near, far = ServiceName("identity"), HostName("ndc03-app"), HostName("ndc03-data")
    seen = rehearsed(whole, identity).eye.survey([identity], frozenset())[identity]
    in_step = replace(seen, synchronous=frozenset({near, far}))
    ahead = [
        replace(in_step, progress={near: LogProgress(1, a, a), far: LogProgress(1, b, b)})
        for a, b in ((900, 800), (800, 900))
    ]

    chosen = {candidate(whole, facts, Move(identity, SiteName("ndc03"))) for facts in ahead}

    assert seen.leader is not None
    assert len(chosen) == 1
