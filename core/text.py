"""How things read to a person: tables, durations, sizes, and what is wrong with a document."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # `ndc --help` needs our tables, and answers without pydantic
    from pydantic import ValidationError

Say: TypeAlias = Callable[[str], None]
"""takes one sentence for whoever waits"""

_EXACT = (
    ("h", timedelta(hours=1)),
    ("min", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
    ("ms", timedelta(milliseconds=1)),
)
_WHOLE = (("d", timedelta(days=1)), *_EXACT[:2])
_DECIMAL = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))
_BINARY = (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands for the text of a file that is there and cannot be read."""

    why: str
    legible: str | None = None
    """what can be made out of it all the same; None: nobody can say what it holds"""
    line: int = 1
    column: int = 1
    """where that shows in it, counted from 1"""


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Container[int] = ()
) -> list[str]:
    """Return ``rows`` below ``head``, a line each, columns two spaces apart; none for no rows.

    ``right`` are the columns, counted from 0, whose cells end below each other, as figures do.
    """
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return ["  ".join(_cells(row, widths, right)).rstrip() for row in (head, *rows)]


def _cells(row: Sequence[str], widths: Sequence[int], right: Container[int]) -> list[str]:
    return [
        cell.rjust(width) if place in right else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def duration(length: timedelta) -> str:
    """Return ``length`` in the largest unit of which it is hundredths: ``1.25 h``, ``70 s``.

    What is no hundredths of any, because it was measured, is rounded in the largest that it fills.
    """
    filled = [(unit, size) for unit, size in _EXACT if length >= size] or [_EXACT[-1]]
    whole = [(unit, size) for unit, size in filled if not length % (size / 100)]
    unit, size = (whole or filled)[0]
    return f"{length / size:g} {unit}" if length else "0 s"


def age(length: timedelta) -> str:
    """Return about how long ago it is, or takes: ``119 s``, ``4 min``, ``2 h``, ``5 d``."""
    for unit, size in _WHOLE:
        if length >= 2 * size:
            return f"{length // size} {unit}"
    return f"{int(length.total_seconds())} s"


def round_trip(length: timedelta) -> str:
    """Return ``length`` in milliseconds: ``25 ms``, below ten ``3.1 ms``."""
    milliseconds = length / timedelta(milliseconds=1)
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"  # noqa: PLR2004 - two digits


def size(size_bytes: int, *, binary: bool = False) -> str:
    """Return ``size_bytes`` in its largest fitting unit: ``0 B``, ``3.5 MB``; ``3.3 MiB``.

    Memory and disks are counted in binary units, as the machine's own programs do.
    """
    for unit, unit_bytes in _BINARY if binary else _DECIMAL:
        if size_bytes >= unit_bytes:
            return f"{size_bytes / unit_bytes:.1f} {unit}"
    return f"{size_bytes} B"


def printable(text: str) -> str:
    """Return ``text`` with what a terminal would obey, or not show, as Python writes it."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def first_problem(error: ValidationError, whole: str = "") -> str:
    """Return where a document is wrong first, and how: ``hosts.0.name: Field required``.

    ``whole`` is the place of what is wrong as a whole; empty: none is named.
    """
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"])) or whole
    return f"{place}: {first['msg']}" if place else first["msg"]
