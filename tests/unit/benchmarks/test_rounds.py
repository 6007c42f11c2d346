"""How often a benchmark is made: until enough rounds were good, and not for ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from core.errors import Unreachable
from tests.benchmarks.__main__ import _measure
from tests.benchmarks.benchmark import Benchmark
from tests.benchmarks.figures import Figure, Trial
from tests.benchmarks.result import Part
from tests.benchmarks.stand import Stand
from tests.benchmarks.table import BENCHMARKS, chosen
from tests.lab.terminal import Terminal

STAND = Stand(Terminal("never-made"))


def _no_answer() -> BaseException:
    return Unreachable("the host did not answer", actual="nothing")


@dataclass(slots=True)
class Rounds:
    """Gives one round after the other, and remembers which number each was asked for by."""

    given: Sequence[Sequence[Trial]]
    ended_by: BaseException = field(default_factory=_no_answer)
    asked: list[int] = field(default_factory=list)

    def __call__(self, _: Stand, number: int) -> Iterator[Trial]:
        self.asked.append(number)
        if len(self.asked) > len(self.given):
            raise self.ended_by
        yield from self.given[len(self.asked) - 1]


def _benchmark(rounds: Rounds, wanted: int) -> Benchmark:
    figures = (Figure("gap", "s", 5), Figure("lost", "", 0))
    return Benchmark("some", figures, rounds, "by hand", wanted, needs_network=False)


def _part_of(benchmark: Benchmark) -> Part:
    parts: list[Part] = []
    _measure(benchmark, STAND, parts)
    (part,) = parts
    return part


def test_a_void_round_is_made_again_under_the_same_number() -> None:
    rounds = Rounds([[(1.0, 0)], [(None, 0)], [(2.0, 0), (3.0, 0)], [(9.0, 9)]])

    part = _part_of(_benchmark(rounds, 2))

    gap, lost = part.samples
    assert rounds.asked == [0, 1, 1]
    assert (gap.values, gap.void) == ((1.0, 2.0, 3.0), 1)
    assert (lost.values, lost.void) == ((0, 0, 0, 0), 0)
    assert not part.fails


def test_rounds_that_are_always_void_end_and_fail() -> None:
    rounds = Rounds([[(None, 0)]] * 9)

    part = _part_of(_benchmark(rounds, 2))

    assert rounds.asked == [0] * 4
    assert (part.samples[0].values, part.samples[0].void) == ((), 4)
    assert part.fails


def test_what_was_measured_before_a_failure_is_kept() -> None:
    part = _part_of(_benchmark(Rounds([[(1.0, 0)]]), 3))

    assert part.samples[0].values == (1.0,)
    assert part.broke_off == "     what  the host did not answer\n   actual  nothing"
    assert part.fails


@pytest.mark.parametrize("ending", [SystemExit(143), KeyboardInterrupt()], ids=["TERM", "ctrl-C"])
def test_what_was_measured_before_somebody_ended_it_is_kept(ending: BaseException) -> None:
    parts: list[Part] = []

    with pytest.raises(type(ending)):
        _measure(_benchmark(Rounds([[(1.0, 0)]], ending), 3), STAND, parts)

    (part,) = parts
    assert part.samples[0].values == (1.0,)
    assert part.broke_off == "ended by a signal, in the midst of its rounds"
    assert part.fails


def test_rounds_are_those_of_the_name_then_of_all_then_of_the_table() -> None:
    found = [(one.name, one.rounds) for one in chosen(["lease", "switchover=4"], 2)]
    in_table = [one.rounds for one in chosen(["lease"])]

    assert found == [("switchover", 4), ("lease", 2)]
    assert in_table == [one.rounds for one in BENCHMARKS if one.name == "lease"]
    assert chosen([]) == [*BENCHMARKS]


@pytest.mark.parametrize("asked", ["swithcover", "lease=0", "lease=", "lease=-1", "lease=all"])
def test_what_cannot_be_measured_is_refused_by_name(asked: str) -> None:
    with pytest.raises(ValueError, match=asked):
        chosen([asked])
