"""A gap is measured once it can have been seen whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.measure import Gap
from tests.benchmarks.citizens import is_whole
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
