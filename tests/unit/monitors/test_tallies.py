"""What each way of a link loses, as two ends that count know it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from monitors.tallies import Counted, LinkTallies, Tally, WayLosses, tallies_in

SECOND = timedelta(seconds=1)
SCRAPED = 5 * SECOND
APART = timedelta(seconds=0.2)
WELL = WayLosses(0.0, 0.0)
UNKNOWN = WayLosses(None, None)

Fate = Callable[[Tally], Sequence[Tally]]
"""what comes of a tally that is sent: it, nothing, or it twice"""


def comes(tally: Tally) -> Sequence[Tally]:
    return [tally]


def is_lost(_: Tally) -> Sequence[Tally]:
    return []


def every(nth: int) -> Fate:
    """Lose every ``nth`` tally."""
    return lambda tally: [] if tally.number % nth == 0 else [tally]


def in_pairs_turned_round() -> Fate:
    """Keep a tally until the next one has overtaken it."""
    kept: list[Tally] = []

    def fate(tally: Tally) -> Sequence[Tally]:
        kept.append(tally)
        return [kept.pop(), kept.pop()] if len(kept) > 1 else []

    return fate


@dataclass
class Ends:
    """Two ends of a link, each of which exchanges three tallies every five seconds."""

    near: LinkTallies = field(default_factory=lambda: LinkTallies(session=7))
    far: LinkTallies = field(default_factory=lambda: LinkTallies(session=8))
    now: timedelta = 100 * SECOND
    to_far: list[Tally] = field(default_factory=list)
    to_near: list[Tally] = field(default_factory=list)
    far_is_silent: bool = False

    def go_on(self, seconds: float, out: Fate = comes, back: Fate = comes) -> WayLosses:
        """Let time pass; return what the near end knows then."""
        end = self.now + seconds * SECOND
        while self.now < end:
            for turn in range(3):
                at = self.now + turn * APART
                self.near.hear(self.to_near, at)
                self.to_near.clear()
                self.to_far += out(self.near.next(at))
                self._far_exchanges(at + APART / 2, back)
            self.now += SCRAPED
        return self.near.losses(self.now)

    def _far_exchanges(self, at: timedelta, back: Fate) -> None:
        if not self.far_is_silent:
            self.far.hear(self.to_far, at)
            self.to_far.clear()
            self.to_near += back(self.far.next(at))


def test_a_link_that_loses_nothing_loses_nothing_either_way_as_both_ends_know() -> None:
    ends = Ends()

    assert ends.go_on(60) == WELL
    assert ends.far.losses(ends.now) == WELL


def test_nothing_is_known_before_enough_came() -> None:
    ends = Ends()

    assert ends.go_on(10) == UNKNOWN
    assert ends.go_on(20) == WELL


@pytest.mark.parametrize("seconds", [60, 600])
def test_what_is_lost_on_the_way_out_is_told_of_that_way(seconds: float) -> None:
    ends = Ends()

    seen = ends.go_on(seconds, out=every(4))

    assert seen.outward == pytest.approx(0.25, abs=0.03)
    assert seen.inward == 0
    assert ends.far.losses(ends.now).inward == pytest.approx(0.25, abs=0.03)
    assert ends.far.losses(ends.now).outward == 0


def test_what_is_lost_on_the_way_in_is_told_of_that_way() -> None:
    ends = Ends()

    seen = ends.go_on(60, back=every(4))

    assert seen.inward == pytest.approx(0.25, abs=0.03)
    assert seen.outward == pytest.approx(0, abs=0.03)


def test_ways_that_lose_by_chance_are_told_apart() -> None:
    dice = random.Random(3)  # noqa: S311 - chance, not secrecy
    ends, outward, inward = Ends(), [], []

    for _ in range(100):
        seen = ends.go_on(
            30,
            out=lambda tally: [tally] * (dice.random() > 0.15),
            back=lambda tally: [tally] * (dice.random() > 0.02),
        )
        outward.append(seen.outward or 0)
        inward.append(seen.inward or 0)

    assert sum(outward) / 100 == pytest.approx(0.15, abs=0.02)
    assert sum(inward) / 100 == pytest.approx(0.02, abs=0.01)


def test_a_way_on_which_everything_is_lost_is_told_by_the_end_that_hears() -> None:
    ends = Ends()
    ends.go_on(60)

    seen = ends.go_on(80, out=is_lost)

    assert seen == WayLosses(1.0, 0.0)
    assert ends.far.losses(ends.now) == UNKNOWN


def test_a_way_that_was_dead_from_the_beginning_is_known_as_well() -> None:
    assert Ends().go_on(60, out=is_lost) == WayLosses(1.0, 0.0)


def test_a_way_that_dies_as_this_end_starts_anew_is_told_by_who_still_counts_the_old_session() -> (
    None
):
    ends = Ends()
    ends.go_on(60)
    ends.near = LinkTallies(session=9)

    assert ends.go_on(60, out=is_lost) == WayLosses(1.0, 0.0)


def test_a_loss_is_forgotten_a_minute_after_it() -> None:
    ends = Ends()
    ends.go_on(60, out=every(2))

    assert ends.go_on(30) != WELL
    assert ends.go_on(35) == WELL


def test_who_is_not_heard_of_late_is_not_known() -> None:
    """An older release sends no tallies, and an exporter that is down sends none either."""
    ends = Ends()
    ends.go_on(60)
    ends.far_is_silent = True

    assert ends.go_on(25) == WELL
    assert ends.go_on(10) == UNKNOWN


def test_an_end_that_starts_anew_is_neither_lossy_nor_well_until_it_was_counted_anew() -> None:
    ends = Ends()
    ends.go_on(60, out=every(3), back=every(3))
    ends.far = LinkTallies(session=9)
    ends.to_far.clear()

    assert ends.go_on(10) == UNKNOWN
    assert ends.go_on(30) == WELL


def test_this_end_starting_anew_knows_nothing_of_before() -> None:
    ends = Ends()
    ends.go_on(60, out=every(3), back=every(3))
    ends.near = LinkTallies(session=9)
    ends.to_near.clear()

    assert ends.go_on(10) == UNKNOWN
    assert ends.go_on(30) == WELL


def test_what_comes_twice_counts_once_and_hides_no_loss() -> None:
    ends = Ends()

    seen = ends.go_on(60, out=lambda t: [] if t.number % 4 == 0 else [t, t, t])

    assert seen.outward == pytest.approx(0.25, abs=0.03)


def test_what_overtakes_another_is_no_loss() -> None:
    ends = Ends()

    seen = ends.go_on(120, out=in_pairs_turned_round(), back=in_pairs_turned_round())

    assert seen.outward == pytest.approx(0, abs=0.03)
    assert seen.inward == pytest.approx(0, abs=0.03)


def test_a_number_out_of_nowhere_makes_a_way_unknown_and_not_well() -> None:
    """Who can send over a link can also lose what others send."""
    ends = Ends()
    ends.go_on(60)

    ends.to_near.append(Tally(8, 2**64 - 1, Counted(7, 1, 2**64 - 1, 2**64 - 1)))

    assert ends.go_on(5).inward is None


def test_a_session_out_of_nowhere_makes_ways_unknown_and_not_well() -> None:
    ends = Ends()
    ends.go_on(60, back=every(3))

    ends.to_near.append(Tally(666, 50, Counted(7, 1, 50, 50)))

    assert ends.go_on(5) == UNKNOWN
    assert ends.go_on(60) == WELL


def test_who_was_not_asked_for_long_takes_what_waited_for_no_count() -> None:
    """A socket keeps so much and no more."""
    ends = Ends()
    ends.go_on(60)
    ends.to_near += [ends.far.next(ends.now) for _ in range(60)][::3]
    ends.now += 31 * SECOND

    assert ends.go_on(5) == UNKNOWN
    assert ends.go_on(30) == WELL


@pytest.mark.parametrize("fate", [comes, is_lost, lambda tally: [tally] * 100])
def test_nothing_grows_however_long_it_goes_on(fate: Fate) -> None:
    ends = Ends()

    ends.go_on(3000, out=fate, back=fate)

    near = ends.near
    assert len(near._sent) <= 6
    assert all(len(way._points) <= 3 * 13 for way in (near._outward, near._inward))
    assert near._count._arrivals.bit_length() <= 64


def test_a_tally_is_read_as_it_was_written_and_nothing_else_is_one() -> None:
    tally = Tally(2**64 - 1, 3, Counted(4, 5, 6, 7))
    none, nobody = Tally(1, 0, Counted(0, 0, 0, 0)), Tally(0, 1, Counted(0, 0, 0, 0))
    packed = tally.packed()

    assert len(packed) == 52
    others = [b"", packed[:-1], packed + b"x", b"ndc\x02" + packed[4:], none.packed()]
    assert [*tallies_in([*others, packed, nobody.packed()])] == [tally]
