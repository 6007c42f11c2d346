"""What a failover moved and is lost again at once is moved again only by a person who says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import PlanRefused
from core.runs.journal import RunVerdict, Where
from core.runs.plan import RunName
from dr.planning.findings import Caution
from dr.planning.plan import RecoveryPlan, codec
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.reporting.ending import Ending
from dr.reporting.report import Noticed, report
from dr.reporting.report_json import report_json
from dr.simulation.journal import MemoryJournal
from dr.watch.judging import rest_of
from inventory.names import OperatorName, SiteName
from tests.failovers import Loss, admit, failover
from tests.rehearsals import SERVICE, Rehearsal

HOME, REFUGE = SiteName("ndc01"), SiteName("ndc02")
AGAIN = RunName("20300101-000500-again")
REASON = "the chief of operations: the second site burns as well"
REST = rest_of(failover(HOME).network.service(SERVICE))


def _moved() -> Rehearsal:
    """Return a world in which a failover moved the service a moment ago, and its home is back."""
    made = failover(HOME)
    assert made.carry().closed is RunVerdict.DONE
    for host in made.plan.basis.lost:
        made.world.truth.plant.power_on(host)
    made.world.sleep(timedelta(seconds=30))
    admit(made)
    assert made.truth.placements[-1].site == REFUGE
    return made


def _lost_again(made: Rehearsal, despite: str = "") -> RecoveryPlan:
    """Return the plan without the site that serves now, whose hosts lose their power."""
    lost = frozenset(host.name for host in made.network.hosts_at(REFUGE))
    for host in sorted(lost):
        made.world.truth.plant.power_off(host)
    made.world.sleep(timedelta(seconds=3))
    without = Loss(made.network, made.world, lost, REFUGE)
    return replace(without.plan(despite=despite), id=AGAIN)


def test_it_is_refused_with_what_to_type() -> None:
    with pytest.raises(PlanRefused, match="shortly after a failover moved it") as caught:
        _lost_again(_moved())

    assert caught.value.next_step.endswith('ndc dr failover --lost ndc02 --despite "…"')


def test_with_a_reason_it_is_moved_and_the_report_says_who_passed_over_what() -> None:
    made = _moved()
    plan = _lost_again(made, REASON)
    journal = MemoryJournal(codec(), made.world)

    run = Rehearsal(made.network, made.world, plan).engine(journal).start(plan, Where.MEMORY)

    assert [one.kind for one in plan.basis.passed_over] == [Caution.FLAPPING]
    assert run.closed is RunVerdict.DONE, run.waits_for()
    told = report_json(report(journal.records(), [Noticed(made.truth.service, None, Ending())]))
    assert REASON in told
    assert "shortly after a failover moved it" in told


def test_once_its_rest_is_over_it_is_a_loss_like_any_other() -> None:
    made = _moved()
    made.world.sleep(REST)

    assert _lost_again(made).basis.passed_over == ()


def test_what_a_person_moved_on_purpose_meanwhile_is_moved_without_a_reason() -> None:
    made = _moved()
    for target in (HOME, REFUGE):
        occasion = Occasion(
            RunName(f"20300101-0004-to-{target}"), made.world.now(), OperatorName("an")
        )
        facts = made.world.eye.observe(SERVICE)
        plan = plan_switchover(made.network, facts, Move(SERVICE, target), occasion)
        there = Rehearsal(made.network, made.world, plan)
        assert there.carry().closed is RunVerdict.DONE

    assert _lost_again(made).basis.passed_over == ()


def test_a_move_home_after_a_failover_needs_no_reason() -> None:
    made = _moved()
    facts = made.world.eye.observe(SERVICE)
    occasion = Occasion(AGAIN, made.world.now(), OperatorName("an"))

    plan = plan_switchover(made.network, facts, Move(SERVICE, HOME), occasion)

    assert facts.failed_over
    assert plan.basis.passed_over == ()
