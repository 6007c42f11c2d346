"""Rows as aligned plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Row = Mapping[str, str]
"""column → cell, the same columns in every row of a table"""


def aligned(rows: Sequence[Row]) -> str:
    """Return ``rows`` below a heading, columns two spaces apart; empty for no rows."""
    if not rows:
        return ""
    heading = {column: column.upper().replace("_", " ") for column in rows[0]}
    widths = {column: max(len(row[column]) for row in (heading, *rows)) for column in heading}
    return "\n".join(
        "  ".join(row[column].ljust(width) for column, width in widths.items()).rstrip()
        for row in (heading, *rows)
    )
