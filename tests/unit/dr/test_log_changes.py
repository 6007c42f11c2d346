"""Whose changes count, and which: the words and bytes are those of PostgreSQL 15."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

from dr.logs.log_changes import (
    ChangeKind,
    Commit,
    RawChange,
    RawRow,
    changes,
    commits_of,
    is_before,
    next_transaction,
)
from dr.logs.log_records import BlockData, LogRecord, Relation

LINE = "rmgr: Transaction len (rec/tot):     34/    34, tx: {:>10}, lsn: 0/{}, prev 0/1, desc: {}\n"
RECORDS = (
    LINE.format(729, "01776468", "ABORT 2026-11-26 23:31:00.654797 UTC")
    + LINE.format(730, "01776638", "COMMIT 2026-11-26 23:31:00.669845 UTC; subxacts: 732 733")
    + LINE.format(0, "01776640", "COMMIT_PREPARED 728: 2026-11-26 23:31:01 UTC")
    + LINE.format(
        737, "0177F878", "COMMIT 2026-11-26 23:31:02.5 UTC; inval msgs: catcache 80; subxacts: 738"
    )
)
TABLE = Relation(1663, 5, 16384)
OURS = Commit(9, datetime(2030, 1, 1, tzinfo=UTC), 100)
ROW = RawRow(2, 0x802, 24, b"\0row")
STORED = struct.pack("<HHB", 2, 0x802, 24) + b"\0row"
INSERT, DELETE, UPDATE, CONFIRM, LOCK = 0x00, 0x10, 0x20, 0x50, 0x60
IS_A_TRY, WAS_A_TRY = 4, 8


def _record(info: int, main: bytes, data: bytes = b"", *, manager: int = 10) -> LogRecord:
    return LogRecord(1, 9, manager, info, main, (BlockData(TABLE, data),))


def _done(*records: LogRecord) -> list[tuple[ChangeKind, RawRow | None, RawRow | None]]:
    return [(one.kind, one.new, one.old) for one in changes(records, {9: OURS})]


def test_parts_of_a_transaction_belong_to_it_and_what_was_rolled_back_to_nobody() -> None:
    of = commits_of(RECORDS)

    assert {part: commit.transaction for part, commit in of.items()} == {
        **dict.fromkeys((730, 732, 733), 730),
        728: 728,
        **dict.fromkeys((737, 738), 737),
    }
    assert of[733] == Commit(730, datetime(2026, 11, 26, 23, 31, 0, 669845, tzinfo=UTC), 0x1776638)


def test_a_row_is_as_the_log_holds_it() -> None:
    inserted = _record(INSERT, b"\1\0\0", STORED)
    changed = _record(UPDATE, struct.pack("<IHBBIH", 9, 1, 0, 0x10, 0, 2), STORED)
    moved = _record(UPDATE, struct.pack("<IHBBIH", 9, 1, 0, 0x18, 0, 2) + STORED, STORED)
    deleted = _record(DELETE, struct.pack("<IHBB", 9, 1, 0, 4) + STORED)

    assert _done(inserted, changed, moved, deleted) == [
        (ChangeKind.INSERTED, ROW, None),
        (ChangeKind.CHANGED, ROW, None),
        (ChangeKind.CHANGED, ROW, ROW),
        (ChangeKind.DELETED, None, ROW),
    ]


def test_what_the_log_leaves_out_is_not_known() -> None:
    in_a_page = _record(INSERT, b"\1\0\0")
    without_its_ends = _record(UPDATE, struct.pack("<IHBBIH", 9, 1, 0, 0x20, 0, 2), STORED)
    without_a_key = _record(DELETE, struct.pack("<IHBB", 9, 1, 0, 0))
    many_in_a_page = _record(0x50, struct.pack("<BxH", 0, 2), manager=9)

    assert _done(in_a_page, without_its_ends, without_a_key, many_in_a_page) == [
        (ChangeKind.INSERTED, None, None),
        (ChangeKind.CHANGED, None, None),
        (ChangeKind.DELETED, None, None),
        *[(ChangeKind.INSERTED, None, None)] * 2,
    ]


def test_rows_that_were_inserted_together_are_told_one_by_one() -> None:
    odd = struct.pack("<H", 3) + STORED[:5] + b"\0od"
    whole = struct.pack("<H", 4) + STORED
    together = _record(0x50 | 0x80, struct.pack("<BxH", 2, 3), odd + whole + b"\0" + odd, manager=9)

    stored = [row.stored for _, row, _ in _done(together) if row]

    assert stored == [b"\0od", b"\0row", b"\0od"]


def test_an_insertion_that_met_another_of_its_key_never_was() -> None:
    tried = _record(INSERT, bytes([1, 0, IS_A_TRY]), STORED)
    undone = _record(DELETE, struct.pack("<IHBB", 9, 1, 0, WAS_A_TRY))
    confirmed = _record(CONFIRM, b"\1\0")

    assert _done(tried, undone) == []
    assert _done(tried, undone, tried, confirmed) == [(ChangeKind.INSERTED, ROW, None)]


def test_nobody_is_told_of_what_was_rolled_back_or_only_locked() -> None:
    inserted = _record(INSERT, b"\1\0\0", STORED)

    assert list(changes([inserted], {})) == []
    assert _done(_record(LOCK, bytes(8))) == []


def test_a_table_that_is_emptied_is_known_by_its_number() -> None:
    emptied = _record(0x30, struct.pack("<IIB3xII", 5, 2, 0, 16400, 16500))

    assert list(changes([emptied], {9: OURS})) == [
        RawChange(OURS, ChangeKind.EMPTIED, Relation(0, 5, number)) for number in (16400, 16500)
    ]


def test_the_log_notes_now_and_then_which_transactions_had_begun() -> None:
    running = LogRecord(1, 0, 8, 0x10, struct.pack("<III", 0, 0, 0) + struct.pack("<I", 745), ())

    assert next_transaction(running) == 745
    assert next_transaction(_record(INSERT, b"\1\0\0")) is None


def test_numbers_of_transactions_begin_anew() -> None:
    assert is_before(744, 745)
    assert is_before(2**32 - 1, 3)
    assert not is_before(3, 2**32 - 1)
    assert not is_before(745, 745)
