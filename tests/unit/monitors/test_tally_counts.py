"""What one end of a link counts, and makes of what the other end says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitors.tallies import Counted, LinkTallies, Tally, WayLosses

OURS, THEIRS = 7, 8
SECOND = timedelta(seconds=1)
BEGINNING = 100 * SECOND


def _after(*batches: list[Tally], sends: int = 0) -> LinkTallies:
    """Return an end that heard a batch a second, and sent tallies that often before each."""
    end = LinkTallies(OURS)
    end.hear([], BEGINNING)
    for second, batch in enumerate(batches, start=1):
        for _ in range(sends):
            end.next(BEGINNING + (second - 0.5) * SECOND)
        end.hear(batch, BEGINNING + second * SECOND)
    return end


def _known(*batches: list[Tally], sends: int = 0) -> WayLosses:
    return _after(*batches, sends=sends).losses(BEGINNING + len(batches) * SECOND)


def _numbered(*numbers: int) -> list[Tally]:
    return [Tally(THEIRS, number, Counted(0, 0, 0, 0)) for number in numbers]


def _said(
    number: int, highest: int, came: int, *, first: int = 1, session: int = THEIRS
) -> list[Tally]:
    return [Tally(session, number, Counted(OURS, first, highest, came))]


@pytest.mark.parametrize(
    ("numbers", "first", "highest", "came"),
    [
        ((10, 11, 12), 10, 12, 3),
        ((10, 12), 10, 12, 2),
        ((10, 12, 11), 10, 12, 3),
        ((10, 12, 11, 11, 12, 10), 10, 12, 3),
        ((10, 9), 10, 10, 1),
        ((10, 100, 37), 10, 100, 3),
        ((10, 100, 36), 10, 100, 2),
        ((10, 10 + 4096, 10), 10, 4106, 2),
        ((10, 11 + 4096), 4107, 4107, 1),
    ],
    ids=[
        "all",
        "one lost",
        "one overtaken",
        "each but one twice",
        "one from before the first",
        "one sixty-three late",
        "one too late to know",
        "as far ahead as a count goes on",
        "further ahead",
    ],
)
def test_each_number_counts_once_from_the_first_that_came(
    numbers: tuple[int, ...], first: int, highest: int, came: int
) -> None:
    end = _after(_numbered(*numbers))

    assert end.next(BEGINNING).counted == Counted(THEIRS, first, highest, came)


def test_what_is_still_on_the_way_is_not_lost() -> None:
    """Nothing was said yet of what was sent in the last two seconds, and everything before."""
    quiet: list[list[Tally]] = [[]] * 18

    assert _known(_said(1, 1, 1), *quiet, _said(2, 18, 18), sends=1).outward == 0


def test_of_what_should_have_come_long_ago_nothing_said_is_a_loss() -> None:
    quiet: list[list[Tally]] = [[]] * 18

    assert _known(_said(1, 1, 1), *quiet, _said(2, 1, 1), sends=1).outward == 1


def test_what_was_said_last_counts_and_not_what_came_last() -> None:
    late, last = _said(2, 11, 11), _said(3, 21, 11)

    assert _known(_said(1, 1, 1), [*last, *late]).outward == 0.5


def test_what_two_sessions_say_is_not_compared() -> None:
    assert _known(_said(1, 10, 10), _said(2, 30, 20)).outward == 0.5
    assert _known(_said(1, 10, 10), _said(2, 30, 20, session=9)).outward is None


def test_what_was_counted_from_another_beginning_is_not_compared() -> None:
    assert _known(_said(1, 10, 10), _said(2, 30, 20, first=2)).outward is None


@pytest.mark.parametrize(("came", "loss"), [(30, 0.0), (5, 1.0)])
def test_a_share_lies_between_nothing_and_all_whatever_is_said(came: int, loss: float) -> None:
    assert _known(_said(1, 10, 8), _said(2, 30, came)).outward == loss


def test_seven_tallies_are_too_few_and_eight_are_enough() -> None:
    assert _known(_said(1, 10, 10), _said(2, 17, 17)).outward is None
    assert _known(_said(1, 10, 10), _said(2, 18, 18)).outward == 0
