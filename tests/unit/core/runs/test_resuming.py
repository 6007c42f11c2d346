"""Who resumes a run has what failed looked at again, and begun once more."""

from __future__ import annotations

import pytest

from core.runs.journal import Request, RunVerdict, Wish
from core.runs.machine import StepState
from core.runs.plan import OnFailure, StepId
from core.runs.run import objection_to
from tests.unit.core.runs.small import Bench, Wishes, step

A = StepId("a")


@pytest.fixture
def bench() -> Bench:
    """Return a bench on which ``a`` was refused, and ``b`` waits for it."""
    bench = Bench()
    bench.world.refuses.add("a")
    assert bench.start(step("a", undo="not a"), step("b", "a")).verdict is RunVerdict.HELD
    return bench


def test_what_failed_is_sent_again_once_nothing_objects(bench: Bench) -> None:
    bench.world.refuses.clear()

    assert bench.engine.resume().closed is RunVerdict.DONE
    assert bench.told("a") == ["started", "rejected", "started", "succeeded"]


def test_what_became_so_meanwhile_is_done_and_not_sent_again(bench: Bench) -> None:
    bench.world.true.add("a")

    assert bench.engine.resume().closed is RunVerdict.DONE
    assert bench.told("a") == ["started", "rejected", "succeeded"]


def test_what_may_still_not_be_begun_stays_failed(bench: Bench) -> None:
    bench.world.against["a"] = "the site is dark"

    run = bench.engine.resume()

    assert run.states[A] is StepState.FAILED
    assert bench.told("a") == ["started", "rejected"]
    assert objection_to(run, Request("1", Wish.ABORT, "an")) == ""


def test_what_fails_again_leaves_the_run_as_it_was(bench: Bench) -> None:
    run = bench.engine.resume()

    assert (run.states[A], run.verdict) == (StepState.FAILED, RunVerdict.HELD)


def test_who_aborts_has_nothing_sent_again(bench: Bench) -> None:
    bench.world.refuses.clear()
    bench.inbox = Wishes([Request("1", Wish.ABORT, "an")])

    assert bench.engine.resume().closed is RunVerdict.UNWOUND
    assert "a" not in bench.world.performed


def test_who_skips_a_step_has_it_not_sent_again(bench: Bench) -> None:
    bench.world.refuses.clear()
    bench.inbox = Wishes([Request("1", Wish.SKIP, "an", "by hand", A)])

    assert bench.engine.resume().closed is RunVerdict.DONE
    assert bench.world.performed == ["b"]


def test_a_drill_that_failed_unwinds_and_is_not_begun_again() -> None:
    bench = Bench()
    bench.world.refuses.add("b")

    bench.start(step("a", undo="not a"), step("b", "a"), on_failure=OnFailure.UNWIND)

    assert bench.engine.resume().closed is RunVerdict.UNWOUND
