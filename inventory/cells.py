"""Rows as aligned plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.text import table

Cells = Mapping[str, str]
"""column → cell, the same columns in every row of a table"""


def aligned(rows: Sequence[Cells]) -> str:
    """Return ``rows`` below a heading, columns two spaces apart; empty for no rows."""
    if not rows:
        return ""
    head = [column.upper().replace("_", " ") for column in rows[0]]
    return "\n".join(table(head, [[row[column] for column in rows[0]] for row in rows]))
