"""When a measure is void, and when all of it is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.measure import TOLERATED_SLIP, Gap, Measure

BEGAN = datetime(2030, 1, 1, tzinfo=UTC)
ENDED = BEGAN + timedelta(seconds=5)
WHOLE = Measure(
    since=BEGAN,
    until=ENDED,
    acknowledged=100,
    refused=0,
    unknown=0,
    lost=0,
    duplicated=0,
    unknown_appeared=0,
    not_read_back=0,
    gap=Gap(timedelta(milliseconds=50), BEGAN, BEGAN + timedelta(milliseconds=50)),
    worst_slip=TOLERATED_SLIP,
)
LATE = TOLERATED_SLIP + timedelta(milliseconds=1)


def test_a_slip_as_long_as_is_tolerated_makes_nothing_void() -> None:
    assert not WHOLE.is_void
    assert replace(WHOLE, worst_slip=LATE).is_void


def test_a_loss_that_was_seen_and_a_write_that_was_never_answered_are_known() -> None:
    assert WHOLE.is_whole
    assert replace(WHOLE, lost=1, duplicated=1, unknown=3, refused=2).is_whole


@pytest.mark.parametrize(
    "partial",
    [
        replace(WHOLE, worst_slip=LATE),
        replace(WHOLE, acknowledged=0),
        replace(WHOLE, not_read_back=1),
    ],
    ids=["the probe slipped", "nothing was acknowledged", "one was not read back"],
)
def test_what_was_not_seen_leaves_a_measure_partial(partial: Measure) -> None:
    assert not partial.is_whole
