"""What the engine does with answers, and with silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from typing_extensions import override

from core.clock import Clock
from core.errors import JournalCorrupt, PlanRefused, Rejected
from core.runs.engine import BLIND, LOOK_EVERY, PATIENCE
from core.runs.journal import Codec, Entry, Record, RunVerdict
from core.runs.machine import StepState
from core.runs.plan import Step, StepId
from dr.simulation.journal import MemoryJournal
from tests.unit.core.runs.small import CODEC, Bench, plan, step

A, B = StepId("a"), StepId("b")


class Full(MemoryJournal[str, None]):
    """Takes ``room`` records and no more."""

    def __init__(self, codec: Codec[str, None], clock: Clock, room: int) -> None:
        super().__init__(codec, clock)
        self._room = room

    @override
    def append(self, entry: Entry[str, None]) -> Record[str, None]:
        if len(self.lines) == self._room:
            raise Rejected("the disk is full")
        return super().append(entry)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_steps_are_done_in_the_order_of_their_needs(bench: Bench) -> None:
    run = bench.start(step("a"), step("b", "a"), step("c", "b"))

    assert run.closed is RunVerdict.DONE
    assert bench.world.performed == ["a", "b", "c"]


def test_independent_steps_run_side_by_side(bench: Bench) -> None:
    bench.start(step("a"), step("b"), step("c", "a", "b"))

    entries = [record.entry for record in bench.journal.records()]
    events = [(e.step, e.event) for e in entries if e.what == "step"]
    assert events[:2] == [("a", "started"), ("b", "started")]


def test_what_may_begin_together_is_looked_at_together(bench: Bench) -> None:
    bench.start(step("a"), step("b"), step("c", "a", "b"))

    assert [asked for asked in bench.world.asked if asked] == [("a", "b"), ("c",)]


def test_a_refusal_holds_the_run_and_leaves_the_rest_untouched(bench: Bench) -> None:
    bench.world.refuses.add("a")

    run = bench.start(step("a"), step("b", "a"))

    assert run.states == {A: StepState.FAILED, B: StepState.PENDING}
    assert run.verdict is RunVerdict.HELD
    assert run.waits_for() == ["a is failed: it said no"]


def test_a_lost_answer_is_looked_up_and_not_repeated(bench: Bench) -> None:
    bench.world.mute.add("a")

    run = bench.start(step("a"))

    assert run.closed is RunVerdict.DONE
    assert bench.world.performed == ["a"]
    assert bench.told("a") == ["started", "lost", "succeeded"]


def test_what_never_arrived_is_sent_again_after_looking(bench: Bench) -> None:
    bench.world.lost = ["a"]

    run = bench.start(step("a"))

    assert run.closed is RunVerdict.DONE
    assert bench.told("a") == ["started", "lost", "started", "succeeded"]


@pytest.mark.parametrize("arrives", [True, False], ids=["it-had-arrived", "it-never-arrived"])
def test_an_answer_that_says_neither_is_looked_into_at_once(arrives: bool, bench: Bench) -> None:  # noqa: FBT001 - the cases
    bench.world.uncertain.add("a")
    bench.world.lost = [] if arrives else ["a"]

    run = bench.start(step("a", deadline=timedelta(hours=1)))

    again = [] if arrives else ["started", "lost"]
    assert run.closed is RunVerdict.DONE
    assert bench.world.performed == ["a"]
    assert bench.told("a") == ["started", "lost", *again, "succeeded"]
    assert bench.world.elapsed() < timedelta(minutes=1)


def test_a_step_is_not_sent_again_once_its_precondition_is_gone(bench: Bench) -> None:
    bench.world.lost = ["a"]
    bench.world.at(timedelta(seconds=1), lambda: bench.world.against.update(a="too late"))

    run = bench.start(step("a"))

    assert bench.world.performed == []
    assert bench.told("a") == ["started", "lost", "abandoned"]
    assert run.waits_for() == ["a is failed: too late"]


@pytest.mark.parametrize(("sent", "times"), [(step("a"), 3), (step("a", attempts=2), 2)])
def test_a_step_is_sent_only_so_often(sent: Step[str], times: int, bench: Bench) -> None:
    bench.world.lost = ["a"] * 9

    run = bench.start(sent)

    assert run.states[A] is StepState.FAILED
    assert bench.told("a").count("started") == times
    assert bench.world.lost == ["a"] * (9 - times)


def test_before_its_effect_may_have_settled_nothing_is_sent_again(bench: Bench) -> None:
    bench.world.lost = ["a"]
    bench.start(step("a", deadline=timedelta(seconds=1), settle=timedelta(seconds=4)))

    at = [record.at for record in bench.journal.records()]
    assert at[3] - at[2] >= timedelta(seconds=4)


def test_a_yes_is_not_believed_before_it_is_seen(bench: Bench) -> None:
    bench.world.unseen.add("a")
    bench.world.at(timedelta(seconds=3), bench.world.unseen.clear)

    bench.start(step("a"))

    at = [record.at for record in bench.journal.records()]
    assert bench.told("a") == ["started", "succeeded"]
    assert at[2] - at[1] >= timedelta(seconds=3)


def test_what_a_yes_leaves_open_is_told_once_its_time_is_over(bench: Bench) -> None:
    bench.world.unseen.add("a")
    bench.world.open["a"] = "the log is torn"

    bench.start(step("a"))

    events = [r.entry for r in bench.journal.records() if r.entry.what == "step"]
    assert events[-1].note == (
        "it said yes, but nothing is to be seen within 10 s: the log is torn"
    )


def test_what_cannot_be_seen_holds_the_run_in_doubt(bench: Bench) -> None:
    bench.world.unseen.add("a")
    bench.world.mute.add("a")

    run = bench.start(step("a"), step("b", "a"))

    assert run.states[A] is StepState.IN_DOUBT
    assert run.closed is None
    assert bench.world.performed == ["a"]
    assert bench.world.elapsed() > BLIND


def test_doubts_that_began_at_different_times_do_not_keep_each_other_alive(bench: Bench) -> None:
    bench.world.unseen |= {"a", "b"}
    bench.world.mute |= {"a", "b"}
    bench.world.at(timedelta(minutes=5), lambda: pytest.fail("it still looks"))

    run = bench.start(step("a"), step("b", deadline=timedelta(seconds=17)))

    assert set(run.states.values()) == {StepState.IN_DOUBT}
    assert run.closed is None


def test_a_run_that_was_held_in_doubt_goes_on_once_it_can_be_seen(bench: Bench) -> None:
    bench.world.unseen.add("a")
    bench.world.mute.add("a")
    bench.start(step("a"), step("b", "a"))

    bench.world.unseen.clear()
    run = bench.engine.resume()

    assert run.closed is RunVerdict.DONE
    assert bench.world.performed == ["a", "b"]


def test_a_refusal_of_what_is_so_already_is_no_failure(bench: Bench) -> None:
    bench.world.refuses.add("a")
    bench.world.true.add("a")

    assert bench.start(step("a")).closed is RunVerdict.DONE


def test_an_objection_that_lasts_fails_the_step_without_sending_it(bench: Bench) -> None:
    bench.world.against["a"] = "not yet"

    run = bench.start(step("a"))

    assert run.states[A] is StepState.FAILED
    assert bench.told("a") == ["refused"]
    assert bench.world.elapsed() >= PATIENCE


def test_an_objection_that_passes_is_waited_out(bench: Bench) -> None:
    bench.world.against["a"] = "not yet"
    bench.world.at(timedelta(seconds=2), bench.world.against.clear)

    assert bench.start(step("a")).closed is RunVerdict.DONE


def test_an_objection_does_not_outlive_a_failure_beside_it(bench: Bench) -> None:
    bench.world.against["a"] = "not yet"
    bench.world.refuses.add("b")

    run = bench.start(step("a"), step("b"))

    assert run.states == {A: StepState.PENDING, B: StepState.FAILED}


def test_a_finished_run_cannot_be_started_over(bench: Bench) -> None:
    bench.start(step("a"))
    before = bench.journal.records()

    with pytest.raises(JournalCorrupt, match="cannot come next"):
        bench.start(step("a"))

    assert bench.journal.records() == before


def test_a_finished_run_is_resumed_without_doing_anything(bench: Bench) -> None:
    run = bench.start(step("a"))
    before = bench.journal.records()

    assert bench.engine.resume() == run
    assert bench.journal.records() == before


def test_there_is_nothing_to_resume_without_a_run(bench: Bench) -> None:
    with pytest.raises(JournalCorrupt, match="no run to resume"):
        bench.engine.resume()


def test_a_journal_that_cannot_be_written_stops_the_run_before_the_act() -> None:
    bench = Bench()
    bench.journal = Full(CODEC, bench.world, room=1)

    with pytest.raises(Rejected, match="full"):
        bench.start(step("a"))

    assert bench.world.performed == []


def test_a_step_that_needs_a_later_one_is_no_plan() -> None:
    with pytest.raises(PlanRefused, match="step a of run cannot stand where it stands"):
        plan(step("a", "b"), step("b"))


def test_two_steps_of_one_name_are_no_plan() -> None:
    with pytest.raises(PlanRefused, match="step a of run cannot stand where it stands"):
        plan(step("a"), step("a"))


def test_once_a_step_is_refused_another_that_was_ready_is_not_begun(bench: Bench) -> None:
    bench.world.against |= {"a": "it is taken", "b": "not yet"}
    bench.world.at(PATIENCE - LOOK_EVERY / 2, lambda: bench.world.against.update({"b": ""}))

    run = bench.start(step("a"), step("b"))

    assert run.states == {A: StepState.FAILED, B: StepState.PENDING}
    assert bench.world.performed == []
