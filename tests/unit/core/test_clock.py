"""Waiting: what ends it, and what a person reads who waited in vain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from core.clock import NotYet, until_answered, wait_until
from core.errors import Rejected, Unreachable
from tests.clocks import HandClock

BOUND = timedelta(seconds=5)


def _in_turn(answers: Sequence[object]) -> Callable[[], object]:
    left = iter(answers)
    return lambda: next(left)


@pytest.mark.parametrize("answer", [0, "", [], True])
def test_the_first_answer_ends_the_wait_even_an_empty_one(answer: object) -> None:
    clock = HandClock()
    look = _in_turn([None, False, NotYet("it boots"), answer, "a later one"])

    assert wait_until(clock, look, what="it", bound=BOUND) is answer
    assert clock.elapsed() == timedelta(milliseconds=300)


def test_who_waited_in_vain_reads_the_last_reason() -> None:
    clock = HandClock()

    with pytest.raises(Unreachable) as caught:
        wait_until(
            clock,
            lambda: NotYet(f"reason {clock.elapsed().seconds}"),
            what="the end",
            bound=BOUND,
            every=timedelta(seconds=1),
        )

    assert caught.value.lines() == [
        "     what  the end did not come about",
        " expected  within 5 s",
        "   actual  reason 6",
        "next step  look at `ndc status` and `ndc logs`, then run the command again",
    ]


def test_without_a_reason_the_time_is_told() -> None:
    with pytest.raises(Unreachable) as caught:
        wait_until(HandClock(), lambda: False, what="the end", bound=BOUND)

    assert caught.value.actual == "not yet after 5.1 s"


def test_what_nobody_answered_is_done_again_until_somebody_does() -> None:
    tries: list[int] = []

    def act() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise Unreachable("etcd did not answer")

    until_answered(HandClock(), act, what="it", bound=BOUND)

    assert len(tries) == 3


def test_who_is_never_answered_reads_what_the_last_try_met() -> None:
    def act() -> None:
        raise Unreachable("etcd did not answer", actual="connection refused")

    with pytest.raises(Unreachable, match="the accounts did not come about") as caught:
        until_answered(HandClock(), act, what="the accounts", bound=BOUND)

    assert caught.value.actual == "etcd did not answer: connection refused"


def test_a_refusal_is_not_asked_again() -> None:
    clock = HandClock()

    def act() -> None:
        raise Rejected("no")

    with pytest.raises(Rejected, match="no"):
        until_answered(clock, act, what="it", bound=BOUND)

    assert clock.elapsed() == timedelta()
