"""What was sent beyond a point of no return is never taken for something that did not happen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.runs.journal import Request, RunVerdict, Wish
from core.runs.machine import StepState
from core.runs.plan import Step, StepId
from core.runs.run import objection_to
from tests.unit.core.runs.small import Bench, step

PROMOTE = StepId("promote")
ABORT = Request("abort-1", Wish.ABORT, "an", "", None)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def _promote(**rest: object) -> Step[str]:
    return step("promote", point_of_no_return=True, **rest)  # type: ignore[arg-type]  # fields of Step


def test_what_was_sent_stays_in_doubt_though_nothing_is_to_be_seen(bench: Bench) -> None:
    bench.world.lost = ["promote"] * 9

    run = bench.start(
        step("claim", undo="not claim"), replace(_promote(), needs=(StepId("claim"),))
    )

    assert run.states[PROMOTE] is StepState.IN_DOUBT
    assert run.past_return
    assert objection_to(run, ABORT)
    assert "claim" in bench.world.true


def test_an_objection_that_comes_up_meanwhile_is_no_proof_that_it_did_not_happen(
    bench: Bench,
) -> None:
    bench.world.lost = ["promote"]
    bench.world.at(timedelta(seconds=3), lambda: bench.world.against.update(promote="old leads"))

    run = bench.start(_promote())

    assert run.states[PROMOTE] is StepState.IN_DOUBT


def test_a_late_effect_is_found_by_whoever_resumes_the_run(bench: Bench) -> None:
    bench.world.lost = ["promote"]
    bench.start(_promote(attempts=1))
    bench.world.true.add("promote")

    run = bench.engine.resume()

    assert run.closed is RunVerdict.DONE
    assert bench.world.performed == []


def test_a_step_that_is_sent_once_is_sent_again_when_a_person_resumes(bench: Bench) -> None:
    bench.world.lost = ["promote"]
    bench.start(_promote(attempts=1))

    run = bench.engine.resume()

    assert run.closed is RunVerdict.DONE
    assert bench.world.performed == ["promote"]


def test_a_no_to_the_only_thing_that_was_sent_lets_a_person_turn_back(bench: Bench) -> None:
    bench.world.refuses.add("promote")

    run = bench.start(_promote())

    assert run.states[PROMOTE] is StepState.FAILED
    assert not run.past_return
    assert not objection_to(run, ABORT)


def test_a_no_to_a_second_attempt_says_nothing_of_the_first(bench: Bench) -> None:
    bench.world.lost = ["promote"]
    bench.world.at(timedelta(seconds=11), lambda: bench.world.refuses.add("promote"))

    run = bench.start(_promote())

    assert "rejected" not in bench.told("promote")
    assert run.states[PROMOTE] is StepState.IN_DOUBT
    assert run.past_return


def test_an_effect_that_comes_and_goes_is_not_steady(bench: Bench) -> None:
    steady = step("verify", steady=timedelta(seconds=3))
    bench.world.at(timedelta(seconds=2), lambda: bench.world.true.discard("verify"))
    bench.world.at(timedelta(seconds=4), lambda: bench.world.true.add("verify"))

    run = bench.start(steady)

    assert run.closed is RunVerdict.DONE
    assert bench.world.elapsed() >= timedelta(seconds=7)
