"""A region is lost in the simulated world, and a copy that followed asynchronously leads."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import PlanRefused
from core.runs.journal import Request, RunVerdict, Where, Wish
from core.runs.machine import StepState
from core.runs.plan import StepId
from dr.actions import AllowPromotion, ForbidPromotion
from dr.loss_actions import CutPower, TakeOver
from dr.planning.bound import NOTHING
from dr.planning.plan import RecoveryJournal, RecoveryPlan, codec
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from dr.simulation.log import ROW_BYTES
from inventory.names import HostName, OperatorName, SiteName
from tests.failovers import RUN, admit, approved, loss
from tests.rehearsals import SERVICE, Rehearsal
from tests.unit.core.runs.small import Wishes

HEIR = HostName("ndc03-data")
REGION = ("ndc01", "ndc02")
BOTH = {HostName("ndc01-data"), HostName("ndc02-data")}
REASON = "the region burns"


def _regional(seed: int = 0, *, after: float = 3, accepted: str = REASON) -> Rehearsal:
    made = loss(*REGION, seed=seed, after=after, well=8)
    return Rehearsal(made.network, made.world, made.plan(accepted_loss=accepted))


def _carried(made: Rehearsal, journal: RecoveryJournal | None = None) -> RunVerdict:
    """Carry the plan to its gate, have a second person open it, and carry it to its end."""
    run = approved(made, journal or MemoryJournal(codec(), made.world))
    made.world.sleep(timedelta(seconds=5))
    return run.verdict


def test_a_region_is_served_elsewhere_once_a_second_person_agreed() -> None:
    made = _regional()

    verdict = _carried(made)

    assert verdict is RunVerdict.DONE
    assert made.truth.announcing == {HostName("ndc03-app")}
    assert made.truth.database.leader == HEIR
    assert made.citizens.acknowledged[-1].site == "ndc03"


def test_nothing_is_promoted_while_nobody_agreed() -> None:
    made = _regional()

    run = made.carry()
    made.world.sleep(timedelta(minutes=5))

    (promote,) = [s for s in made.plan.steps if isinstance(s.action, TakeOver)]
    assert run.verdict is RunVerdict.HELD
    assert run.states[promote.id] is StepState.AWAITING_APPROVAL
    assert made.truth.database.forks == 0
    assert made.truth.database.leader is None


@pytest.mark.parametrize("seed", range(60))
def test_what_is_lost_lies_within_what_was_announced(seed: int) -> None:
    made = _regional(seed, after=3 + seed / 10)
    (moved,) = made.plan.basis.moves
    assert moved.loss.span is not None
    assert moved.loss.log_bytes is not None
    since = made.plan.basis.made_at - made.world.now() + made.world.elapsed() - moved.loss.span

    assert _carried(made) is RunVerdict.DONE

    gone = set(made.citizens.lost)
    lost = [write for write in made.citizens.acknowledged if write.row in gone]
    assert all(write.at >= since for write in lost)
    # what the leader wrote after it told how far it was: 2 s at most, of 20 writes a second
    assert len(lost) * ROW_BYTES <= moved.loss.log_bytes + 41 * ROW_BYTES


def test_some_seeds_lose_something_or_nothing_of_this_would_be_tested() -> None:
    lost = []
    for seed in range(8):
        made = _regional(seed)
        _carried(made)
        lost.append(len(made.citizens.lost))

    assert any(lost)


def test_both_are_fenced_before_the_copy_may_lead() -> None:
    made = _regional()
    cuts = [(step.id, step.action) for step in made.plan.steps]
    fences = {name: cut.host for name, cut in cuts if isinstance(cut, CutPower)}
    assert {*fences.values()} >= BOTH

    for kind in (AllowPromotion, TakeOver):
        (step,) = [s for s in made.plan.steps if isinstance(s.action, kind)]
        assert fences.keys() <= set(step.needs)


@pytest.mark.parametrize("name", ["ndc01-data", "ndc02-data"])
def test_a_lost_member_that_comes_alive_again_keeps_the_copy_from_leading(name: str) -> None:
    made = _regional()
    plant = made.world.truth.plant
    made.world.truth.plant.mute_ports.add(HostName(name))
    plant.power_on(HostName(name))

    run = approved(made, MemoryJournal(codec(), made.world))

    assert run.verdict is not RunVerdict.DONE
    assert made.truth.database.leader != HEIR
    assert made.citizens.lost == []


def test_while_one_is_left_that_has_all_the_copy_may_not_lead() -> None:
    made = loss("ndc01")

    with pytest.raises(PlanRefused) as caught:
        made.plan(to="ndc03", accepted_loss=REASON)

    assert caught.value.what.startswith("ndc02-data may have every acknowledged write")


def test_a_loss_that_nobody_accepts_is_refused_and_the_figure_is_told() -> None:
    made = loss(*REGION, after=60, well=8)

    with pytest.raises(PlanRefused) as caught:
        made.plan()

    assert "may be lost" in caught.value.what
    assert "at most the last 6" in caught.value.actual
    assert "--accept-loss REASON" in caught.value.next_step


def test_a_loss_within_the_objective_needs_the_second_person_alone() -> None:
    made = _regional(accepted="")

    assert made.plan.basis.moves[0].loss != NOTHING
    assert made.carry().verdict is RunVerdict.HELD


def test_the_plan_says_again_how_it_was_asked_for() -> None:
    assert _regional().plan.basis.again.endswith(" --accept-loss REASON")


@pytest.mark.parametrize("trouble", [t for t in Trouble if t is not Trouble.REFUSED])
@pytest.mark.parametrize("kind", ["allow-promotion", "take-over"])
def test_one_bad_message_changes_nothing(kind: str, trouble: Trouble) -> None:
    made = _regional()
    made.world.faults.append(Fault(kind, trouble))
    journal = MemoryJournal(codec(), made.world)

    verdict = _carried(made, journal)
    made.world.sleep(timedelta(seconds=60))
    if verdict is not RunVerdict.DONE:
        verdict = made.engine(journal).resume().verdict

    assert verdict is RunVerdict.DONE
    assert made.truth.database.forks == 1


def test_a_run_that_turns_back_bars_the_copy_again() -> None:
    made = _regional()
    journal = MemoryJournal(codec(), made.world)
    made.engine(journal).start(made.plan, Where.MEMORY)
    assert HEIR not in made.truth.database.barred

    wish = Request("turn-back", Wish.ABORT, "an")
    run = made.engine(journal, inbox=Wishes([wish])).resume()

    assert run.verdict is RunVerdict.UNWOUND
    assert HEIR in made.truth.database.barred


def test_moving_home_bars_the_copy_again() -> None:
    made = _regional()
    assert _carried(made) is RunVerdict.DONE
    for host in made.plan.basis.lost:
        made.world.truth.plant.power_on(host)
    made.world.sleep(timedelta(minutes=10))
    admit(made)

    home = _homewards(made)
    run = Rehearsal(made.network, made.world, home).carry()
    made.world.sleep(timedelta(minutes=1))

    assert run.verdict is RunVerdict.DONE, run.waits_for()
    assert [s.id for s in home.steps if isinstance(s.action, ForbidPromotion)] == [
        StepId("forbid-ndc03-data")
    ]
    assert made.truth.database.leader == HostName("ndc01-data")
    assert HEIR in made.truth.database.barred
    assert HEIR not in made.truth.database.synchronous


def _homewards(made: Rehearsal) -> RecoveryPlan:
    facts = made.world.eye.observe(SERVICE)
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    return plan_switchover(made.network, facts, Move(SERVICE, SiteName("ndc01")), occasion)
