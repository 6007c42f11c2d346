"""Which faults are put into a module: into what decides, and into no text."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.operators import mutations


def _put_in(source: str) -> list[str]:
    """Return the lines that the mutants of ``source`` put in."""
    count = len(list(mutations(ast.parse(source))))
    every = [list(mutations(ast.parse(source)))[index] for index in range(count)]
    differences = (mutation.difference().splitlines() for mutation in every)
    return [line[1:].strip() for lines in differences for line in lines if line[0] == "+"]


@pytest.mark.parametrize(
    ("source", "mutants"),
    [
        ("a = b < c", ["a = b <= c", "a = b >= c"]),
        ("a = b is c", ["a = b is not c"]),
        ("a = b and c", ["a = b or c", "a = c", "a = b"]),
        ("a = not b", ["a = b"]),
        ("a = b if c else d", ["a = d if c else b"]),
        ("a = any(b)", ["a = all(b)"]),
        ("a = b - 1", ["a = b + 1", "a = b - 2", "a = b - 0"]),
        ("a = True", ["a = False"]),
        ("a = {B.C, B.D}", ["a = {B.D}", "a = {B.C}"]),
        ("a = b(C.D, *E)", ["a = b(*E)", "a = b(C.D)"]),
        ("a = [b for b in c if d]", ["a = [b for b in c]"]),
        ("if a:\n    b()", ["if not a:", "pass"]),
        ("def f():\n    return a", ["return None"]),
        ("self.a = b", ["pass"]),
    ],
)
def test_what_decides_is_changed(source: str, mutants: list[str]) -> None:
    assert _put_in(source) == mutants


def test_a_case_may_lose_its_guard_or_be_lost() -> None:
    put_in = _put_in("match a:\n    case B() if b:\n        c = d\n    case _:\n        c = e")

    assert put_in == ["case B():"]  # to lose a case puts nothing in


def test_a_last_case_of_which_nothing_comes_is_kept() -> None:
    assert _put_in("match a:\n    case B():\n        c = d\n    case _:\n        pass") == []


@pytest.mark.parametrize(
    "source",
    [
        '"""A text."""',
        "a: Final[int | None]",
        "A: TypeAlias = B | C",
        "from a import b",
        'a = f"{b or 1}"',
        'a = b or "nothing"',
        'a = f(expected="b" if c else "d")',
        "def f(a: B | C) -> D | None: ...",
        "def f():\n    return None",
    ],
)
def test_texts_and_types_are_left_as_they_are(source: str) -> None:
    assert list(mutations(ast.parse(source))) == []
