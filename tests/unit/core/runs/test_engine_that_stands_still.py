"""An engine that looks for long, or stood still, takes no attempt for late that was not."""

from __future__ import annotations

from datetime import timedelta

from typing_extensions import override

from core.runs.journal import Entry, Record, RunVerdict
from core.runs.plan import StepId
from core.runs.ports import Token
from dr.simulation.journal import MemoryJournal
from tests.unit.core.runs.small import CODEC, Bench, Words, step

A, B = StepId("a"), StepId("b")


class Slow(Words):
    """A world in which a look takes long."""

    @override
    def is_in_effect(self, action: str) -> bool | None:
        self.sleep(timedelta(seconds=5))
        return super().is_in_effect(action)


def test_an_answer_that_came_during_a_long_look_did_not_come_late() -> None:
    bench = Bench(Slow())

    run = bench.start(
        step("a"),
        step("b", deadline=timedelta(seconds=2)),
        step("c", deadline=timedelta(seconds=7)),
    )

    assert run.closed is RunVerdict.DONE
    assert bench.told("b") == ["started", "succeeded"]
    assert bench.told("c") == ["started", "succeeded"]


class SlowJournal(MemoryJournal[str, None]):
    """Has whoever writes stand still for four seconds, once it is written."""

    def __init__(self, world: Words) -> None:
        super().__init__(CODEC, world)
        self._world = world

    @override
    def append(self, entry: Entry[str, None]) -> Record[str, None]:
        record = super().append(entry)
        self._world.sleep(timedelta(seconds=4))
        return record


class Told(Words):
    """Remembers for how long each attempt is waited for."""

    @override
    def begin(self, action: str, token: Token, due: timedelta) -> None:
        self.performed.append(f"{(due - self.elapsed()).seconds} s")
        super().begin(action, token, due)


def test_the_time_in_which_a_runner_stood_still_after_it_wrote_is_no_longer_waited_for() -> None:
    bench = Bench(Told())
    bench.journal = SlowJournal(bench.world)

    bench.start(step("a", deadline=timedelta(seconds=10)))

    assert bench.world.performed == ["6 s", "a"]
