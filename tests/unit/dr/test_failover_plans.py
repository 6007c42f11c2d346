"""The plan for a failover: how it reads, what it expects, and how it is drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.runs.plan import StepId
from dr.actions import AnnounceService, MovePlacement, WriteCanary
from dr.loss_actions import CutPower, TakeOver
from dr.planning.plan import RecoveryPlan, from_text, to_text
from dr.reporting.plan_figures import mermaid, served_after
from dr.reporting.plan_text import plan_text
from inventory.names import DatabaseName, HostName
from tests.conftest import Golden
from tests.failovers import blind, failover, loss
from tests.rehearsals import rehearsal

GOLDEN = Path(__file__).resolve().parents[2] / "golden/plans"
APP, DATA = HostName("ndc01-app"), HostName("ndc01-data")
LEASE = timedelta(seconds=25)
PLANS = {"site": "ndc01", "leader": "ndc01-data", "app-host": "ndc01-app"}


def _unpowered() -> RecoveryPlan:
    """Return the plan for a site of whose hosts nobody switches the power."""
    made = loss("ndc01")
    made.world.truth.plant.mute_ports |= made.lost
    return made.plan()


@pytest.mark.parametrize("case", PLANS)
def test_a_plan_without_what_is_lost_reads_like_this(case: str, golden: Golden) -> None:
    text = plan_text(failover(PLANS[case]).plan, conditions=True) + "\n"

    golden(GOLDEN / f"failover-{case}.txt", text)


def test_where_nobody_switches_power_the_lease_is_waited_for(golden: Golden) -> None:
    golden(
        GOLDEN / "failover-without-power-port.txt", plan_text(_unpowered(), conditions=True) + "\n"
    )


def test_where_nobody_can_look_people_attest(golden: Golden) -> None:
    plan = blind("ndc01").plan(attested=True)

    golden(GOLDEN / "failover-attested.txt", plan_text(plan, conditions=True) + "\n")


def test_a_plan_is_drawn_like_this(golden: Golden) -> None:
    golden(GOLDEN / "failover-site.mmd", "\n".join(mermaid(failover("ndc01").plan)) + "\n")


@pytest.mark.parametrize("case", PLANS)
def test_a_plan_reads_from_text_as_it_was_written(case: str) -> None:
    plan = failover(PLANS[case]).plan

    assert from_text(to_text(plan)) == plan


def test_every_step_is_drawn_once_and_every_need_is_an_arrow() -> None:
    plan = failover("ndc01").plan
    lines = list(mermaid(plan))

    arrows = [line for line in lines if "-->" in line]
    boxes = [line for line in lines if "<br/>" in line]
    assert len(boxes) == len(plan.steps)
    assert len(arrows) == sum(len(step.needs) for step in plan.steps)
    assert len([box for box in boxes if "{{" in box]) == sum(
        step.point_of_no_return for step in plan.steps
    )


def test_a_quotation_mark_ends_no_box() -> None:
    plan = failover("ndc01").plan
    (taken,) = [step.action for step in plan.steps if isinstance(step.action, TakeOver)]
    action = replace(taken, database=DatabaseName('a"b'))
    strange = replace(plan.steps[0], action=action)

    (box,) = [line for line in mermaid(replace(plan, steps=(strange,))) if "<br/>" in line]

    assert box.count('"') == 2
    assert "a'b" in box


def test_steps_that_need_nothing_of_each_other_are_expected_at_the_same_time() -> None:
    plan = failover("ndc01").plan
    begun = next(step for step in plan.steps if not step.needs)
    beside = replace(begun, id=StepId("beside"), expected=begun.expected, needs=())

    assert served_after(replace(plan, steps=(*plan.steps, beside))) == served_after(plan)


def test_citizens_are_served_when_the_last_address_is_announced() -> None:
    plan = failover("ndc01").plan
    after = replace(plan.steps[-1], expected=timedelta(hours=1))
    announced = tuple(
        replace(step, expected=step.expected + timedelta(minutes=1))
        if isinstance(step.action, AnnounceService)
        else step
        for step in plan.steps
    )

    assert served_after(replace(plan, steps=(*plan.steps[:-1], after))) == served_after(plan)
    assert served_after(replace(plan, steps=announced)) == served_after(plan) + timedelta(minutes=1)


def test_where_no_address_moves_citizens_are_served_when_a_row_was_written() -> None:
    plan = failover("ndc01").plan
    moves = [isinstance(step.action, MovePlacement) for step in plan.steps].index(True)
    stays = replace(plan, steps=plan.steps[:moves])
    written = plan.steps[moves - 1]
    late = replace(written, expected=written.expected + timedelta(minutes=1))

    assert isinstance(written.action, WriteCanary)
    assert timedelta() < served_after(stays) < served_after(plan)
    assert served_after(replace(stays, steps=(*stays.steps[:-1], late))) == served_after(
        stays
    ) + timedelta(minutes=1)


def test_who_needs_no_lease_to_end_serves_sooner_by_its_length() -> None:
    assert served_after(_unpowered()) - served_after(failover("ndc01").plan) >= LEASE - timedelta(
        seconds=5
    )


def test_a_plan_that_serves_nobody_expects_nothing() -> None:
    plan = rehearsal().plan

    assert served_after(replace(plan, steps=())) == timedelta()


def test_a_loss_that_has_power_again_is_fenced_in_the_life_in_which_it_was_seen() -> None:
    made = loss("ndc01")
    plan = made.plan()

    cuts = [step.action for step in plan.steps if isinstance(step.action, CutPower)]
    assert [(cut.host, cut.life) for cut in cuts] == [
        (host, made.world.truth.plant.life(host)) for host in (DATA, APP)
    ]
