"""The plan for a switchover: its order, its words, its way through the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import JournalCorrupt
from dr.actions import (
    AnnounceService,
    MovePlacement,
    ReleaseWorkload,
    SwitchDatabase,
    WithdrawService,
    WriteCanary,
)
from dr.facts import MemberFacts
from dr.planning.plan import Phase, RecoveryPlan, from_text, to_text
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.reporting.plan_text import plan_text
from inventory.names import HostName, OperatorName, SiteName
from tests.conftest import Golden
from tests.rehearsals import RUN, SERVICE, rehearsal

GOLDEN = Path(__file__).resolve().parents[2] / "golden/plans"


@pytest.fixture(params=["tiny", "compact"])
def plan(request: pytest.FixtureRequest) -> RecoveryPlan:
    return rehearsal(request.param).plan


def _position(plan: RecoveryPlan, kind: type) -> list[int]:
    return [i for i, step in enumerate(plan.steps) if isinstance(step.action, kind)]


@pytest.mark.parametrize("profile", ["tiny", "compact"])
def test_a_plan_reads_like_this(profile: str, golden: Golden) -> None:
    text = plan_text(rehearsal(profile).plan, conditions=True) + "\n"

    golden(GOLDEN / f"switchover-{profile}.txt", text)


def test_a_plan_reads_from_text_as_it_was_written(plan: RecoveryPlan) -> None:
    assert from_text(to_text(plan)) == plan


def test_text_that_is_no_plan_is_refused() -> None:
    with pytest.raises(JournalCorrupt, match="a plan cannot be read"):
        from_text("{}")


def test_routes_move_only_after_a_write_was_proven_at_the_target(plan: RecoveryPlan) -> None:
    canaries = _position(plan, WriteCanary)
    assert max(_position(plan, SwitchDatabase)) < max(canaries)
    assert max(canaries) < min(_position(plan, MovePlacement))


def test_the_new_site_announces_before_the_old_one_withdraws(plan: RecoveryPlan) -> None:
    announced = {s.id for s in plan.steps if isinstance(s.action, AnnounceService)}
    withdrawals = [s for s in plan.steps if isinstance(s.action, WithdrawService)]

    assert withdrawals
    assert all(announced <= set(step.needs) for step in withdrawals)


def test_every_effect_carries_the_epoch_that_follows_the_one_seen(plan: RecoveryPlan) -> None:
    placed = plan.basis.moves[0].deciding.placement
    assert placed is not None
    assert {step.epoch for step in plan.steps} == {placed.epoch + 1}


def test_a_plan_has_the_phases_that_people_know_by_name(plan: RecoveryPlan) -> None:
    phases = list(dict.fromkeys(step.phase for step in plan.steps))

    assert phases == [
        "ready",
        "declare",
        "drain",
        "promote",
        "canary",
        "reroute",
        "verify",
        "reprotect",
        "close",
    ]
    assert [Phase(phase).number for phase in phases] == [
        "P0",
        "P1",
        "P3",
        "P5",
        "P6",
        "P7",
        "P9",
        "P10",
        "P11",
    ]


def test_what_cannot_be_taken_back_is_a_point_of_no_return(plan: RecoveryPlan) -> None:
    assert [s.id for s in plan.steps if s.point_of_no_return] == ["promote", "place"]


def test_what_may_come_about_minutes_later_is_sent_once(plan: RecoveryPlan) -> None:
    assert [s.id for s in plan.steps if s.attempts == 1] == [
        "promote",
        "verify",
        plan.steps[-3].id,
    ]


def test_a_service_must_answer_steadily_for_longer_than_yesterdays_answer_counts(
    plan: RecoveryPlan,
) -> None:
    assert {s.id: s.steady for s in plan.steps if s.steady} == {"verify": timedelta(seconds=3)}


def test_what_is_taken_is_given_back_whether_it_ends_well_or_not(plan: RecoveryPlan) -> None:
    assert isinstance(plan.steps[-1].action, ReleaseWorkload)
    assert plan.step(plan.steps[-1].id).action == next(
        step.undo for step in plan.steps if step.phase == "declare"
    )


def test_a_database_that_leads_at_the_target_already_is_left_alone() -> None:
    made = rehearsal()
    facts = made.world.eye.observe(SERVICE)
    candidate = HostName("ndc02-data")
    leads = MemberFacts(leads=True, streams=False, lag_bytes=None)
    facts = replace(facts, members={candidate: leads})

    plan = plan_switchover(
        made.network,
        facts,
        Move(SERVICE, SiteName("ndc02")),
        Occasion(RUN, made.world.now(), OperatorName("an")),
    )

    assert "promote" not in {step.phase for step in plan.steps}
    assert "reroute" in {step.phase for step in plan.steps}
