"""Which far copy is waited for while a database moves, and when it is put back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr.actions import AwaitCopy, ForbidPromotion, NarrowSync, SwitchDatabase, WidenSync
from dr.facts import Facts, MemberFacts
from dr.planning.plan import RecoveryPlan, RecoveryStep
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.reporting.plan_text import plan_text
from inventory.names import DatabaseName, HostName, OperatorName, SiteName
from tests.rehearsals import RUN, SERVICE, Rehearsal, rehearsal

DATABASE = DatabaseName("general-db")
LEADER, CANDIDATE, FAR = HostName("ndc01-data"), HostName("ndc02-data"), HostName("ndc03-data")


def _facts(made: Rehearsal) -> Facts:
    return made.world.eye.observe(SERVICE)


def _with(facts: Facts, host: HostName, **changes: Any) -> Facts:
    """Return ``facts`` in which ``host`` is otherwise."""
    member: MemberFacts = replace(facts.members[host], **changes)
    return replace(facts, members={**facts.members, host: member})


def _plan(made: Rehearsal, facts: Facts, target: str = "ndc02") -> RecoveryPlan:
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    return plan_switchover(made.network, facts, Move(SERVICE, SiteName(target)), occasion)


def _steps(plan: RecoveryPlan, kind: type) -> list[RecoveryStep]:
    return [step for step in plan.steps if isinstance(step.action, kind)]


def test_a_third_copy_is_waited_for_before_the_switch_and_put_back_at_the_end() -> None:
    plan = rehearsal().plan
    (widen,), (see,), (switch,) = (_steps(plan, k) for k in (WidenSync, NarrowSync, SwitchDatabase))
    (wait,), (back,) = (_steps(plan, k) for k in (AwaitCopy, ForbidPromotion))

    assert widen.action == WidenSync(DATABASE, FAR)
    assert wait.action == AwaitCopy(DATABASE, FAR)
    assert widen.undo == back.action == ForbidPromotion(DATABASE, FAR)
    assert widen.id in see.needs
    assert see.id in switch.needs
    assert back.needs == (wait.id,)
    assert {"verify", "compare"} <= set(wait.needs)
    assert {wait.id, back.id} <= set(plan.steps[-1].needs)


@pytest.mark.parametrize(
    "changes",
    [
        {"streams": False},
        {"lag_bytes": None},
        {"lag_bytes": 2_000_000},
        {"barred": False, "synchronous": False},
    ],
    ids=["does not stream", "lag unseen", "too far behind", "let go by another"],
)
def test_a_copy_that_is_not_fit_is_not_waited_for_and_the_plan_says_so(
    changes: dict[str, object],
) -> None:
    made = rehearsal()

    plan = _plan(made, _with(_facts(made), FAR, **changes))

    assert _steps(plan, WidenSync) == []
    assert "confirmed    until ndc01-data follows again, by nobody; no further" in plan_text(plan)


def test_a_copy_that_its_leader_sends_nothing_to_is_not_waited_for() -> None:
    made = rehearsal()
    facts = _facts(made)
    alone = replace(facts.progress[LEADER], sends_to=frozenset({CANDIDATE}))

    plan = _plan(made, replace(facts, progress={**facts.progress, LEADER: alone}))

    assert _steps(plan, WidenSync) == []


def test_where_enough_others_are_waited_for_none_is_added() -> None:
    made = rehearsal()
    another = HostName("another")
    facts = _facts(made)
    members = {**facts.members, another: facts.members[CANDIDATE]}
    facts = replace(facts, members=members, synchronous=frozenset({CANDIDATE, another}))

    plan = _plan(made, facts)

    assert _steps(plan, WidenSync) == []
    assert (
        "confirmed    until ndc01-data follows again, by another; no further copy is"
        in plan_text(plan)
    )


def test_what_an_earlier_run_left_waited_for_is_used_and_put_back() -> None:
    made = rehearsal()
    facts = _with(_facts(made), FAR, barred=False, synchronous=True)
    facts = replace(facts, synchronous=frozenset({CANDIDATE, FAR}))

    plan = _plan(made, facts)

    assert _steps(plan, WidenSync) == []
    assert [step.action for step in _steps(plan, AwaitCopy)] == [AwaitCopy(DATABASE, FAR)]
    assert [s.action for s in _steps(plan, ForbidPromotion)] == [ForbidPromotion(DATABASE, FAR)]
    assert "by ndc03-data" in plan_text(plan)


def test_a_database_that_stays_where_it_is_needs_no_third_copy() -> None:
    made = rehearsal()
    made.truth.database.promotion = timedelta(seconds=1)
    facts = _facts(made)
    members = {
        LEADER: replace(facts.members[LEADER], leads=False, streams=True, lag_bytes=0),
        CANDIDATE: replace(facts.members[CANDIDATE], leads=True),
        FAR: facts.members[FAR],
    }

    plan = _plan(made, replace(facts, members=members, synchronous=frozenset({LEADER})))

    assert _steps(plan, WidenSync) == _steps(plan, ForbidPromotion) == []
    assert "confirmed" not in plan_text(plan)
