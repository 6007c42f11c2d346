"""What is wrong in an inventory, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from typing_extensions import override

from core.errors import InventoryInvalid
from core.text import printable


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a declared file; places sort as a person reads: by file, line, column."""

    file: str
    line: int
    """from 1"""
    column: int
    """from 1"""

    @override
    def __str__(self) -> str:
        """Return it as editors read it."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that explains a problem."""

    label: str
    place: Place

    @override
    def __str__(self) -> str:
        """Return the remark that is appended to what was expected."""
        return f"  ({self.label}, {self.place.file}:{self.place.line})"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the inventory, with everything that a person needs to mend it.

    One code means one kind of problem, for good: people search for it.
    """

    place: Place
    code: str
    """``NDC-E`` and four digits: the first two name the pass, 01 to 10"""
    what: str
    expected: str
    actual: str
    next_step: str
    related: Related | None = None
    conditions: tuple[str, ...] = ()
    """``under profile small``: where else the same is so it is the same problem; empty: always"""
    about: str = ""
    """what is the same fact though it is told at another place; empty: place and words say that"""
    source: str = ""
    """the line of ``place``, as a person wrote it; the loader adds it"""

    @property
    def sentence(self) -> str:
        """What is wrong, and under which conditions."""
        return f"{self.what} {some(self.conditions)}" if self.conditions else self.what

    def lines(self, *, snippet: bool = False) -> list[str]:
        """Return what a person reads; with ``snippet``, the source line and a caret as well."""
        labelled = (
            ("expected", f"{self.expected}{self.related or ''}"),
            ("actual", self.actual),
            ("next step", self.next_step),
        )
        return [
            printable(f"{self.place}  {self.code}  {self.sentence}"),
            *(self._snippet() if snippet and self.source else []),
            *(f"{label:>10}  {printable(text)}" for label, text in labelled),
        ]

    def plain(self) -> dict[str, object]:
        """Return it as JSON-ready values, for editors and CI annotations."""
        related = self.related and {
            "label": self.related.label,
            "file": self.related.place.file,
            "line": self.related.place.line,
            "column": self.related.place.column,
        }
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "code": self.code,
            "what": self.sentence,
            "expected": self.expected,
            "actual": self.actual,
            "next_step": self.next_step,
            "related": related,
        }

    def _snippet(self) -> list[str]:
        # a letter for a letter, so that the caret stands below its own
        source = "".join(letter if letter.isprintable() else "\ufffd" for letter in self.source)
        # of a long line, what stands around the place
        first = max(0, self.place.column - _LINE // 2) if len(source) > _LINE else 0
        shown = source[first : first + _LINE]
        return [f"{self.place.line:>10} | {shown}", f"{'^':>{self.place.column - first + 13}}"]


class InventoryProblems(InventoryInvalid):
    """The inventory cannot be used; carries every problem of the furthest pass that was reached."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.place, p.code, p.what)))
        count = len(self.problems)
        super().__init__(f"{count} problem{'s' if count > 1 else ''} in the inventory")

    @override
    def lines(self, *, snippet: bool = False) -> list[str]:
        """Return every problem in full, in order of place, then how many there are."""
        text: list[str] = []
        for problem in self.problems:
            text += [*problem.lines(snippet=snippet), ""]
        return [*text, f"{self.what}; nothing was touched"]


_MOST_NEAR = 8
_SOME = 3
"""conditions that a message names"""
_BRIEF = 80
"""characters of a value that a message repeats"""
_LINE = 120
"""characters of a line that a message shows"""


def brief(text: str) -> str:
    """Return ``text``, or its beginning and how long it is."""
    return text if len(text) <= _BRIEF else f"{text[:_BRIEF]}… ({len(text)} characters)"


def foreign(name: str) -> str:
    """Return a remark on letters of ``name`` that only look like ours; empty: there are none."""
    letters = [f"U+{ord(x):04X} at {at}" for at, x in enumerate(name, 1) if not x.isascii()]
    return f" ({', '.join(letters[:3])})" if letters else ""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return which of ``names`` somebody probably meant who wrote ``name``; None: none, or any.

    Of those that are equally near it is the one with the same letters in another order.
    """
    close = get_close_matches(name, sorted(names), n=_MOST_NEAR, cutoff=0.7)
    likeness = {other: SequenceMatcher(None, other, name).ratio() for other in close}
    near = [other for other in close if likeness[other] == max(likeness.values())]
    turned = [other for other in near if sorted(other) == sorted(name)]
    chosen = turned or near
    return chosen[0] if len(chosen) == 1 else None


def some(texts: Sequence[str], between: str = ", ") -> str:
    """Return the first of ``texts``, and how many more there are."""
    more = [f"{len(texts) - _SOME} more"] if len(texts) > _SOME else []
    return between.join([*texts[:_SOME], *more])


def listed(names: Iterable[str]) -> str:
    """Return ``names`` sorted, as words in a sentence; ``none`` for no name."""
    return ", ".join(sorted(names)) or "none"
