"""Which rows a log says were inserted, changed, deleted, by whom and when it was committed. Pure.

PostgreSQL 15 writes so with ``wal_level = logical``: whole rows as they became, and the key of
what was deleted, where its table has one. Where it does not say, the row is unknown, and told so.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from dr.logs.log_end import read_location
from dr.logs.log_records import LogRecord, Relation

_COMMIT: Final = re.compile(
    r"tx: +(\d+), lsn: ([0-9A-F]+/[0-9A-F]+), .* desc: COMMIT(?:_PREPARED (\d+):)? "
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) UTC(?:.*; subxacts:((?: \d+)+))?"
)

_STANDBY, _RUNNING = 8, 0x10
_NEXT_TRANSACTION: Final = struct.Struct("<12xI")
_WHAT: Final = 0x70
"""the bits that say which of its records a manager wrote; 10 are those of tables, 9 as well"""

_HEAD: Final = struct.Struct("<HHB")
_LENGTH: Final = struct.Struct("<H")
_MANY: Final = struct.Struct("<BxH")
_TRUNCATED: Final = struct.Struct("<IIB3x")
_IS_A_TRY, _IS_A_TRY_UNDONE = 0x04, 0x08
"""an insertion that may meet another of its key (ON CONFLICT), until it is confirmed"""
_IS_A_VALUE: Final = 0x10
_DELETED_BYTES, _HAS_KEY_OF_DELETED = 8, 0x06
_UPDATED_BYTES, _UPDATED_FLAGS, _HAS_OLD_KEY = 14, 7, 0x0C
_HAS_ONLY_ENDS: Final = 0x60
"""of the new row: what it shares with the old one is left out, which is not done for tables whose
log is for others to read (``wal_level = logical``)
"""


class ChangeKind(StrEnum):
    """What happened to a row; ``EMPTIED``: to all of a table."""

    INSERTED = "inserted"
    CHANGED = "changed"
    DELETED = "deleted"
    EMPTIED = "emptied"


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row, or only its key and nothing in its other columns, as PostgreSQL stores it."""

    attributes: int
    """the words of its head: how many there are"""
    flags: int
    """which are nowhere, or elsewhere"""
    begins: int
    """bytes from its head to its first attribute"""
    stored: bytes
    """what follows its head: which are nowhere, then each"""


@dataclass(frozen=True, slots=True)
class Commit:
    """One transaction that is committed."""

    transaction: int
    at: datetime
    """by the clock of the host that led"""
    location: int
    """of the record that commits it; all that it did lies before"""


@dataclass(frozen=True, slots=True)
class RawChange:
    """What a committed transaction did to one row."""

    commit: Commit
    kind: ChangeKind
    relation: Relation
    """its ``file`` is that of the table; for ``EMPTIED`` its number in the catalogue"""
    new: RawRow | None = None
    """as it became; None: it is gone, or the log does not say"""
    old: RawRow | None = None
    """its key before, where that was another one or it is gone; None: the log does not say"""
    is_value: bool = False
    """It is known to be no row, but part of a long value of another table's row."""


def commits_of(records: str) -> dict[int, Commit]:
    """Return whose change each transaction's is, part of another or not, as ``pg_waldump`` tells.

    ``records`` are those that it shows. What is not there is not committed in them.
    """
    owners: dict[int, Commit] = {}
    for own, place, prepared, time, parts in _COMMIT.findall(records):
        at = datetime.fromisoformat(time).replace(tzinfo=UTC)
        commit = Commit(int(prepared or own), at, read_location(place))
        owners |= dict.fromkeys((commit.transaction, *map(int, parts.split())), commit)
    return owners


def changes(records: Iterable[LogRecord], of: Mapping[int, Commit]) -> Iterator[RawChange]:
    """Yield what ``records`` say that the transactions ``of`` these did, in the log's order."""
    tried: dict[int, RawChange] = {}
    for record in records:
        commit = of.get(record.transaction)
        if commit is None:
            continue
        done = [*_changes(record, commit)]
        match record.manager, record.info & _WHAT:
            case (10, 0x00) if record.main[-1] & _IS_A_TRY:
                tried[record.transaction] = done.pop()
            case (10, 0x50) if record.transaction in tried:
                done.append(tried.pop(record.transaction))
            case (10, 0x10) if record.main[-1] & _IS_A_TRY_UNDONE:
                done.clear()
                tried.pop(record.transaction, None)
            case _:
                pass
        yield from done


def next_transaction(record: LogRecord) -> int | None:
    """Return the lowest number that no transaction had by ``record``; None: it does not tell."""
    if (record.manager, record.info & 0xF0) != (_STANDBY, _RUNNING):
        return None
    number: int = _NEXT_TRANSACTION.unpack_from(record.main)[0]
    return number


def is_before(one: int, other: int) -> bool:
    """Whether transaction ``one`` got its number before ``other``: numbers begin anew at 2³²."""
    return (other - one) % 2**32 in range(1, 2**31)


def _changes(record: LogRecord, commit: Commit) -> Iterator[RawChange]:
    match record.manager, record.info & _WHAT:
        case (10, 0x00):
            row, is_value = _row(record.blocks[0].data), bool(record.main[-1] & _IS_A_VALUE)
            where = record.blocks[0].relation
            yield RawChange(commit, ChangeKind.INSERTED, where, row, is_value=is_value)
        case (10, 0x10):
            yield _deleted(record, commit)
        case (10, 0x20 | 0x40):
            yield _updated(record, commit)
        case (10, 0x30):
            database, count, _ = _TRUNCATED.unpack_from(record.main)
            for number in struct.unpack_from(f"<{count}I", record.main, _TRUNCATED.size):
                yield RawChange(commit, ChangeKind.EMPTIED, Relation(0, database, number))
        case (9, 0x50):
            for row in _inserted(record):
                yield RawChange(commit, ChangeKind.INSERTED, record.blocks[0].relation, new=row)
        case _:  # a lock, or what concerns no row
            pass


def _deleted(record: LogRecord, commit: Commit) -> RawChange:
    flags = record.main[_DELETED_BYTES - 1]
    old = _row(record.main[_DELETED_BYTES:]) if flags & _HAS_KEY_OF_DELETED else None
    return RawChange(commit, ChangeKind.DELETED, record.blocks[0].relation, old=old)


def _updated(record: LogRecord, commit: Commit) -> RawChange:
    flags = record.main[_UPDATED_FLAGS]
    new = None if flags & _HAS_ONLY_ENDS else _row(record.blocks[0].data)
    old = _row(record.main[_UPDATED_BYTES:]) if flags & _HAS_OLD_KEY else None
    return RawChange(commit, ChangeKind.CHANGED, record.blocks[0].relation, new, old)


def _inserted(record: LogRecord) -> Iterator[RawRow | None]:
    """Yield each row of an insertion of many: as None, if the log has a page in their place."""
    _, count = _MANY.unpack_from(record.main)
    data, place = record.blocks[0].data, 0
    for _ in range(count):
        if not data:
            yield None
            continue
        place += place % 2
        (length,) = _LENGTH.unpack_from(data, place)
        end = place + _LENGTH.size + _HEAD.size + length
        yield _row(data[place + _LENGTH.size : end])
        place = end


def _row(stored: bytes) -> RawRow | None:
    """Return the row that is ``stored`` behind its head; None: the log has a page in its place."""
    if not stored:
        return None
    attributes, flags, begins = _HEAD.unpack_from(stored)
    return RawRow(attributes, flags, begins, stored[_HEAD.size :])
