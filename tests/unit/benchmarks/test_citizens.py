"""A gap is measured once it can have been seen whole, and counts as the worst that it may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.measure import Gap
from tests.benchmarks.citizens import is_whole, longest, shortest
from tests.unit.dr.test_report import GOOD

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_gap_that_ended_is_whole_only_where_a_later_one_would_have_been_seen() -> None:
    older = replace(GOOD, gap=Gap(_at(-4) - _at(-5), _at(-5), _at(-4)))

    looked = [is_whole(replace(older, until=_at(until)), done=NOON) for until in (-1.5, 2, 2.1)]

    assert looked == [False, False, True]
    assert not is_whole(
        replace(older, until=_at(9), gap=Gap(_at(8) - NOON, NOON, _at(8))), done=NOON
    )


def test_a_gap_of_a_late_probe_counts_as_the_worst_that_it_may_have_been() -> None:
    slips = (0.2, 0.5, 1.0, 1.1)
    gap = Gap(_at(4) - NOON, NOON, _at(4))
    seen = [replace(GOOD, gap=gap, worst_slip=timedelta(seconds=slip)) for slip in slips]

    assert [longest(4.0, slip) for slip in slips] == [4.0, 4.5, 5.0, None]
    assert [shortest(one) for one in seen] == [4.0, 3.5, 3.0, None]
