"""What people may ask of a run, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.runs.journal import Closed, Request, RunVerdict, Where, Wish
from core.runs.machine import StepState
from core.runs.plan import OnFailure, StepId
from core.runs.run import advance, objection_to
from tests.unit.core.runs.small import Bench, Wishes, approval, plan, step

A, B, C = StepId("a"), StepId("b"), StepId("c")


def test_an_undo_that_is_refused_is_stuck_until_a_person_repairs_it() -> None:
    bench = Bench(inbox=Wishes())
    bench.world.refuses |= {"b", "not a"}
    run = bench.start(step("a", undo="not a"), step("b", "a"), on_failure=OnFailure.UNWIND)
    assert run.states[A] is StepState.STUCK

    bench.inbox = Wishes([Request("1", Wish.SKIP, "an", "by hand", A)])
    assert bench.engine.resume().closed is RunVerdict.UNWOUND


def test_a_gate_waits_for_a_person_and_opens_once() -> None:
    bench = Bench(inbox=Wishes())

    run = bench.start(step("a"), step("b", "a", gate="approve"))
    assert run.states[B] is StepState.AWAITING_APPROVAL
    assert run.waits_for() == ["b is awaiting approval: by one who may approve"]
    assert bench.world.performed == ["a"]

    bench.inbox = Wishes([approval("b")])
    assert bench.engine.resume().closed is RunVerdict.DONE
    assert bench.told("b") == ["asked", "started", "succeeded"]


def test_an_approval_opens_one_gate_and_no_other() -> None:
    bench = Bench(inbox=Wishes([approval("a")]))

    run = bench.start(step("a", gate="approve"), step("b", gate="approve"))

    assert run.states == {A: StepState.DONE, B: StepState.AWAITING_APPROVAL}
    assert bench.world.performed == ["a"]


def test_a_skipped_step_lets_the_run_go_on() -> None:
    bench = Bench(inbox=Wishes())
    bench.world.refuses.add("a")
    bench.start(step("a"), step("b", "a"))

    bench.inbox = Wishes([Request("1", Wish.SKIP, "an", "done by hand", A)])
    run = bench.engine.resume()

    assert run.closed is RunVerdict.DONE
    assert run.states == {A: StepState.SKIPPED, B: StepState.DONE}


def test_a_step_that_is_settled_is_not_skipped() -> None:
    bench = Bench(inbox=Wishes())
    bench.world.refuses.add("c")
    steps = (step("a"), step("b", "a", undo="not b"), step("c", "b"))
    run = bench.start(*steps, on_failure=OnFailure.UNWIND)
    assert run.closed is RunVerdict.UNWOUND
    run = replace(run, closed=None)

    objections = {
        name: objection_to(run, Request("1", Wish.SKIP, "an", step=name)) for name in run.states
    }

    assert objections == {A: "a step that is not settled", B: "a step that is not settled", C: ""}


def test_an_abort_before_the_point_of_no_return_undoes_what_was_done() -> None:
    bench = Bench(inbox=Wishes())
    bench.start(step("a", undo="not a"), step("b", "a", gate="approve", point_of_no_return=True))

    bench.inbox = Wishes([Request("1", Wish.ABORT, "an", "too late tonight")])
    run = bench.engine.resume()

    assert run.closed is RunVerdict.UNWOUND
    assert bench.world.performed == ["a", "not a"]


def test_a_point_of_no_return_that_was_refused_has_not_been_passed() -> None:
    bench = Bench(inbox=Wishes())
    bench.world.refuses.add("b")
    bench.start(step("a", undo="not a"), step("b", "a", point_of_no_return=True))

    bench.inbox = Wishes([Request("1", Wish.ABORT, "an", "it said no")])
    run = bench.engine.resume()

    assert run.closed is RunVerdict.UNWOUND
    assert bench.world.performed == ["a", "not a"]


def test_a_point_of_no_return_in_doubt_may_have_been_passed() -> None:
    bench = Bench(inbox=Wishes())
    bench.world.mute.add("b")
    bench.world.unseen.add("b")
    bench.start(step("a", undo="not a"), step("b", "a", point_of_no_return=True))

    bench.inbox = Wishes([Request("1", Wish.ABORT, "an")])
    run = bench.engine.resume()

    assert run.requests == ()
    assert bench.world.performed == ["a", "b"]


def test_an_abort_after_the_point_of_no_return_is_put_away_unheard() -> None:
    bench = Bench(inbox=Wishes())
    bench.start(step("a", point_of_no_return=True), step("b", "a", gate="approve"))

    wishes = Wishes([Request("1", Wish.ABORT, "an")])
    bench.inbox = wishes
    run = bench.engine.resume()

    assert run.states[A] is StepState.DONE
    assert run.requests == ()
    assert wishes.waiting == []


def test_a_request_is_in_the_journal_before_it_is_obeyed() -> None:
    bench = Bench(inbox=Wishes([Request("1", Wish.SKIP, "an", step=A)]))

    bench.start(step("a"))

    assert [record.entry.what for record in bench.journal.records()] == [
        "opened",
        "request",
        "step",
        "closed",
    ]


def test_an_approval_that_no_key_proves_opens_nothing() -> None:
    run = Bench().start(step("a", gate="approve"))

    for request in (
        Request("1", Wish.APPROVE, "binh", step=A),
        approval("a", roles=()),
        approval("a", roles=("observe", "operate")),
    ):
        assert "one who may approve, and another who asked for the run" in objection_to(
            run, request
        )


@pytest.mark.parametrize(
    ("by", "key", "may"),
    [
        ("binh", "SHA256:binh", True),
        ("an", "SHA256:another-key-of-an", False),
        ("another-name-of-an", "SHA256:an", False),
    ],
)
def test_who_asked_for_a_run_approves_nothing_of_it(by: str, key: str, *, may: bool) -> None:
    run = Bench().start(step("a", gate="approve"))

    assert (objection_to(run, approval("a", by=by, key=key)) == "") is may


@pytest.mark.parametrize("start", [None, Request("0", Wish.START, "root")])
def test_nobody_is_known_to_be_another_than_who_is_not_proved(start: Request | None) -> None:
    run = Bench().engine.start(plan(step("a", gate="approve")), Where.MEMORY, start)

    assert objection_to(run, approval("a"))


def test_a_run_that_was_given_up_goes_on_never_more() -> None:
    bench = Bench()
    bench.world.refuses.add("a")
    run = bench.start(step("a"), step("b"))
    given_up = advance(run, Request("1", Wish.GIVE_UP, "an", "the site is gone"))
    bench.journal.append(Request("1", Wish.GIVE_UP, "an", "the site is gone"))
    bench.world.refuses.clear()

    assert given_up.verdict is RunVerdict.GIVEN_UP
    assert bench.engine.resume() == given_up
    assert advance(given_up, Closed(RunVerdict.GIVEN_UP)).closed is RunVerdict.GIVEN_UP
