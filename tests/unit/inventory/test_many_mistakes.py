"""A mistake is told at its place, whatever else is wrong, and never because of something else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from random import Random

import pytest

from inventory.loader import load
from inventory.problems import InventoryProblems, Place, Problem
from tests.inventories.mistakes import MISTAKES, Mistake
from tests.networks import DECLARED, texts_of

ORDERS = (1, 2, 3)
TOGETHER = 9


def _told(mistakes: Iterable[Mistake]) -> frozenset[Problem]:
    texts = texts_of(DECLARED)
    for mistake in mistakes:
        mistake.spoil(texts)
    with pytest.raises(InventoryProblems) as caught:
        load(texts)
    return frozenset(caught.value.problems)


def _gist(problems: Iterable[Problem]) -> set[tuple[Place, str]]:
    return {(problem.place, problem.what) for problem in problems}


@cache
def _told_alone(mistake: Mistake) -> frozenset[Problem]:
    return _told([mistake])


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.wrong)
def test_a_mistake_is_told_at_its_line_or_points_to_it(mistake: Mistake) -> None:
    line = texts_of(DECLARED)[mistake.file].partition(mistake.right)[0].count("\n") + 1
    told = _told_alone(mistake)

    places = [problem.place for problem in told]
    places += [problem.related.place for problem in told if problem.related]

    assert (mistake.file, line) in {(place.file, place.line) for place in places}


@pytest.mark.parametrize("seed", ORDERS)
def test_of_many_mistakes_that_is_told_which_is_told_of_each_alone(seed: int) -> None:
    order = Random(seed).sample(MISTAKES, len(MISTAKES))  # noqa: S311 - a choice, not a secret

    for first in range(0, len(order), TOGETHER):
        together = order[first : first + TOGETHER]

        alone = frozenset[Problem]().union(*map(_told_alone, together))

        assert _gist(_told(together)) == _gist(alone)
