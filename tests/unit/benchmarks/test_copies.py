"""How old a copy was, from what its host said again and again."""

from __future__ import annotations

import pytest

from tests.benchmarks.copies import newest_of, sightings
from tests.benchmarks.figures import percentile

SAID = """\
1795748529.250000000 20261127T030839.597653Z
1795748530.000000000\x20
1795748531.000000000 half-received
"""
OLD, NEW = "20261127T030829.596925Z", "20261127T030839.597653Z"


def test_an_age_is_that_of_the_newest_point_and_what_names_none_is_of_no_known_age() -> None:
    one, *others = sightings(SAID.replace("1795748529", "1795748925"))

    assert one.age_seconds == pytest.approx(5.652347)
    assert [other.age_seconds for other in others] == [None, None]


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([3, 1, 2], 50, 2), ([7], 99, 7), (range(1, 101), 99, 99), (range(1, 201), 99, 198)],
)
def test_so_many_of_a_hundred_do_not_exceed_it(
    values: list[float], percent: int, expected: float
) -> None:
    assert percentile(values, percent) == expected


def test_what_is_no_point_is_never_the_newest() -> None:
    assert newest_of([NEW, OLD, "torn"]) == NEW
    assert newest_of(["torn"]) == ""
