"""A pause ends when what it waits for has come about, or is as long as it was asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadership.pauses import Pauses
from tests.clocks import HandClock

AT = timedelta(seconds=0.3)


@pytest.mark.parametrize(
    ("seconds", "slept"), [(2, 0.3), (1, 1), (0.1, 0.1)], ids=["over", "never over", "other"]
)
def test_a_pause_ends_early_only_where_what_it_waits_for_has_come_about(
    seconds: float, slept: float
) -> None:
    clock = HandClock()
    pauses = Pauses(clock, {2: lambda: clock.elapsed() >= AT, 1: lambda: False})

    pauses.sleep(seconds)

    assert clock.elapsed().total_seconds() == pytest.approx(slept)


def test_what_is_so_already_is_not_waited_for() -> None:
    clock = HandClock()

    Pauses(clock, {2: lambda: True}).sleep(2)

    assert clock.elapsed() == timedelta()


def test_the_time_is_that_of_the_clock() -> None:
    clock = HandClock()

    assert Pauses(clock, {}).time() == clock.now().timestamp()
