"""Which links are avoided, by the echoes that came back over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import count
from random import Random

import pytest

from routing.avoidance import (
    INTERVAL,
    REMEMBERED,
    Echo,
    LinkTrouble,
    Standing,
    WatchedLink,
    judged,
)

MS = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
MINUTE = 60 * SECOND
DECLARED = 3 * MS

Trip = Callable[[timedelta], timedelta | None]
"""how long an echo takes that is sent then; None: it is lost"""


class Watcher:
    """One router, echo after echo; ``links`` are by name."""

    def __init__(self, *names: str) -> None:
        self.now = timedelta(hours=1)
        self.standings = dict.fromkeys(names or ("north", "south"), Standing())
        self._sent: dict[str, list[Echo]] = {name: [] for name in self.standings}

    def watch(self, duration: timedelta, **trips: timedelta | Trip | None) -> None:
        """Watch for ``duration``; a link that is not named is as declared."""
        ends_at = self.now + duration
        while self.now < ends_at:
            self._look(trips)

    def until(self, name: str, trouble: LinkTrouble | None, **trips: timedelta | Trip) -> timedelta:
        """Return how long it took until ``name`` stood so; a minute at most."""
        began = self.now
        while self.standings[name].trouble is not trouble:
            assert self.now - began < 10 * MINUTE
            self._look(trips)
        return self.now - began

    def _look(self, trips: Mapping[str, timedelta | Trip | None]) -> None:
        self.now += INTERVAL
        watched = {
            name: WatchedLink(DECLARED, self._seen(name), standing)
            for name, standing in self.standings.items()
        }
        self.standings = judged(watched, self.now)
        for name, sent in self._sent.items():
            trip = trips.get(name, DECLARED)
            sent.append(Echo(self.now, trip(self.now) if callable(trip) else trip))

    def _seen(self, name: str) -> list[Echo]:
        recent = [echo for echo in self._sent[name] if self.now - echo.sent_at <= REMEMBERED]
        return [
            echo if echo.took is not None and echo.sent_at + echo.took <= self.now else
            Echo(echo.sent_at, None)
            for echo in recent
        ]  # fmt: skip

    @property
    def avoided(self) -> set[str]:
        return {name for name, standing in self.standings.items() if standing.trouble}


def _losing(share: float, seed: int = 1) -> Trip:
    random = Random(seed)  # noqa: S311 - which packet is lost is no secret
    return lambda _: None if random.random() < share else DECLARED


def _losing_the_first(lost: int, of: int) -> Trip:
    """Return what loses the first ``lost`` of each ``of`` echoes."""
    number = count()
    return lambda _: None if next(number) % of < lost else DECLARED


@pytest.mark.parametrize("trip", [54 * MS, 100 * MS, 500 * MS, 1500 * MS])
def test_a_slow_link_is_avoided_within_a_second_and_its_own_round_trip(trip: timedelta) -> None:
    watcher = Watcher()
    watcher.watch(5 * SECOND)

    took = watcher.until("north", LinkTrouble.SLOW, north=trip)

    assert took <= max(SECOND, trip) + 2 * INTERVAL
    assert watcher.avoided == {"north"}


@pytest.mark.parametrize("trip", [3 * MS, 10 * MS, 53 * MS])
def test_what_a_busy_machine_adds_makes_no_link_slow(trip: timedelta) -> None:
    watcher = Watcher()

    watcher.watch(MINUTE, north=trip)

    assert not watcher.avoided


@pytest.mark.parametrize(("late", "is_avoided"), [(3, False), (4, True)])
def test_three_late_echoes_are_an_accident_and_four_are_not(late: int, is_avoided: bool) -> None:  # noqa: FBT001 - a column
    watcher = Watcher()
    watcher.watch(5 * SECOND)

    watcher.watch(late * INTERVAL, north=100 * MS)
    watcher.watch(SECOND)

    assert bool(watcher.avoided) is is_avoided


def test_a_dead_link_is_not_slow_and_not_lossy() -> None:
    watcher = Watcher()
    watcher.watch(15 * SECOND)

    for _ in range(20):
        watcher.watch(3 * SECOND, north=None)
        assert not watcher.avoided
        watcher.watch(3 * SECOND)
        assert not watcher.avoided


@pytest.mark.parametrize("seed", range(5))
def test_a_lossy_link_is_avoided(seed: int) -> None:
    watcher = Watcher()
    watcher.watch(15 * SECOND)

    took = watcher.until("north", LinkTrouble.LOSSY, north=_losing(0.2, seed))

    assert took <= 20 * SECOND
    assert watcher.avoided == {"north"}


@pytest.mark.parametrize(
    ("lost", "of", "is_avoided"),
    [(1, 10, False), (1, 6, True), (5, 35, True), (6, 35, False), (1, 50, False)],
)
def test_what_is_lost_here_and_there_counts_and_what_is_lost_together_is_bfds(
    lost: int,
    of: int,
    is_avoided: bool,  # noqa: FBT001 - a column
) -> None:
    watcher = Watcher()

    watcher.watch(MINUTE, north=_losing_the_first(lost, of))

    assert bool(watcher.avoided) is is_avoided


@pytest.mark.parametrize(("of", "comes_back"), [(30, True), (10, False)])
def test_one_bad_echo_in_five_seconds_is_calm_enough_and_two_are_not(
    of: int,
    comes_back: bool,  # noqa: FBT001 - a column
) -> None:
    watcher = Watcher()
    watcher.until("north", LinkTrouble.SLOW, north=500 * MS)

    watcher.watch(MINUTE, north=_losing_the_first(1, of))

    assert (not watcher.avoided) is comes_back


def test_one_packet_in_fifty_is_nothing() -> None:
    watcher = Watcher()

    watcher.watch(5 * MINUTE, north=_losing(0.02))

    assert not watcher.avoided


def test_a_link_that_is_well_is_used_again_ten_seconds_later() -> None:
    watcher = Watcher()
    watcher.until("north", LinkTrouble.SLOW, north=500 * MS)
    watcher.watch(20 * SECOND, north=500 * MS)

    took = watcher.until("north", None)

    assert 9 * SECOND <= took <= 12 * SECOND


def test_between_good_and_bad_nothing_changes() -> None:
    watcher = Watcher()

    watcher.watch(MINUTE, north=40 * MS)
    assert not watcher.avoided

    watcher.until("north", LinkTrouble.SLOW, north=500 * MS)
    watcher.watch(MINUTE, north=40 * MS)
    assert watcher.avoided == {"north"}


def test_who_comes_and_goes_must_be_calm_for_longer_each_time() -> None:
    watcher = Watcher()

    waits = []
    needed = []
    for _ in range(8):
        watcher.until("north", LinkTrouble.SLOW, north=500 * MS)
        needed.append(watcher.standings["north"].calm_needed / SECOND)
        waits.append(watcher.until("north", None))

    assert needed == [5, 10, 20, 40, 80, 160, 300, 300]
    assert waits == sorted(waits)
    assert 5 * MINUTE <= waits[-1] <= 6 * MINUTE


def test_what_was_long_ago_is_forgiven() -> None:
    watcher = Watcher()
    waits = []
    for _ in range(2):
        watcher.until("north", LinkTrouble.SLOW, north=500 * MS)
        waits.append(watcher.until("north", None))
        watcher.watch(6 * MINUTE)

    assert abs(waits[1] - waits[0]) <= INTERVAL


def test_a_router_that_is_late_everywhere_waits_before_it_blames_its_links() -> None:
    watcher = Watcher()
    watcher.watch(5 * SECOND)

    took = watcher.until("north", LinkTrouble.SLOW, north=100 * MS, south=100 * MS)

    assert took == 21 * INTERVAL  # twenty were late, and the next look sees the last of them
    assert watcher.avoided == {"north", "south"}


def test_a_router_with_one_link_avoids_it_for_its_neighbours_sake() -> None:
    watcher = Watcher("north")
    watcher.watch(5 * SECOND)

    assert watcher.until("north", LinkTrouble.SLOW, north=300 * MS) <= 1.2 * SECOND


def test_of_a_link_that_cannot_be_measured_nothing_is_known() -> None:
    nothing = {"north": WatchedLink(DECLARED, [], Standing())}

    assert judged(nothing, MINUTE) == {"north": Standing()}
