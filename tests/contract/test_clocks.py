"""What every clock promises: the machine's, the simulated one, and those of tests."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import Clock
from core.system_clock import SystemClock
from dr.simulation.timeline import Timeline
from tests.clocks import HandClock
from tests.stubs.clock import StubClock

SHORT = timedelta(milliseconds=20)
HOUR = timedelta(hours=1)


@pytest.fixture(params=["system", "simulated", "stub", "by hand"])
def clock(request: pytest.FixtureRequest, tmp_path: Path) -> Clock:
    match request.param:
        case "system":
            return SystemClock()
        case "simulated":
            return Timeline()
        case "stub":
            return StubClock(tmp_path / "clock")
        case _:
            return HandClock()


def test_who_sleeps_returns_no_sooner(clock: Clock) -> None:
    now, elapsed = clock.now(), clock.elapsed()

    clock.sleep(SHORT)

    assert clock.now() - now >= SHORT
    assert clock.elapsed() - elapsed >= SHORT


def test_the_time_is_told_in_utc_and_the_same_by_both_words(clock: Clock) -> None:
    now, elapsed = clock.now(), clock.elapsed()

    clock.sleep(SHORT)

    assert now.utcoffset() == timedelta()
    assert abs((clock.now() - now) - (clock.elapsed() - elapsed)) < timedelta(seconds=1)


def test_by_the_stub_clock_nobody_waits_and_it_is_later_for_everybody(tmp_path: Path) -> None:
    machine, one = SystemClock(), StubClock(tmp_path / "clock")
    other, another = StubClock(tmp_path / "clock"), StubClock(tmp_path / "another")
    began = machine.elapsed()

    one.sleep(HOUR)

    assert machine.elapsed() - began < HOUR / 60
    assert other.elapsed() - began >= HOUR
    assert other.now() - machine.now() >= HOUR - HOUR / 60
    assert another.elapsed() - began < HOUR / 60
