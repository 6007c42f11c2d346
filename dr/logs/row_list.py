"""The rows that a tail changed, as a person reads them: table, key, and what happened. Pure.

Keys are shown. Whole rows are what citizens handed in: they lie in a file beside the tail alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.formats import KEY, Format
from core.text import printable
from dr.logs.log_changes import ChangeKind, Commit, RawChange

SUMMARY: Final = "rows.json"
"""beside a tail that is kept: how many of its rows are known, and the first without their values"""
ROWS: Final = "rows.jsonl"
"""beside it: every row that is known, whole, one a line"""
MOST_SHOWN: Final = 20
"""of one tail on a screen"""
_LONGEST_SHOWN: Final = 60
"""letters of one value of a key there"""

NO_TABLE: Final = "its table is not in the catalogue: gone, emptied or rewritten since"
UNREAD: Final = "PostgreSQL does not read it"
NO_KEY: Final = "its table has no key, so the log does not say which row"
NOT_IN_LOG: Final = "the log does not hold it"
OUTSIDE: Final = "a value of it lies outside the row, and the log does not reach there"


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row of a log, as PostgreSQL reads it; both are objects of JSON, as text."""

    key: str | None
    """None: its table has none"""
    row: str | None
    """None: a value lies outside the row, where the log does not hold it"""


@dataclass(frozen=True, slots=True)
class RowChange:
    """What one committed transaction did to one row."""

    at: str
    """when it was committed, by the clock of the host that led, in UTC"""
    transaction: int
    kind: ChangeKind
    table: str | None
    """with its schema, and the database inside; None: nobody can tell"""
    key: str | None
    """an object of JSON: what it was known by before; None: its table has none, or see ``why``"""
    row: str | None = None
    """an object of JSON: all of it afterwards; None: it is gone, is elsewhere, or see ``why``"""
    why: str | None = None
    """why something of it is not known; None: all is"""

    @property
    def is_known(self) -> bool:
        """Whether a person can tell which row it was."""
        whole = self.kind is ChangeKind.INSERTED and self.row is not None
        return self.key is not None or whole or (self.kind is ChangeKind.EMPTIED and not self.why)

    def line(self) -> str:
        """Return it as one line of JSON, with its row; numbers in it have all their digits."""
        plain = self.plain()
        parts = [f'"{name}":{json.dumps(plain[name])}' for name in plain if name != "key"]
        parts += [f'"key":{self.key or "null"}', f'"row":{self.row or "null"}']
        return f'{{"{KEY}":{Format.ROWS.number},{",".join(parts)}}}\n'

    def plain(self) -> dict[str, Any]:
        """Return it for JSON, without its row."""
        return {
            "at": self.at,
            "transaction": self.transaction,
            "change": self.kind.value,
            "table": self.table,
            "key": json.loads(self.key, parse_float=str) if self.key else None,
            "why": self.why,
        }

    def sentence(self) -> str:
        """Return what a person reads of it: no value but its key's."""
        key = self.plain()["key"]
        named = " ".join(f"{name}={_short(value)}" for name, value in (key or {}).items())
        of = " ".join(filter(None, [self.table or "an unknown table", named]))
        doubt = f": {self.why}" if self.why else ""
        return f"{self.kind} {printable(of)} at {self.at}, transaction {self.transaction}{doubt}"


@dataclass(frozen=True, slots=True)
class RowList:
    """What can be told, row by row, of the commits in a tail."""

    commits: int
    """that were found in it"""
    listed: int
    """of these, those of which every row is known"""
    changes: int
    """of rows that are in ``file``, known or not"""
    file: str | None
    """where they are, on the tail's host; None: nowhere"""
    notes: tuple[str, ...] = ()
    """what is not told, and why"""
    first: tuple[RowChange, ...] = ()
    """without their rows"""

    def plain(self) -> dict[str, Any]:
        """Return it for JSON."""
        own = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return own | {"first": [one.plain() for one in self.first]}

    def text(self) -> str:
        """Return it as JSON, with its number."""
        return Format.ROWS.text(self.plain()) + "\n"

    def sentences(self) -> Iterator[str]:
        """Yield what a person reads of it, bounded."""
        changes = "1 change" if self.changes == 1 else f"{self.changes} changes"
        yield f"rows are known of {self.listed} of {self.commits} commits, {changes}"
        for change in self.first:
            yield f"    {change.sentence()}"
        more = self.changes - len(self.first)
        if self.file:
            yield f"{f'and {more} more, ' if more else ''}whole rows in {self.file}"
        yield from self.notes


def read_rows(text: str, source: object) -> RowList:
    """Return what ``text``, kept at ``source``, says.

    Raises:
        ValueError: it is no list of rows.
        JournalCorrupt: it is of a format that is not read.
    """
    Format.ROWS.demand(text, source)
    plain = json.loads(text)
    try:
        first = tuple(_read(one) for one in plain["first"])
        commits, listed, changes = (int(plain[name]) for name in ("commits", "listed", "changes"))
        return RowList(commits, listed, changes, plain["file"], tuple(plain["notes"]), first)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no list of rows: {text[:200]}") from error


def told(
    change: RawChange, table: str | None, new: ReadRow | None, old: ReadRow | None
) -> RowChange:
    """Return ``change`` as it is told, of a row of ``table`` that reads ``new``, and ``old``."""
    known = old or new
    key, row = known.key if known else None, new.row if new else None
    return RowChange(
        at=f"{change.commit.at:%Y-%m-%d %H:%M:%S.%f}Z",
        transaction=change.commit.transaction,
        kind=change.kind,
        table=table,
        key=key,
        row=row,
        why=None
        if change.kind is ChangeKind.EMPTIED and table
        else _why(change, table, (new, old), key),
    )


def row_list(
    commits: Iterable[Commit],
    changes: Sequence[RowChange],
    doubtful: Iterable[int],
    file: str,
    notes: Iterable[str],
) -> RowList:
    """Return the list of ``changes``, kept in ``file``, of all ``commits`` that were found.

    ``doubtful`` transactions may have changed more.
    """
    transactions = {commit.transaction for commit in commits}
    unknown = {one.transaction for one in changes if not one.is_known} | {*doubtful}
    first = tuple(_without_row(one) for one in changes[:MOST_SHOWN])
    listed = len(transactions - unknown)
    return RowList(len(transactions), listed, len(changes), file, tuple(notes), first)


def _why(
    change: RawChange,
    table: str | None,
    rows: tuple[ReadRow | None, ReadRow | None],
    key: str | None,
) -> str | None:
    new, old = rows
    if table is None:
        return NO_TABLE
    if change.kind is not ChangeKind.DELETED and new is None:
        return UNREAD if change.new else NOT_IN_LOG
    if key is None and change.kind is not ChangeKind.INSERTED:
        return UNREAD if change.old and old is None else NO_KEY
    return OUTSIDE if new is not None and new.row is None else None


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _without_row(change: RowChange) -> RowChange:
    return RowChange(
        change.at, change.transaction, change.kind, change.table, change.key, why=change.why
    )


def _read(plain: Mapping[str, Any]) -> RowChange:
    key = json.dumps(plain["key"]) if plain["key"] is not None else None
    kind = ChangeKind(plain["change"])
    return RowChange(plain["at"], plain["transaction"], kind, plain["table"], key, why=plain["why"])
