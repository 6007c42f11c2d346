"""What people have to attest waits for enough of them, each with a key, and not for long."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.runs.journal import Proof, Request, RunVerdict, Wish
from core.runs.machine import StepState
from core.runs.plan import StepId
from core.runs.run import objection_to
from dr.simulation.timeline import BEGINNING
from tests.unit.core.runs.small import Bench, Wishes, approval, step

A, B = StepId("a"), StepId("b")
LIFE = timedelta(minutes=15)
LATER = timedelta(minutes=20)


def _attests(
    by: str, *, key: str = "", roles: tuple[str, ...] = ("approve",), since: datetime = BEGINNING
) -> Request:
    proof = Proof(key or f"SHA256:{by}", "…", roles)
    name = f"{since:%H%M%S}-{by}-{key}"
    return Request(name, Wish.ATTEST, by, "seen dark", A, proof=proof, until=since + LIFE)


def _bench(*requests: Request) -> Bench:
    return Bench(inbox=Wishes([*requests]))


TWO = step("a", gate="approve", attested_by=2)
AN, BINH = _attests("an"), _attests("binh")


def test_one_persons_word_begins_nothing() -> None:
    bench = _bench(AN)

    run = bench.start(TWO, step("b", "a"))

    assert run.verdict is RunVerdict.HELD
    assert run.waits_for() == ["a is awaiting approval: by 2 people who may approve"]
    assert bench.world.performed == []


def test_two_of_whom_one_asked_for_the_run_are_enough() -> None:
    bench = _bench(AN)
    bench.start(TWO, step("b", "a"))

    bench.inbox = Wishes([BINH])
    run = bench.engine.resume()

    assert run.closed is RunVerdict.DONE
    assert run.requests == (AN, BINH)


@pytest.mark.parametrize(
    "other",
    [
        _attests("an", since=BEGINNING + timedelta(seconds=1)),
        _attests("an", key="SHA256:another-key-of-an"),
        _attests("another-name-of-an", key="SHA256:an"),
    ],
    ids=["again", "with-another-key", "under-another-name"],
)
def test_one_person_is_not_two(other: Request) -> None:
    run = _bench(AN, other).start(TWO)

    assert len(run.requests) == 2
    assert run.states[A] is StepState.AWAITING_APPROVAL


@pytest.mark.parametrize(
    "request_",
    [
        replace(AN, proof=None),
        replace(AN, until=None),
        _attests("an", roles=("operate",)),
        approval("a"),
        Request("1", Wish.SKIP, "an", "I am sure", A),
    ],
    ids=["no-key", "for-good", "no-role", "an-approval", "a-skip"],
)
def test_nothing_but_a_proved_word_of_limited_length_counts(request_: Request) -> None:
    run = Bench().start(TWO)

    assert objection_to(run, request_)


def test_nobody_attests_what_does_not_ask_for_it() -> None:
    run = Bench().start(step("a", gate="approve"))

    assert "this one is not such a step" in objection_to(run, AN)


def test_words_that_do_not_overlap_are_not_two_until_who_spoke_first_does_so_again() -> None:
    bench = _bench(AN)
    bench.start(TWO)
    bench.world.sleep(LATER)

    bench.inbox = Wishes([_attests("binh", since=bench.world.now())])
    late = bench.engine.resume()
    bench.inbox = Wishes([_attests("an", since=bench.world.now())])
    run = bench.engine.resume()

    assert late.states[A] is StepState.AWAITING_APPROVAL
    assert "counted until 2030-01-01 00:15:00 UTC" in late.waits_for()[0]
    assert late.waits_for()[0].endswith("it has to be attested again: ndc dr attest run")
    assert run.closed is RunVerdict.DONE
    assert bench.told("a") == ["asked", "lapsed", "started", "succeeded"]


def test_what_lapsed_is_attested_again_and_goes_on() -> None:
    bench = _bench(AN, BINH)
    bench.world.against["a"] = "it is seen"
    bench.start(TWO)
    bench.world.against.clear()
    bench.world.sleep(LATER)
    lapsed = bench.engine.resume()

    now = bench.world.now()
    bench.inbox = Wishes([_attests("an", since=now), _attests("binh", since=now)])
    run = bench.engine.resume()

    assert (lapsed.states[A], lapsed.verdict) == (StepState.AWAITING_APPROVAL, RunVerdict.HELD)
    assert run.closed is RunVerdict.DONE
    assert bench.told("a") == ["refused", "lapsed", "started", "succeeded"]
