"""A log is read record by record, over pages and files, and no further than it goes on."""

from __future__ import annotations

import pytest

from dr.logs.log_records import BlockData, LogBroken, LogReader, LogRecord
from tests.logs import FILE_BYTES, HEAP, START, SWITCH, TABLE, XLOG, Writer


def _read(writer: Writer, start: int, last: int) -> list[LogRecord]:
    return list(LogReader(writer.file, FILE_BYTES).records(start, last))


def test_a_record_that_goes_on_over_pages_and_files_is_read_whole() -> None:
    writer = Writer()
    first = writer.record(b"short")
    long = writer.record(b"long" * FILE_BYTES, image=b"page" * 9)
    last = writer.record(b"last")

    read = _read(writer, first, last)

    assert [one.location for one in read] == [first, long, last]
    assert [one.main for one in read] == [b"short", b"long" * FILE_BYTES, b"last"]
    assert {one.blocks for one in read} == {(BlockData(TABLE, b"data"),)}
    assert {(one.manager, one.transaction) for one in read} == {(HEAP, 9)}


def test_what_a_file_begins_with_may_be_the_end_of_a_record() -> None:
    writer = Writer()
    writer.record(b"long" * 12000)
    last = writer.record(b"last")

    reader = LogReader(writer.file, FILE_BYTES)

    assert reader.first_in_file(START + 5) == START + 40
    assert reader.first_in_file(last) == last
    assert last > START + FILE_BYTES


def test_a_file_that_was_ended_early_is_left_for_the_next() -> None:
    writer = Writer()
    first = writer.record(b"end", manager=XLOG, info=SWITCH)
    writer.end_file()
    last = writer.record(b"last")

    assert [one.location for one in _read(writer, first, last)] == [first, last]
    assert last == START + FILE_BYTES + 40


def test_a_log_that_does_not_go_on_is_read_no_further() -> None:
    writer = Writer()
    first = writer.record(b"one")
    writer.last = 12345
    last = writer.record(b"of another log")

    with pytest.raises(LogBroken, match=f"{last:X}"):
        _read(writer, first, last)


@pytest.mark.parametrize("beyond", [16, 3 * FILE_BYTES])
def test_nothing_is_read_where_nothing_was_written(beyond: int) -> None:
    writer = Writer()
    first = writer.record(b"one")

    with pytest.raises(LogBroken):
        _read(writer, first + beyond, first + beyond)


def test_a_page_of_another_place_is_none_of_the_log() -> None:
    writer = Writer()
    first = writer.record(b"long" * 8192)
    writer.log[8192 + 8] ^= 1

    with pytest.raises(LogBroken, match="no page"):
        _read(writer, first, first)
