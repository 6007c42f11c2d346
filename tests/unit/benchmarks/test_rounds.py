"""How often a benchmark is made: until enough rounds were good, and not for ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.errors import Unreachable
from tests.benchmarks.__main__ import _part
from tests.benchmarks.figures import Figure, Trial
from tests.benchmarks.stand import Stand
from tests.benchmarks.table import Benchmark
from tests.lab.terminal import Terminal

STAND = Stand(Terminal("never-made"))


@dataclass(slots=True)
class Rounds:
    """Gives one round after the other, and remembers which number each was asked for by."""

    given: Sequence[Sequence[Trial]]
    asked: list[int] = field(default_factory=list)

    def __call__(self, _: Stand, number: int) -> Iterator[Trial]:
        self.asked.append(number)
        if len(self.asked) > len(self.given):
            raise Unreachable("the host did not answer", actual="nothing")
        yield from self.given[len(self.asked) - 1]


def _benchmark(rounds: Rounds, wanted: int) -> Benchmark:
    figures = (Figure("gap", "s", 5), Figure("lost", "", 0))
    return Benchmark("some", figures, rounds, "by hand", wanted, needs_network=False)


def test_a_void_round_is_made_again_under_the_same_number() -> None:
    rounds = Rounds([[(1.0, 0)], [(None, 0)], [(2.0, 0), (3.0, 0)], [(9.0, 9)]])

    part = _part(_benchmark(rounds, 2), STAND, None)

    gap, lost = part.samples
    assert rounds.asked == [0, 1, 1]
    assert (gap.values, gap.void) == ((1.0, 2.0, 3.0), 1)
    assert (lost.values, lost.void) == ((0, 0, 0, 0), 0)
    assert not part.fails


def test_rounds_that_are_always_void_end_and_fail() -> None:
    rounds = Rounds([[(None, 0)]] * 9)

    part = _part(_benchmark(rounds, 3), STAND, 2)

    assert rounds.asked == [0] * 4
    assert (part.samples[0].values, part.samples[0].void) == ((), 4)
    assert part.fails


def test_what_was_measured_before_a_failure_is_kept() -> None:
    part = _part(_benchmark(Rounds([[(1.0, 0)]]), 3), STAND, None)

    assert part.samples[0].values == (1.0,)
    assert part.broke_off == "     what  the host did not answer\n   actual  nothing"
    assert part.fails
