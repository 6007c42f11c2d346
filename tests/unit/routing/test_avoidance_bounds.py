"""Where exactly a link begins to be lossy, and to be calm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from routing.avoidance import Echo, LinkTrouble, Standing, WatchedLink, judged

MS = timedelta(milliseconds=1)
NOW = timedelta(hours=1)
DECLARED = 3 * MS
AVOIDED = Standing(LinkTrouble.SLOW)


def _judged(ages_seconds: Sequence[float], bad: Sequence[float], before: Standing) -> Standing:
    """Return how a link stands whose echoes of these ages came back but for ``bad``."""
    oldest_first = sorted((*ages_seconds, *bad), reverse=True)
    echoes = [
        Echo(NOW - timedelta(seconds=age), None if age in bad else DECLARED) for age in oldest_first
    ]
    return judged({"link": WatchedLink(DECLARED, echoes, before)}, NOW)["link"]


def _spread(count: int, youngest: float, step: float = 0.2) -> list[float]:
    return [round(youngest + number * step, 3) for number in range(count)]


SEVEN = [2.1, 3.1, 4.1, 5.1, 6.1, 7.1, 8.1]


@pytest.mark.parametrize(
    ("came_back", "lost", "is_lossy"),
    [
        (_spread(43, 2.0), SEVEN, True),
        (_spread(43, 2.0), SEVEN[:6], False),
        (_spread(33, 2.0), SEVEN, True),  # forty are enough to judge by
        (_spread(32, 2.0), SEVEN, False),
        (_spread(43, 2.0), [*SEVEN[:6], 1.49], False),  # it may come back yet
        (_spread(43, 2.0), [*SEVEN[:6], 1.51], True),
        (_spread(47, 2.0), [*SEVEN[:6], 11.49], True),
        (_spread(47, 2.0), [*SEVEN[:6], 11.51], False),  # it is long ago
    ],
)
def test_more_than_six_lost_of_at_least_forty_are_too_many(
    came_back: list[float],
    lost: list[float],
    is_lossy: bool,  # noqa: FBT001 - a column
) -> None:
    standing = _judged(came_back, lost, Standing())

    assert standing.trouble is (LinkTrouble.LOSSY if is_lossy else None)


@pytest.mark.parametrize(
    ("came_back", "lost", "is_calm"),
    [
        (_spread(20, 0.1), [], True),
        (_spread(19, 0.1), [], False),
        (_spread(20, 0.1), [1.05], True),
        (_spread(20, 0.1), [1.05, 2.05], False),
        (_spread(20, 0.1), [1.05, 4.95], False),
        (_spread(20, 0.1), [1.05, 5.05], True),  # it is long ago
        (_spread(20, 0.1), [1.05, 0.01], True),  # it may come back in time yet
    ],
)
def test_a_link_is_calm_while_at_most_one_of_twenty_echoes_is_bad(
    came_back: list[float],
    lost: list[float],
    is_calm: bool,  # noqa: FBT001 - a column
) -> None:
    standing = _judged(came_back, lost, AVOIDED)

    assert standing.calm_since == (NOW if is_calm else None)
