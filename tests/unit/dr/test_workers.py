"""What waits for attempts, and by which clock."""

from __future__ import annotations

from datetime import timedelta

from typing_extensions import override

from core.runs.plan import RunName, StepId
from core.runs.ports import Answer, Completion, Token
from core.system_clock import SystemClock
from dr.actions import Action, ClaimWorkload
from dr.hands import Hands
from dr.live.workers import Workers
from dr.simulation.world import rehearsed
from tests.networks import network
from tests.rehearsals import SERVICE

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
RUN = RunName("20300101-000002-move")


class _Slow(Hands):
    """Does all that is asked a moment later."""

    @override
    def attempt(self, action: Action, token: Token, deadline: timedelta) -> Completion:
        SystemClock().sleep(timedelta(milliseconds=100))
        return super().attempt(action, token, deadline)


def test_where_nothing_is_under_way_the_clock_waits() -> None:
    world = rehearsed(network("tiny"), SERVICE)

    nothing = Workers(Hands(world.doors), world).wait(HOUR)

    assert nothing is None
    assert world.elapsed() == HOUR


def test_what_is_under_way_is_heard_when_it_ends_and_no_clock_is_put_on() -> None:
    world = rehearsed(network("tiny"), SERVICE)
    workers = Workers(_Slow(world.doors), world)
    token = Token(RUN, StepId("declare"), epoch=2, attempt=1)

    workers.begin(ClaimWorkload(SERVICE, RUN, 1), token, HOUR)
    completion = workers.wait(HOUR)

    assert completion is not None
    assert (completion.token, completion.answer) == (token, Answer.YES)
    assert world.elapsed() == timedelta()


def test_what_an_attempt_may_take_counts_from_when_it_was_begun() -> None:
    world = rehearsed(network("tiny"), SERVICE)
    left: list[timedelta] = []

    class Told(Hands):
        @override
        def attempt(self, action: Action, token: Token, deadline: timedelta) -> Completion:
            left.append(deadline)
            return super().attempt(action, token, deadline)

    class Stopped(Workers):
        """A process that stands still for a minute before its thread begins."""

        @override
        def _attempt(self, action: Action, token: Token, due: timedelta) -> None:
            world.sleep(MINUTE)
            super()._attempt(action, token, due)

    workers = Stopped(Told(world.doors), world)
    token = Token(RUN, StepId("declare"), epoch=2, attempt=1)
    for bound in (HOUR, MINUTE / 2):
        workers.begin(ClaimWorkload(SERVICE, RUN, 1), token, world.elapsed() + bound)
        assert workers.wait(HOUR) is not None

    assert left == [HOUR - MINUTE, timedelta()]
