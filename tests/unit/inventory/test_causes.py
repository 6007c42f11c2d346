"""What is told of one cause is one problem, and hides no other."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from inventory.checks.causes import blamed, each_once
from inventory.problems import Place, Problem

HERE, THERE = Place("a.yaml", 1, 1), Place("a.yaml", 2, 1)
PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), unique=True)


def _problem(place: Place, code: str, what: str, *conditions: str, actual: str = "") -> Problem:
    return Problem(place, code, what, "", actual, "", conditions=conditions)


def test_what_is_so_under_several_conditions_is_one_problem_that_names_them() -> None:
    told = [
        _problem(HERE, "NDC-E0805", "no host", f"under {name}", actual=name)
        for name in ("one", "two", "three", "four", "five")
    ]

    (problem,) = each_once(told)

    assert problem.sentence == "no host under one, under two, under three, 2 more"
    assert problem.actual == "under one: one; under two: two; under three: three; 2 more"


def test_what_is_so_elsewhere_or_says_something_else_stays_a_problem_of_its_own() -> None:
    told = [
        _problem(HERE, "NDC-E0805", "no host", "under one"),
        _problem(THERE, "NDC-E0805", "no host", "under one"),
        _problem(HERE, "NDC-E0805", "no other host", "under one"),
        _problem(HERE, "NDC-E0804", "no host", "under one"),
    ]

    assert each_once(told) == told


def test_of_a_value_that_is_wrong_by_itself_nothing_more_is_said() -> None:
    value = _problem(HERE, "NDC-E0301", "it leads nowhere")
    more = [
        _problem(HERE, "NDC-E0303", "it is there twice"),
        _problem(HERE, "NDC-E0805", "no host"),
    ]

    assert each_once([*more, value]) == [value]


@given(PAIRS)
def test_each_pair_is_told_once(pairs: Sequence[tuple[str, str]]) -> None:
    told = list(blamed(pairs))

    assert sorted(sorted(pair) for pair in told) == sorted(sorted(pair) for pair in pairs)


def test_that_is_to_blame_which_most_pairs_have_in_common_and_of_two_the_later_one() -> None:
    pairs = [("a", "b"), ("a", "c"), ("d", "e")]

    assert list(blamed(pairs)) == [("a", "b"), ("a", "c"), ("e", "d")]
