"""A site is lost of which nobody can tell anything: two people say that it is off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import PlanRefused
from core.runs.journal import RunVerdict, Where
from core.runs.machine import StepState
from core.runs.plan import StepId
from dr.loss_actions import AttestOff, AwaitLeaseEnd, CutPower, SeeGone
from dr.planning.plan import RecoveryRun, codec
from dr.simulation.journal import MemoryJournal
from inventory.names import HostName
from tests.failovers import attestations, attested, blind, unsure
from tests.rehearsals import Rehearsal
from tests.unit.core.runs.small import Wishes

ATTEST = StepId("attest")
LEADER, APP = HostName("ndc01-data"), HostName("ndc01-app")


def _carried(made: Rehearsal, *people: str) -> RecoveryRun:
    return made.engine(inbox=Wishes(attestations(made, *people))).start(made.plan, Where.MEMORY)


def test_without_any_proof_the_plan_is_refused_and_says_who_may_attest() -> None:
    with pytest.raises(PlanRefused) as caught:
        blind("ndc01").plan()

    assert caught.value.what.endswith("is lost")
    assert "have them attest it: ndc dr plan --lost ndc01-" in caught.value.next_step


def test_two_people_stand_in_for_the_observers_and_not_for_the_lease() -> None:
    plan = unsure("ndc01").plan

    ((step, action),) = [
        (one, one.action) for one in plan.steps if isinstance(one.action, AttestOff)
    ]
    kinds = {type(one.action) for one in plan.steps}
    assert (step.gate, step.attested_by) == ("approve", 2)
    assert {LEADER, APP} <= set(action.hosts)
    assert AwaitLeaseEnd in kinds
    assert not kinds & {CutPower, SeeGone}
    assert plan.basis.again.endswith(" --attest")


def test_what_two_people_attest_is_served_elsewhere_and_nothing_is_lost() -> None:
    made = unsure("ndc01")

    run = attested(made, MemoryJournal(codec(), made.world))
    made.world.sleep(timedelta(seconds=5))

    assert run.closed is RunVerdict.DONE
    assert [request.by for request in run.requests] == ["an", "binh"]
    assert made.truth.placements[-1].site == "ndc02"
    assert made.citizens.lost == []


@pytest.mark.parametrize("people", [(), ("an",), ("an", "an")])
def test_fewer_than_two_people_move_nothing(people: tuple[str, ...]) -> None:
    made = unsure("ndc01")

    run = _carried(made, *people)

    assert run.verdict is RunVerdict.HELD
    assert run.states[ATTEST] is StepState.AWAITING_APPROVAL
    assert [placed.epoch for placed in made.truth.placements] == [1]


def test_nobody_attests_what_an_observer_sees() -> None:
    made = unsure("ndc01")
    plant = made.world.truth.plant
    for host in made.plan.basis.lost:
        plant.power_on(host)
    made.world.sleep(timedelta(seconds=60))

    run = _carried(made, "an", "binh")

    assert run.states[ATTEST] is StepState.FAILED
    assert "answers ndc02-app" in run.notes[ATTEST]
    assert made.truth.placements[-1].site == "ndc01"
