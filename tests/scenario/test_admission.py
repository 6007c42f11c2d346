"""What returns after it was given up takes part in nothing until a person admits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from typing_extensions import override

from core.errors import NotSeen, PlanRefused
from core.runs.journal import Request, RunVerdict, Wish
from core.runs.plan import StepId
from dr.actions import AnnounceService
from dr.admission import Exclusion
from dr.looking.eye import Eye
from dr.looking.store_looks import survey_stores
from dr.loss_actions import Exclude, TakeOver
from dr.planning.plan import RecoveryPlan, codec
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.planning.store_losses import stores_after
from dr.simulation.agents import Agents
from dr.simulation.exclusions import SimulatedExclusions
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from inventory.names import HostName, OperatorName, SiteName
from tests.failovers import RUN, failover
from tests.rehearsals import SERVICE, Rehearsal
from tests.store_losses import store_loss
from tests.unit.core.runs.small import Wishes

APP, DATA = HostName("ndc01-app"), HostName("ndc01-data")
HOME = SiteName("ndc01")


class Silent(SimulatedExclusions):
    """Nobody can be asked who is excluded; all else is seen."""

    @override
    def excluded(self) -> Mapping[HostName, Exclusion]:
        raise NotSeen("no quorum answered", refused=False)


def _returned() -> Rehearsal:
    """Return a world in which a site was given up, and all of it is back for ten minutes."""
    made = failover("ndc01")
    made.carry()
    for host in made.plan.basis.lost:
        made.world.truth.plant.power_on(host)
    made.world.sleep(timedelta(minutes=10))
    return made


def _homewards(made: Rehearsal) -> RecoveryPlan:
    facts = made.world.eye.observe(SERVICE)
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    return plan_switchover(made.network, facts, Move(SERVICE, HOME), occasion)


def _admit(made: Rehearsal, *hosts: HostName) -> None:
    door = made.world.doors.exclusions
    door.admit({host: one for host, one in door.excluded().items() if host in hosts})


def test_what_may_serve_or_holds_data_is_kept_out_before_others_take_over() -> None:
    plan = failover("ndc01").plan

    (step,) = [one for one in plan.steps if isinstance(one.action, Exclude)]
    (promote,) = [one for one in plan.steps if isinstance(one.action, TakeOver)]
    announced = [one for one in plan.steps if isinstance(one.action, AnnounceService)]
    assert step.action == Exclude((APP, DATA), plan.basis.made_at, SERVICE, plan.id)
    assert step.id in promote.needs
    assert announced


def test_nothing_is_moved_to_what_nobody_admitted() -> None:
    made = _returned()

    with pytest.raises(PlanRefused) as caught:
        _homewards(made)

    assert caught.value.what.endswith("was given up, and nobody admitted it since")
    assert caught.value.next_step == "ndc dr admit ndc01 shows what it would bring back"


def test_nothing_is_moved_while_the_one_answer_is_missing_that_tells_who_is_kept_out() -> None:
    made = _returned()
    doors = replace(made.world.doors, exclusions=Silent(made.world.truth))
    eye = Eye(made.network, doors, made.world)
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))

    with pytest.raises(PlanRefused, match="would come to a host that was given up"):
        plan_switchover(made.network, eye.observe(SERVICE), Move(SERVICE, HOME), occasion)


def test_no_store_begins_elsewhere_while_that_answer_is_missing() -> None:
    made = store_loss("ndc01")
    doors = replace(made.world.doors, exclusions=Silent(made.world.truth))
    eye = Eye(made.network, doors, made.world)

    facts = survey_stores(eye, made.network.stores, made.lost)
    stores = stores_after(made.network, facts, made.lost, None)

    assert (made.stores().moves != (), stores.moves) == (True, ())


def test_what_was_admitted_is_moved_to_as_before() -> None:
    made = _returned()
    _admit(made, APP, DATA)

    run = Rehearsal(made.network, made.world, _homewards(made)).carry()

    assert run.closed is RunVerdict.DONE
    assert made.truth.announcing == {APP}
    assert made.citizens.lost == []


def test_a_host_that_nobody_admitted_announces_nothing_though_the_service_is_placed_there() -> None:
    made = failover("ndc01-app")
    made.carry()
    assert made.truth.placements[-1].site == "ndc02"
    made.truth.placements.append(made.truth.placements[0].__class__(HOME, 3, None))
    Agents(made.world, SERVICE, [APP])
    made.world.truth.plant.power_on(APP)

    made.world.sleep(timedelta(minutes=1))
    out = APP in made.truth.announcing
    _admit(made, APP)
    made.world.sleep(timedelta(minutes=1))

    assert not out
    assert APP in made.truth.announcing


def test_who_announces_when_it_is_given_up_withdraws_once_it_is_placed_elsewhere() -> None:
    made = failover("ndc01")
    made.carry()
    for host in made.plan.basis.lost:
        made.world.truth.plant.power_on(host)
    made.truth.announcing.add(APP)
    Agents(made.world, SERVICE)

    made.world.sleep(timedelta(minutes=1))

    assert APP not in made.truth.announcing


def test_a_run_that_turns_back_keeps_nobody_out() -> None:
    made = failover("ndc01")
    made.world.faults.append(Fault("take-over", Trouble.REFUSED))
    journal = MemoryJournal(codec(), made.world)
    held = made.carry(journal)
    assert made.world.doors.exclusions.excluded().keys() == {APP, DATA}

    wish = Request("turn-back", Wish.ABORT, "an")
    run = made.engine(journal, inbox=Wishes([wish])).resume()

    assert held.verdict is RunVerdict.HELD
    assert run.states[StepId("exclude")] == "undone"
    assert made.world.doors.exclusions.excluded() == {}


@pytest.mark.parametrize("trouble", [t for t in Trouble if t is not Trouble.REFUSED])
def test_one_bad_message_keeps_out_neither_more_nor_less(trouble: Trouble) -> None:
    made = failover("ndc01")
    made.world.faults.append(Fault("exclude", trouble))
    journal = MemoryJournal(codec(), made.world)

    run = made.carry(journal)
    made.world.sleep(timedelta(seconds=60))
    run = run if run.closed else made.engine(journal).resume()

    assert run.closed is RunVerdict.DONE
    assert made.world.doors.exclusions.excluded().keys() == {APP, DATA}
