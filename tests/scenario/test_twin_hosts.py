"""A service that two hosts of each site may serve: moved in the simulated world, agents beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import PlanRefused
from core.runs.journal import RunVerdict
from dr.actions import AnnounceService, WithdrawService, WriteCanary
from dr.facts import Facts
from dr.planning.plan import RecoveryPlan
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.planning.rules.table import refusals
from dr.simulation.agents import Agents
from inventory.names import HostName, OperatorName, ServiceName, SiteName
from tests.networks import TWIN_HOSTS, network
from tests.rehearsals import RUN, Rehearsal, rehearsal_in

PORTAL = ServiceName("portal")
WEST = Move(PORTAL, SiteName("west"))
ONE, TWO = HostName("west-one"), HostName("west-two")
OLD = {HostName("east-one"), HostName("east-two")}


def _made(seed: int = 0) -> Rehearsal:
    return rehearsal_in(network("twins", TWIN_HOSTS), PORTAL, seed, "west")


def _planned(made: Rehearsal, facts: Facts, despite: str = "") -> RecoveryPlan:
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    return plan_switchover(made.network, facts, replace(WEST, despite=despite), occasion)


def _hosts(plan: RecoveryPlan, kind: type) -> set[HostName]:
    return {step.action.host for step in plan.steps if isinstance(step.action, kind)}  # type: ignore[union-attr]  # of those kinds


@pytest.mark.parametrize("seed", range(10))
def test_every_host_of_the_target_announces_before_any_of_the_source_withdraws(seed: int) -> None:
    made = _made(seed)
    Agents(made.world, PORTAL, every=timedelta(milliseconds=150))

    run = made.carry()
    made.world.sleep(timedelta(minutes=1))

    assert run.closed is RunVerdict.DONE, run.waits_for()
    assert made.truth.announcing == {ONE, TWO}
    assert all(those >= {ONE, TWO} or those >= OLD for those in made.truth.routes)
    assert made.citizens.lost == []


def test_a_host_that_is_not_ready_is_left_to_its_agent() -> None:
    made = _made()
    facts = made.world.eye.observe(PORTAL)

    one_is_out = replace(facts, answering=facts.answering - {TWO})

    with pytest.raises(PlanRefused, match="fewer hosts would serve portal at west than at east"):
        _planned(made, one_is_out)
    plan = _planned(made, one_is_out, "the other one is repaired by noon")

    assert _hosts(plan, WriteCanary) == _hosts(plan, AnnounceService) == {ONE}
    assert _hosts(plan, WithdrawService) == OLD


def test_a_site_where_no_host_is_ready_is_refused_with_each_of_them() -> None:
    made = _made()
    facts = made.world.eye.observe(PORTAL)
    dead = replace(facts, answering=facts.answering - {ONE, TWO})

    found = [refusal.what for refusal in refusals(made.network, dead, WEST)]

    assert found == [f"portal is not ready on {host}" for host in (ONE, TWO)]
    with pytest.raises(PlanRefused):
        _planned(made, dead)
