"""A database that stops without a copy is let go on by a plan, and stops again once one is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.runs.journal import Request, RunVerdict, Where, Wish
from core.runs.machine import StepState
from core.runs.plan import StepId
from dr.actions import AwaitCopy
from dr.conditions import Conditions
from dr.facts import Facts
from dr.loss_actions import RelaxLastCopy, RestoreLastCopy, TakeOver
from dr.planning.losses import hosts_named, moves_after
from dr.planning.plan import Phase, RecoveryJournal, RecoveryPlan, codec
from dr.planning.planner import Occasion, plan_failover, plan_switchover
from dr.planning.request import Move
from dr.reporting.plan_text import plan_text
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from dr.simulation.world import rehearsed
from inventory.names import DatabaseName, HostName, OperatorName, ServiceName, SiteName
from inventory.network import Network
from inventory.promises import LastCopy
from tests.failovers import RUN, START, Loss, admit, agreed
from tests.networks import PORTAL_ALONE, network
from tests.rehearsals import SERVICE, Rehearsal
from tests.unit.core.runs.small import Wishes

DATABASE = DatabaseName("general-db")
IDENTITY = ServiceName("identity")
REGION = ("ndc01", "ndc02")
SECOND = timedelta(seconds=1)


def _blocking(of: Network) -> Network:
    return replace(of, databases=tuple(replace(d, last_copy=LastCopy.BLOCK) for d in of.databases))


def _lost(
    *names: str, of: Network | None = None, service: ServiceName = SERVICE, seed: int = 0
) -> Loss:
    """Return a world whose databases stop without a copy, a moment after ``names`` went."""
    made = _blocking(of or network("compact", *PORTAL_ALONE))
    world = rehearsed(made, service, seed=seed)
    world.sleep(10 * SECOND)
    lost = hosts_named(made, names)
    for host in sorted(lost):
        world.truth.plant.power_off(host)
    world.sleep(3 * SECOND)
    return Loss(made, world, lost, " and ".join(names))


def _planned(made: Loss) -> Rehearsal:
    return Rehearsal(made.network, made.world, made.plan(accepted_loss="the region burns"))


def _steps(plan: RecoveryPlan, kind: type) -> list[StepId]:
    return [step.id for step in plan.steps if isinstance(step.action, kind)]


def _carried(
    made: Rehearsal, *opened: StepId, journal: RecoveryJournal | None = None
) -> RunVerdict:
    """Carry the plan as far as it comes with the gates ``opened`` by a second person."""
    journal = journal or MemoryJournal(codec(), made.world)
    made.engine(journal).start(made.plan, Where.MEMORY, START)
    wishes = [replace(agreed(made, gate), id=f"of {gate}") for gate in opened]
    made.engine(journal, inbox=Wishes(wishes)).resume()
    made.world.sleep(30 * SECOND)
    return made.engine(journal).resume().verdict


def _acknowledged_at(made: Rehearsal) -> str | None:
    return made.citizens.acknowledged[-1].site


def _gates(plan: RecoveryPlan) -> list[StepId]:
    return [step.id for step in plan.steps if step.gate]


@pytest.mark.parametrize("seed", range(5))
def test_a_region_is_served_elsewhere_once_somebody_lets_it_go_on_without_a_copy(
    seed: int,
) -> None:
    made = _planned(_lost(*REGION, seed=seed))
    relax = _steps(made.plan, RelaxLastCopy)

    verdict = _carried(made, *_gates(made.plan))

    assert relax == ["relax"]
    assert set(relax) < set(_gates(made.plan))
    assert verdict is RunVerdict.DONE
    assert made.truth.database.alone
    assert _acknowledged_at(made) == "ndc03"


def test_while_nobody_does_it_is_led_and_acknowledges_nothing() -> None:
    made = _planned(_lost(*REGION))
    (promote,) = _steps(made.plan, TakeOver)

    verdict = _carried(made, promote)

    assert verdict is RunVerdict.HELD
    assert made.truth.database.leader == HostName("ndc03-data")
    assert not made.truth.database.acknowledges
    assert _acknowledged_at(made) == "ndc01"


def test_it_says_what_that_means_and_is_let_go_on_only_once_what_is_lost_cannot_write() -> None:
    made = _planned(_lost(*REGION))
    (relax,) = (s for s in made.plan.steps if isinstance(s.action, RelaxLastCopy))
    fences = {step.id for step in made.plan.steps if step.id.startswith("fence-")}

    assert relax.phase == Phase.POSITIONS
    assert fences <= set(relax.needs)
    assert isinstance(relax.undo, RestoreLastCopy)
    assert "goes on without one: what it acknowledges is" in plan_text(made.plan)


def test_where_a_copy_is_left_nothing_is_relaxed() -> None:
    made = _planned(_lost(*REGION, of=network("compact"), service=IDENTITY))
    about = [s.action for s in made.plan.steps if isinstance(s.action, RelaxLastCopy)]

    # identity-db has two members beyond the region, general-db has one
    assert [action.database for action in about] == [DATABASE]


def _of_facts(facts: Facts) -> list[StepId]:
    made = _lost("ndc01")
    moves = moves_after(made.network, {SERVICE: facts}, made.lost, None, "")
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    plan = plan_failover(made.network, {SERVICE: facts}, moves, occasion, "ndc01")
    return _steps(plan, RelaxLastCopy)


@pytest.mark.parametrize(
    ("told", "relaxed"), [(LastCopy.BLOCK, 1), (None, 1), (LastCopy.CONTINUE, 0)]
)
def test_what_its_leaders_are_told_counts_and_what_is_declared_where_nobody_could_ask(
    told: LastCopy | None, relaxed: int
) -> None:
    facts = _lost("ndc01").facts()[SERVICE]

    assert len(_of_facts(replace(facts, last_copy=told))) == relaxed


def test_a_run_that_turns_back_lets_it_stop_again() -> None:
    made = _planned(_lost(*REGION))
    journal = MemoryJournal(codec(), made.world)
    (relax,) = _steps(made.plan, RelaxLastCopy)
    assert _carried(made, relax, journal=journal) is RunVerdict.HELD
    before = made.truth.database.last_copy

    wish = Request("turn-back", Wish.ABORT, "an")
    run = made.engine(journal, inbox=Wishes([wish])).resume()

    assert run.verdict is RunVerdict.UNWOUND
    assert run.states[relax] is StepState.UNDONE
    assert (before, made.truth.database.last_copy) == (LastCopy.CONTINUE, LastCopy.BLOCK)


@pytest.mark.parametrize("trouble", [t for t in Trouble if t is not Trouble.REFUSED])
def test_one_bad_message_changes_nothing(trouble: Trouble) -> None:
    made = _planned(_lost(*REGION))
    made.world.faults.append(Fault("relax-last-copy", trouble))

    verdict = _carried(made, *_gates(made.plan))

    assert verdict is RunVerdict.DONE
    assert made.truth.database.last_copy is LastCopy.CONTINUE


def test_moving_home_lets_it_stop_again_once_a_copy_confirms() -> None:
    made = _planned(_lost(*REGION))
    assert _carried(made, *_gates(made.plan)) is RunVerdict.DONE
    for host in made.plan.basis.lost:
        made.world.truth.plant.power_on(host)
    made.world.sleep(timedelta(minutes=10))
    admit(made)
    facts = made.world.eye.observe(SERVICE)
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    home = plan_switchover(made.network, facts, Move(SERVICE, SiteName("ndc01")), occasion)
    (wait,) = (
        step
        for step in home.steps
        if isinstance(step.action, AwaitCopy) and step.action.host == "ndc01-data"
    )
    (restore,) = (step for step in home.steps if isinstance(step.action, RestoreLastCopy))

    run = Rehearsal(made.network, made.world, home).carry()
    made.world.sleep(timedelta(minutes=1))

    assert restore.needs == (wait.id,)
    assert run.verdict is RunVerdict.DONE, run.waits_for()
    assert made.truth.database.last_copy is LastCopy.BLOCK
    assert made.truth.database.acknowledges


def test_it_is_not_told_to_stop_while_no_copy_confirms() -> None:
    made = _planned(_lost(*REGION))
    assert _carried(made, *_gates(made.plan)) is RunVerdict.DONE
    action = RestoreLastCopy(DATABASE, SERVICE, made.plan.id)

    against = list(Conditions(made.world.eye).objections(action))

    assert "not so: general-db has a synchronous standby" in against
