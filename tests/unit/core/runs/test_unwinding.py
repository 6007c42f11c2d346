"""A drill that fails undoes what it did, newest first, however badly the undoing goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.runs.journal import RunVerdict
from core.runs.machine import StepState
from core.runs.plan import OnFailure, StepId
from tests.unit.core.runs.small import Bench, step

A = StepId("a")


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_drill_unwinds_newest_first(bench: Bench) -> None:
    bench.world.refuses.add("c")

    run = bench.start(
        step("a", undo="not a"),
        step("b", "a", undo="not b"),
        step("c", "b"),
        on_failure=OnFailure.UNWIND,
    )

    assert run.closed is RunVerdict.UNWOUND
    assert bench.world.performed == ["a", "b", "not b", "not a"]


def test_a_drill_holds_once_it_is_past_the_point_of_no_return(bench: Bench) -> None:
    bench.world.refuses.add("c")

    run = bench.start(
        step("a", undo="not a"),
        step("b", "a", point_of_no_return=True),
        step("c", "b"),
        on_failure=OnFailure.UNWIND,
    )

    assert run.verdict is RunVerdict.HELD
    assert bench.world.performed == ["a", "b"]


def test_what_never_arrived_is_not_sent_again_while_unwinding(bench: Bench) -> None:
    bench.world.lost = ["b"]
    bench.world.refuses.add("c")

    run = bench.start(
        step("a", undo="not a"), step("b", "a"), step("c", "a"), on_failure=OnFailure.UNWIND
    )

    assert run.closed is RunVerdict.UNWOUND
    assert bench.told("b") == ["started", "lost", "abandoned"]
    assert bench.world.performed == ["a", "not a"]


def test_an_undo_whose_answer_is_lost_is_looked_up(bench: Bench) -> None:
    bench.world.refuses.add("b")
    bench.world.mute.add("not a")

    bench.start(step("a", undo="not a"), step("b", "a"), on_failure=OnFailure.UNWIND)

    assert bench.world.performed == ["a", "not a"]
    assert bench.told("a")[-3:] == ["undo-started", "lost", "succeeded"]


def test_an_undo_that_never_arrived_is_sent_again_whatever_stands_against_its_step(
    bench: Bench,
) -> None:
    bench.world.refuses.add("b")
    bench.world.lost = ["not a"]
    bench.world.at(timedelta(seconds=1), lambda: bench.world.against.update(a="too late"))

    run = bench.start(step("a", undo="not a"), step("b", "a"), on_failure=OnFailure.UNWIND)

    assert run.closed is RunVerdict.UNWOUND
    assert bench.world.performed == ["a", "not a"]
    assert bench.told("a")[-4:] == ["undo-started", "lost", "undo-started", "succeeded"]


def test_an_undo_that_never_arrives_is_sent_only_so_often(bench: Bench) -> None:
    bench.world.refuses.add("b")
    bench.world.lost = ["not a"] * 9

    run = bench.start(
        step("a", undo="not a", attempts=2), step("b", "a"), on_failure=OnFailure.UNWIND
    )

    assert run.states[A] is StepState.STUCK
    assert run.verdict is RunVerdict.HELD
    assert bench.told("a").count("undo-started") == 2


def test_a_step_without_an_undo_stays_as_it_is(bench: Bench) -> None:
    bench.world.refuses.add("c")

    run = bench.start(
        step("a", undo="not a"), step("b", "a"), step("c", "b"), on_failure=OnFailure.UNWIND
    )

    assert run.closed is RunVerdict.UNWOUND
    assert bench.world.performed == ["a", "b", "not a"]
    assert run.states[StepId("b")] is StepState.DONE
