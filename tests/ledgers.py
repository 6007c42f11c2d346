"""Ledgers for tests: a write each 50 ms from the start of 2030."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitors.ledger import Head, LedgerEntry, WriteOutcome, chained

START = datetime(2030, 1, 1, tzinfo=UTC)
TICK = timedelta(milliseconds=50)


def at(tick: float) -> datetime:
    """Return the moment of a tick."""
    return START + tick * TICK


WINDOW = (at(1), at(100))


def write(
    sequence: int, outcome: WriteOutcome = WriteOutcome.OK, *, late: float = 0.0
) -> LedgerEntry:
    """Return the write that was due at tick ``sequence``, sent ``late`` ticks after."""
    return LedgerEntry(
        sequence=sequence,
        key=f"k{sequence}",
        due_at=at(sequence),
        sent_at=at(sequence + late),
        ended_at=at(sequence + late + 0.2),
        outcome=outcome,
        connection="new" if sequence % 2 else "kept",
        id=sequence if outcome is WriteOutcome.OK else None,
        site="ndc01",
        host="ndc01-app",
    )


def chain(entries: list[LedgerEntry]) -> list[str]:
    """Return the lines of a ledger that holds ``entries``."""
    head, lines = Head(), []
    for entry in entries:
        line, head = chained(entry, head)
        lines.append(line)
    return lines
