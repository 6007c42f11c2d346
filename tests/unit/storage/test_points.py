from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from storage.points import (
    RecoveryPoint,
    base_of,
    moment_of,
    newest,
    origins,
    surplus,
    wait_for_next,
)

NOON = datetime(2030, 5, 17, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _point(minutes: float) -> RecoveryPoint:
    return RecoveryPoint(NOON + minutes * MINUTE, f"origin {minutes}")


POINTS = tuple(_point(minute) for minute in range(5))


def test_a_point_is_found_again_by_the_name_of_its_folder() -> None:
    point = RecoveryPoint(NOON + timedelta(microseconds=7), "one")

    assert moment_of(point.name) == point.made_at
    assert moment_of("lost+found") is None


def test_names_sort_as_moments_do() -> None:
    assert sorted(point.name for point in POINTS) == [point.name for point in POINTS]


@pytest.mark.parametrize(
    ("now", "wait"),
    [
        (4.25, 0.75),
        (5.0, 0.0),
        (9.0, 0.0),  # late
        (-60.0, 1.0),  # the clock was set back by an hour
    ],
)
def test_the_next_point_is_due_an_interval_after_the_newest(now: float, wait: float) -> None:
    assert wait_for_next(POINTS, MINUTE, NOON + now * MINUTE) == wait * MINUTE


def test_the_first_point_is_due_at_once() -> None:
    assert wait_for_next((), MINUTE, NOON) == timedelta()
    assert newest(()) is None


def test_what_is_older_than_the_retention_may_go() -> None:
    gone = surplus(POINTS, (), 2 * MINUTE, NOON + 4 * MINUTE)

    assert gone == [_point(0), _point(1)]


def test_the_newest_stays_however_old_it_is() -> None:
    gone = surplus(POINTS, (), 2 * MINUTE, NOON + 90 * MINUTE)

    assert gone == list(POINTS[:-1])


def test_what_a_refuge_starts_from_stays_however_old_it_is() -> None:
    gone = surplus(POINTS, {_point(1).origin}, 2 * MINUTE, NOON + 90 * MINUTE)

    assert _point(1) not in gone
    assert len(gone) == 3


@pytest.mark.parametrize(
    ("have", "base"),
    [
        ({1, 3}, _point(3)),
        ({1, 4}, _point(1)),  # not the point itself
        ({7}, None),
        (set(), None),
    ],
)
def test_a_point_is_sent_as_what_differs_from_the_newest_that_both_have(
    have: set[int], base: RecoveryPoint | None
) -> None:
    assert base_of(_point(4), POINTS, {_point(one).origin for one in have}) == base


def test_a_request_names_the_newest_first_and_no_more_than_it_may() -> None:
    assert origins(POINTS, 2) == (_point(4).origin, _point(3).origin)
