"""A site or a host is lost in the simulated world; messages go wrong while others take over."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from core.runs.journal import RunVerdict
from core.runs.machine import StepState
from core.runs.plan import StepId
from dr.loss_actions import TakeOver
from dr.planning.plan import codec
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from inventory.names import HostName
from tests.failovers import failover, loss
from tests.rehearsals import SERVICE, Rehearsal, kinds

LOSSES = (("ndc01",), ("ndc01-data",), ("ndc01-app",), ("ndc01-data", "ndc01-app"))
KINDS = kinds(failover("ndc01").plan)
SURVIVABLE = tuple(trouble for trouble in Trouble if trouble is not Trouble.REFUSED)
SO_ALREADY = frozenset({"verify-service", "cut-power"})
"""what is so already is no failure, whoever says no: the hosts of a lost site have no power"""


def _safe(made: Rehearsal) -> None:
    """Check what must never happen, from what the world remembers."""
    epochs = [placed.epoch for placed in made.truth.placements]
    assert made.citizens.lost == []
    assert epochs == list(range(1, len(epochs) + 1))
    assert made.truth.database.forks <= 1
    assert len(made.effects) == len(set(made.effects)), "something was done twice"
    assert not made.truth.announcing & made.world.truth.plant.off


@pytest.mark.parametrize("names", LOSSES)
def test_what_is_lost_is_served_elsewhere_and_nothing_is_lost(names: tuple[str, ...]) -> None:
    made = failover(*names)

    run = made.carry()

    assert run.closed is RunVerdict.DONE, run.waits_for()
    assert made.truth.announcing == {HostName("ndc02-app")}
    assert made.truth.database.leader == HostName("ndc02-data")
    assert made.citizens.acknowledged[-1].site == "ndc02"
    _safe(made)


def test_with_proof_nobody_waits_for_the_end_of_the_lease() -> None:
    made = failover("ndc01")

    made.carry()

    assert made.citizens.gap < timedelta(seconds=8)


@pytest.mark.parametrize(("kind", "trouble"), [*itertools.product(KINDS, SURVIVABLE)])
def test_one_bad_message_changes_nothing_for_the_citizens(kind: str, trouble: Trouble) -> None:
    made = failover("ndc01")
    made.world.faults.append(Fault(kind, trouble))
    journal = MemoryJournal(codec(), made.world)

    run = made.carry(journal)
    made.world.sleep(timedelta(seconds=60))
    if run.closed is None:
        run = made.engine(journal).resume()
        made.world.sleep(timedelta(seconds=60))

    assert run.closed is RunVerdict.DONE, run.waits_for()
    _safe(made)


@pytest.mark.parametrize("kind", KINDS)
def test_a_target_that_says_no_stops_the_run_where_it_stands(kind: str) -> None:
    made = failover("ndc01")
    made.world.faults.append(Fault(kind, Trouble.REFUSED))

    run = made.carry()

    failed = [name for name, state in run.states.items() if state is StepState.FAILED]
    assert (run.closed is RunVerdict.DONE) if kind in SO_ALREADY else len(failed) == 1
    _safe(made)


@pytest.mark.parametrize("seed", range(60))
def test_many_bad_messages_end_well_or_are_held_and_are_always_safe(seed: int) -> None:
    made = failover("ndc01", seed=seed)
    dice = made.world.random
    made.world.faults += [
        Fault(dice.choice(KINDS), dice.choice([*Trouble]), dice.randint(1, 4)) for _ in range(5)
    ]

    run = made.carry()
    made.world.sleep(timedelta(seconds=60))

    assert run.verdict in {RunVerdict.DONE, RunVerdict.HELD} or run.steps_in(StepState.IN_DOUBT)
    _safe(made)


def test_the_key_to_lead_by_is_not_taken_from_a_leader_that_has_power_again() -> None:
    made = failover("ndc01")
    (promote,) = [s for s in made.plan.steps if isinstance(s.action, TakeOver)]
    made.world.faults.append(Fault("take-over", Trouble.SLOW))
    plant, lost = made.world.truth.plant, HostName("ndc01-data")
    made.world.timeline.at(timedelta(seconds=1), lambda: plant.power_on(lost))

    run = made.carry()

    assert run.states[StepId(promote.id)] is not StepState.DONE or made.truth.database.forks == 1
    _safe(made)


def test_after_the_lease_patroni_may_have_acted_and_the_plan_still_holds() -> None:
    made = loss("ndc01")
    plan = made.plan()
    made.world.sleep(timedelta(seconds=30))

    run = Rehearsal(made.network, made.world, plan).carry()

    assert run.closed is RunVerdict.DONE, run.waits_for()
    assert made.world.truth.at(SERVICE).database.forks == 1
