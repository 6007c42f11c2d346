"""Tables of marked text: what `ndc status` prints of a topic, and the dashboard shows."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from core.text import table
from monitors.health.concern import Condition
from tui.picture import PictureLine, Span


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of a sheet, and how what it tells of is."""

    cells: tuple[str, ...]
    condition: Condition


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """Lines that belong together, below one that says of what they are."""

    title: Span
    rows: tuple[SheetRow, ...]


def sheet(
    head: Sequence[str], rows: Sequence[SheetRow], *, right: Container[int] = ()
) -> tuple[PictureLine, ...]:
    """Return ``rows`` below ``head``; none for no rows.

    ``right`` are the columns, counted from 0, whose cells end below each other, as figures do.
    """
    first, *lines = table(head, [row.cells for row in rows], right=right) or [""]
    pairs = zip(lines, rows, strict=True)
    title: PictureLine = (Span(first, is_aside=True),)
    return (title, *((Span(line, row.condition),) for line, row in pairs)) if rows else ()


def grouped(
    head: Sequence[str], groups: Sequence[SheetGroup], *, right: Container[int] = ()
) -> tuple[PictureLine, ...]:
    """Return ``groups`` below one ``head``, their columns below each other; none for no rows."""
    if not any(group.rows for group in groups):
        return ()
    title, *lines = sheet(head, [row for group in groups for row in group.rows], right=right)
    rest = iter(lines)
    whole: list[PictureLine] = [_shifted(title)]
    for group in groups:
        whole += [(group.title,), *(_shifted(next(rest)) for _ in group.rows)]
    return tuple(whole)


def _shifted(line: PictureLine) -> PictureLine:
    return (Span("  "), *line)


def below(*parts: tuple[PictureLine, ...]) -> tuple[PictureLine, ...]:
    """Return ``parts`` below each other, an empty line between; what is empty is left out."""
    blocks = [part for part in parts if part]
    return tuple(line for at, part in enumerate(blocks) for line in ((), *part)[not at :])
