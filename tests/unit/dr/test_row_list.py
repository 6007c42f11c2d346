"""Which rows a copy holds alone, as a person reads it: keys, and what is not known."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from core.errors import JournalCorrupt
from dr.logs.heap_file import heap_file
from dr.logs.log_changes import ChangeKind, Commit, RawChange, RawRow
from dr.logs.log_records import Relation
from dr.logs.row_list import (
    MOST_SHOWN,
    NO_KEY,
    NO_TABLE,
    NOT_IN_LOG,
    OUTSIDE,
    UNREAD,
    ReadRow,
    RowChange,
    read_rows,
    row_list,
    told,
)

COMMIT = Commit(9, datetime(2030, 1, 1, 0, 0, 0, 500, tzinfo=UTC), 100)
RAW = RawRow(1, 0, 24, b"\0row")
TABLE = "app.public.t"


def _told(
    kind: ChangeKind, table: str | None, new: ReadRow | None, old: ReadRow | None
) -> RowChange:
    return told(RawChange(COMMIT, kind, Relation(1663, 5, 16384), RAW, RAW), table, new, old)


@pytest.mark.parametrize(
    ("kind", "table", "new", "old", "why", "is_known"),
    [
        (ChangeKind.INSERTED, TABLE, ReadRow('{"n":1}', '{"n":1}'), None, None, True),
        (ChangeKind.INSERTED, TABLE, ReadRow(None, '{"n":1}'), None, None, True),
        (ChangeKind.INSERTED, TABLE, ReadRow(None, None), None, OUTSIDE, False),
        (ChangeKind.INSERTED, TABLE, None, None, UNREAD, False),
        (ChangeKind.INSERTED, None, None, None, NO_TABLE, False),
        (ChangeKind.CHANGED, TABLE, ReadRow('{"n":1}', None), None, OUTSIDE, True),
        (ChangeKind.CHANGED, TABLE, ReadRow(None, '{"n":1}'), None, UNREAD, False),
        (ChangeKind.CHANGED, TABLE, None, ReadRow('{"n":1}', None), UNREAD, True),
        (ChangeKind.DELETED, TABLE, None, ReadRow('{"n":1}', None), None, True),
        (ChangeKind.DELETED, TABLE, None, None, UNREAD, False),
        (ChangeKind.DELETED, TABLE, None, ReadRow(None, None), NO_KEY, False),
        (ChangeKind.EMPTIED, TABLE, None, None, None, True),
        (ChangeKind.EMPTIED, None, None, None, NO_TABLE, False),
    ],
)
def test_what_is_not_known_of_a_row_is_told_in_its_place(
    kind: ChangeKind,
    table: str | None,
    new: ReadRow | None,
    old: ReadRow | None,
    why: str | None,
    *,
    is_known: bool,
) -> None:
    change = _told(kind, table, new, old)

    assert (change.why, change.is_known) == (why, is_known)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (ChangeKind.INSERTED, NOT_IN_LOG),
        (ChangeKind.CHANGED, NOT_IN_LOG),
        (ChangeKind.DELETED, NO_KEY),
    ],
)
def test_what_the_log_leaves_out_is_told_as_such(kind: ChangeKind, why: str) -> None:
    change = told(RawChange(COMMIT, kind, Relation(1663, 5, 16384)), TABLE, None, None)

    assert (change.why, change.is_known) == (why, False)


def test_a_row_is_known_by_what_its_key_was() -> None:
    change = _told(
        ChangeKind.CHANGED, TABLE, ReadRow('{"n":2}', '{"n":2}'), ReadRow('{"n":1}', None)
    )

    assert (change.key, change.row) == ('{"n":1}', '{"n":2}')


def test_a_line_holds_the_whole_row_with_all_its_digits() -> None:
    exact = '{"n":1.00000000000000000000000001}'

    line = _told(ChangeKind.INSERTED, TABLE, ReadRow(exact, exact), None).line()

    assert line.count(exact) == 2
    assert json.loads(line)["format"] == 1
    assert line.endswith("}\n")


def test_a_list_counts_commits_that_are_known_whole_and_shows_the_first_rows_by_their_keys() -> (
    None
):
    known = _told(ChangeKind.INSERTED, TABLE, ReadRow('{"n": 1}', '{"name": "An"}'), None)
    other, third = (Commit(number, COMMIT.at, 200) for number in (10, 11))
    unknown = told(RawChange(other, ChangeKind.DELETED, Relation(1, 5, 16384)), TABLE, None, None)

    rows = row_list([COMMIT, other, third], [*[known] * MOST_SHOWN, unknown], [11], "/it", ["why"])

    assert (rows.commits, rows.listed, rows.changes) == (3, 1, MOST_SHOWN + 1)
    assert [*rows.sentences()][-2:] == ["and 1 more, whole rows in /it", "why"]
    assert "An" not in rows.text()
    assert read_rows(rows.text(), "it") == rows


def test_a_key_obeys_no_terminal_and_is_short() -> None:
    key = json.dumps({"n": "\x1b[2J" + "x" * 100})

    sentence = _told(ChangeKind.DELETED, TABLE, None, ReadRow(key, None)).sentence()

    assert sentence.startswith("deleted app.public.t n=\\x1b[2Jxxx")
    assert "x…" in sentence
    assert len(sentence) < 150


@pytest.mark.parametrize("text", ["{}", '{"first": 1, "commits": 1}'])
def test_what_is_no_list_of_rows_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no list of rows"):
        read_rows(text, "it")


def test_a_list_of_a_later_format_is_refused() -> None:
    with pytest.raises(JournalCorrupt):
        read_rows('{"format": 99}', "it")


def test_rows_are_laid_out_over_as_many_pages_as_they_need() -> None:
    rows = [RawRow(1, 0, 24, bytes(3000))] * 5

    content, places = heap_file(rows)

    assert places == ["(0,1)", "(0,2)", "(1,1)", "(1,2)", "(2,1)"]
    assert len(content) == 3 * 8192
    assert heap_file([]) == (b"", [])
