"""A far copy that is waited for while its database moves: it saves time, and never leads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.runs.journal import Request, RunVerdict, Where, Wish
from core.runs.machine import StepState
from core.runs.plan import RunName, StepId
from dr.actions import SwitchDatabase
from dr.hosts.leave import Leave, Permit
from dr.planning.plan import codec
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from inventory.names import HostName, OperatorName, SiteName
from tests.rehearsals import RUN, SERVICE, Rehearsal, rehearsal
from tests.unit.core.runs.small import Wishes

LEADER, CANDIDATE, FAR = HostName("ndc01-data"), HostName("ndc02-data"), HostName("ndc03-data")
SECOND = timedelta(seconds=1)
SEEDS = range(12)


def _widened(seed: int = 0) -> Rehearsal:
    """Return a world in which commits wait for the far copy as well."""
    made = rehearsal(seed=seed)
    made.truth.database.give_leave(FAR, Permit(Leave.WIDEN, 2, RunName("earlier")))
    made.world.sleep(5 * SECOND)
    assert made.truth.database.synchronous == {CANDIDATE, FAR}
    return made


def _led_by(made: Rehearsal) -> list[str]:
    events = made.world.truth.history.events
    return [event.host for event in events if event.what == "leads"]


def _behind(made: Rehearsal) -> None:
    """Let the far copy alone have confirmed the last writes."""
    made.world.truth.plant.freeze(CANDIDATE)
    made.world.sleep(SECOND)
    assert made.truth.database.lacks(CANDIDATE) > made.truth.database.lacks(FAR) == 0


def test_a_switch_with_a_third_copy_costs_citizens_less() -> None:
    made, without = rehearsal(), rehearsal()
    without.world.truth.plant.power_off(FAR)
    without.world.sleep(SECOND)
    occasion = Occasion(RUN, without.world.now(), OperatorName("an"))
    facts = without.world.eye.observe(SERVICE)
    plan = plan_switchover(without.network, facts, Move(SERVICE, SiteName("ndc02")), occasion)
    alone = replace(without, plan=plan)

    assert made.carry().closed is RunVerdict.DONE
    assert alone.carry().closed is RunVerdict.DONE

    assert made.citizens.gap <= timedelta(seconds=2.3)
    assert alone.citizens.gap >= timedelta(seconds=3.5)
    assert made.citizens.lost == alone.citizens.lost == []


def test_after_the_run_the_copy_is_again_as_it_is_declared() -> None:
    made = rehearsal()

    made.carry()
    made.world.sleep(15 * SECOND)

    assert FAR in made.truth.database.barred
    assert made.truth.database.synchronous == {LEADER}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_leader_that_dies_meanwhile_is_followed_by_the_near_copy(seed: int) -> None:
    made = _widened(seed)

    made.world.truth.plant.power_off(LEADER)
    made.world.sleep(240 * SECOND)

    assert _led_by(made) == [LEADER, CANDIDATE]
    assert made.citizens.lost == []


@pytest.mark.parametrize("seed", SEEDS)
def test_where_the_far_copy_alone_has_everything_nobody_leads_until_a_person_decides(
    seed: int,
) -> None:
    made = _widened(seed)
    _behind(made)

    made.world.truth.plant.power_off(LEADER)
    made.world.truth.plant.thaw(CANDIDATE)
    made.world.sleep(240 * SECOND)
    meanwhile = made.truth.database.leader
    made.world.truth.plant.power_on(LEADER)
    made.world.sleep(240 * SECOND)

    assert meanwhile is None
    assert _led_by(made) == [LEADER, LEADER]
    assert made.citizens.lost == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_candidate_that_lacks_what_the_far_copy_has_does_not_obey(seed: int) -> None:
    made = _widened(seed)
    made.truth.database.missing[CANDIDATE] = 3

    made.truth.database.switch(LEADER, CANDIDATE)
    made.world.sleep(20 * SECOND)

    assert _led_by(made) == [LEADER, LEADER]
    assert made.citizens.lost == []


def test_a_run_that_turns_back_puts_the_copy_back() -> None:
    made = rehearsal()
    made.world.faults.append(Fault("switch-database", Trouble.REFUSED))
    journal = MemoryJournal(codec(), made.world)
    held = made.engine(journal).start(made.plan, Where.MEMORY)
    before = set(made.truth.database.barred)

    wish = Request("turn-back", Wish.ABORT, "an")
    run = made.engine(journal, inbox=Wishes([wish])).resume()

    assert held.states[StepId("promote")] is StepState.FAILED
    assert FAR not in before
    assert run.verdict is RunVerdict.UNWOUND
    assert FAR in made.truth.database.barred


def test_the_copy_is_not_put_back_while_it_alone_confirms() -> None:
    made = rehearsal()
    journal = MemoryJournal(codec(), made.world)

    def rejoin_late() -> None:
        made.truth.database.rejoining = timedelta(minutes=10)

    made.world.timeline.at(3 * SECOND, rejoin_late)  # the far copy is waited for by then

    held = made.carry(journal)
    waited_for = set(made.truth.database.synchronous)
    made.world.sleep(timedelta(minutes=10))
    run = made.engine(journal).resume()
    made.world.sleep(30 * SECOND)

    assert held.verdict is RunVerdict.HELD
    assert [reason.split(" ")[0] for reason in held.waits_for()] == ["copy-ndc03-data"]
    assert waited_for == {FAR}
    assert run.closed is RunVerdict.DONE
    assert FAR in made.truth.database.barred
    assert made.citizens.lost == []


def test_what_a_run_that_was_given_up_left_is_put_back_by_the_next() -> None:
    made = _widened()
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    facts = made.world.eye.observe(SERVICE)
    plan = plan_switchover(made.network, facts, Move(SERVICE, SiteName("ndc02")), occasion)

    run = replace(made, plan=plan).carry()

    assert [type(s.action) for s in plan.steps].count(SwitchDatabase) == 1
    assert run.closed is RunVerdict.DONE
    assert FAR in made.truth.database.barred
