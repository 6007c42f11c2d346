"""What time a run is measured over is told by one clock, and checked by a second."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.measure import TOLERATED_SLIP, ClockPair, Gap, Measure, ProbeTime, Window

NOON = ProbeTime(datetime(2030, 1, 1, 12, tzinfo=UTC))
SECOND = timedelta(seconds=1)
CLOSE = timedelta(milliseconds=10)
BEGAN = ClockPair(NOON, 100 * SECOND, CLOSE)


def _ended(probe_seconds: float, own_seconds: float) -> Window:
    after = NOON.shifted(timedelta(seconds=probe_seconds))
    return Window(
        BEGAN, ended=ClockPair(after, 100 * SECOND + timedelta(seconds=own_seconds), CLOSE)
    )


def test_a_window_reaches_a_little_beyond_the_run() -> None:
    assert _ended(8, 8).span(2 * SECOND) == (NOON.shifted(-2 * SECOND), NOON.shifted(10 * SECOND))


def test_a_window_reaches_back_to_the_last_write_that_was_acknowledged() -> None:
    window = replace(_ended(8, 8), lead=49 * SECOND)

    assert window.span(2 * SECOND) == (NOON.shifted(-51 * SECOND), NOON.shifted(10 * SECOND))


def test_a_run_whose_end_nobody_saw_has_no_window() -> None:
    assert Window(BEGAN).span(SECOND) is None


@pytest.mark.parametrize(
    ("probe_seconds", "own_seconds"),
    [(-12, 8), (68, 8), (8.3, 8), (7.7, 8), (8, -92)],
    ids=["set back", "set ahead", "a little ahead", "a little back", "another boot"],
)
def test_clocks_that_do_not_agree_on_how_long_it_was_void_the_window(
    probe_seconds: float, own_seconds: float
) -> None:
    assert _ended(probe_seconds, own_seconds).span(SECOND) is None


def test_clocks_may_differ_by_what_is_tolerated_and_by_what_asking_took() -> None:
    most = TOLERATED_SLIP + 2 * CLOSE

    assert _ended(8 + most.total_seconds(), 8).span(SECOND) is not None
    assert _ended(8 + most.total_seconds() + 0.001, 8).span(SECOND) is None


def test_a_moment_has_no_distance_to_another_clocks() -> None:
    assert NOON.shifted(SECOND) - NOON == SECOND
    with pytest.raises((TypeError, AttributeError)):
        NOON - datetime(2030, 1, 1, tzinfo=UTC)  # type: ignore[operator]  # which is the point


@pytest.mark.parametrize(
    ("acknowledged", "refused", "unknown", "ratio"),
    [(181, 400, 58, 181 / 639), (5, 0, 0, 1.0), (0, 0, 7, 0.0), (0, 0, 0, None)],
)
def test_the_share_of_writes_that_succeeded_is_of_all_that_were_sent(
    acknowledged: int, refused: int, unknown: int, ratio: float | None
) -> None:
    measure = Measure(
        since=NOON.at,
        until=NOON.at + SECOND,
        acknowledged=acknowledged,
        refused=refused,
        unknown=unknown,
        lost=0,
        duplicated=0,
        sent_again=0,
        unknown_appeared=0,
        not_read_back=0,
        gap=Gap(SECOND, NOON.at, NOON.at + SECOND),
        worst_slip=timedelta(),
    )

    assert measure.acknowledged_ratio == ratio
