"""One cause, one problem: what is told at one place for one reason is told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from inventory.problems import Place, Problem, some

T = TypeVar("T")

_OF_VALUES: Final = frozenset(
    f"NDC-E0{number}" for number in (103, 109, 204, 205, 206, 301, 303, 308, 802, 803, 814)
)
"""problems of one value, of which nothing else is said then; the first of them before the others"""


def each_once(problems: Iterable[Problem]) -> list[Problem]:
    """Return ``problems`` with those put together that differ in their conditions only.

    Of a value that is wrong by itself nothing more is said.
    """
    alike: dict[tuple[Place, str, str], list[Problem]] = {}
    wrong: dict[Place, str] = {}
    for problem in problems:
        place, code = problem.place, problem.code
        alike.setdefault((place, code, problem.what), []).append(problem)
        if code in _OF_VALUES:
            wrong[place] = min(code, wrong.get(place, code))
    return [
        _put_together(same)
        for (place, code, _), same in alike.items()
        if wrong.get(place, code) == code
    ]


def blamed(pairs: Sequence[tuple[T, T]]) -> Iterator[tuple[T, T]]:
    """Yield each of ``pairs`` with that one first which most have in common, or else the later."""
    rest = list(pairs)
    while rest:
        counts = Counter(one for pair in reversed(rest) for one in reversed(pair))
        most = max(counts, key=counts.__getitem__)
        for one, other in rest:
            if most in (one, other):
                yield most, one if most == other else other
        rest = [pair for pair in rest if most not in pair]


def _put_together(same: Sequence[Problem]) -> Problem:
    """Return what ``same`` say, each under conditions of its own, as one problem."""
    return replace(
        same[0],
        expected=_in_each([(problem.expected, problem.conditions) for problem in same]),
        actual=_in_each([(problem.actual, problem.conditions) for problem in same]),
        conditions=tuple(dict.fromkeys(x for problem in same for x in problem.conditions)),
    )


def _in_each(texts: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return the text that is the same everywhere, or each with its conditions."""
    if len({text for text, _ in texts}) == 1:
        return texts[0][0]
    shown = [f"{some(conditions)}: {text}" for text, conditions in texts]
    return some(shown, between="; ")
