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
    condition: Condition | None = None
    is_aside: bool = False


def sheet(
    head: Sequence[str], rows: Sequence[SheetRow], *, right: Container[int] = ()
) -> tuple[PictureLine, ...]:
    """Return ``rows`` below ``head``; none for no rows.

    ``right`` are the columns, counted from 0, whose cells end below each other, as figures do.
    """
    lines = table(head, [row.cells for row in rows], right=right)
    return (
        *((Span(line, is_aside=True),) for line in lines[:1]),
        *(
            (Span(line, row.condition, row.is_aside),)
            for line, row in zip(lines[1:], rows, strict=True)
        ),
    )


def below(*parts: tuple[PictureLine, ...]) -> tuple[PictureLine, ...]:
    """Return ``parts`` below each other, an empty line between; what is empty is left out."""
    there = [part for part in parts if part]
    return tuple(line for at, part in enumerate(there) for line in ((), *part)[not at :])
