"""A word that lapsed lets nothing begin: its step waits again, and says since when and for what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import JournalCorrupt
from core.runs.journal import Request, RunVerdict, StepEvent, Wish
from core.runs.machine import EventKind, StepState
from core.runs.plan import StepId
from core.runs.run import advance, fold, objection_to
from dr.simulation.timeline import BEGINNING
from tests.unit.core.runs.small import Bench, Wishes, approval, step

A, B = StepId("a"), StepId("b")
GATED = step("a", gate="approve")
LIFE, DAYS = timedelta(minutes=15), timedelta(days=3)
SAID = "what was approved counted until 2030-01-01 00:15:00 UTC; it has to be approved again"


def _anew(bench: Bench, name: str) -> Wishes:
    """Return what a second person asks who approves the step called ``name`` now."""
    request = approval(name, until=bench.world.now() + LIFE)
    return Wishes([replace(request, id=f"again-{name}")])


def test_a_step_that_was_approved_before_its_turn_waits_again_if_its_turn_comes_late() -> None:
    bench = Bench(inbox=Wishes([approval("b")]))
    bench.world.refuses.add("a")
    bench.start(step("a"), step("b", "a", gate="approve"))
    bench.world.refuses.clear()
    bench.world.sleep(timedelta(minutes=20))

    late = bench.engine.resume()
    bench.inbox = _anew(bench, "b")
    run = bench.engine.resume()

    assert (late.states[B], late.verdict) == (StepState.AWAITING_APPROVAL, RunVerdict.HELD)
    assert late.waits_for() == [f"b is awaiting approval: {SAID}: ndc dr approve run b"]
    assert run.closed is RunVerdict.DONE
    assert bench.told("b") == ["lapsed", "started", "succeeded"]


@pytest.mark.parametrize(("later", "told"), [(LIFE / 2, "started"), (DAYS, "lapsed")])
def test_what_failed_is_sent_again_only_while_its_approval_counts(
    later: timedelta, told: str
) -> None:
    bench = Bench(inbox=Wishes([approval("a")]))
    bench.world.refuses.add("a")
    bench.start(GATED)
    bench.world.refuses.clear()
    bench.world.sleep(later)

    run = bench.engine.resume()

    assert bench.told("a")[:3] == ["started", "rejected", told]
    assert (run.closed is RunVerdict.DONE) is (bench.world.performed == ["a"]) is (told != "lapsed")
    assert bench.engine.resume().verdict is run.verdict
    assert fold(bench.journal.records()) == run


def test_a_step_in_doubt_that_had_not_happened_is_not_sent_again_days_later() -> None:
    bench = Bench(inbox=Wishes([approval("a")]))
    bench.world.lost.append("a")
    bench.world.unseen.add("a")
    bench.start(replace(GATED, point_of_no_return=True))
    bench.world.unseen.clear()
    bench.world.sleep(DAYS)

    late = bench.engine.resume()
    again = bench.engine.resume()
    bench.inbox = _anew(bench, "a")
    run = bench.engine.resume()

    assert late.waits_for() == [f"a is in doubt: {SAID}: ndc dr approve run a"]
    assert objection_to(late, Request("1", Wish.ABORT, "an"))
    assert again == late
    assert run.closed is RunVerdict.DONE
    assert bench.told("a") == ["started", "lost", "lapsed", "started", "succeeded"]


def test_who_turns_back_needs_no_approval_of_what_lapsed_in_doubt() -> None:
    bench = Bench(inbox=Wishes([approval("a")]))
    bench.world.lost.append("a")
    bench.world.unseen.add("a")
    bench.start(GATED)
    bench.world.unseen.clear()
    bench.world.sleep(DAYS)
    bench.engine.resume()

    bench.inbox = Wishes([Request("back", Wish.ABORT, "an")])

    assert bench.engine.resume().closed is RunVerdict.UNWOUND
    assert bench.world.performed == []


def test_what_began_in_time_is_carried_on_by_who_began_it() -> None:
    bench = Bench(inbox=Wishes([approval("a", until=BEGINNING + timedelta(seconds=1))]))
    bench.world.lost.append("a")

    run = bench.start(GATED)

    assert run.closed is RunVerdict.DONE
    assert bench.told("a") == ["started", "lost", "started", "succeeded"]


def test_an_approval_that_does_not_say_until_when_lets_nothing_begin() -> None:
    run = Bench(inbox=Wishes([replace(approval("a"), until=None)])).start(GATED)

    assert run.states[A] is StepState.AWAITING_APPROVAL
    assert "does not say until when; it has to be approved again" in run.waits_for()[0]


def test_a_journal_in_which_a_lapse_is_passed_over_is_not_believed() -> None:
    bench = Bench(inbox=Wishes([replace(approval("a"), until=None)]))
    run = bench.start(GATED)

    with pytest.raises(JournalCorrupt, match="the start of a"):
        advance(run, StepEvent(A, EventKind.STARTED))


def test_a_point_of_no_return_that_may_have_come_about_is_past_though_its_step_waits() -> None:
    bench = Bench()
    run = bench.start(replace(GATED, point_of_no_return=True))
    told = [EventKind.STARTED, EventKind.LOST, EventKind.ABANDONED, EventKind.LAPSED]

    run = advance(run, approval("a"))
    for entry in (StepEvent(A, event) for event in told):
        run = advance(run, entry)

    assert run.states[A] is StepState.AWAITING_APPROVAL
    assert run.past_return
