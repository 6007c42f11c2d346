"""A log is read record by record, over pages and files, and no further than it goes on."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import pytest

from dr.log_records import BlockData, LogBroken, LogReader, LogRecord, Relation

FILE_BYTES = 4 * 8192
START = FILE_BYTES
"""of the second file: the first record of a log never begins at 0"""
TABLE = Relation(1663, 5, 16384)
HEAP, XLOG, SWITCH = 10, 0, 0x40


@dataclass
class Writer:
    """Writes a log as PostgreSQL 15 does: records one after the other, around heads of pages."""

    log: bytearray = field(default_factory=bytearray)
    last: int = 0
    left: int = 0
    """bytes of a record that go on behind a head"""

    def record(self, main: bytes, *, manager: int = HEAP, info: int = 0, image: bytes = b"") -> int:
        """Write a record with a block of ``TABLE``, and return where it begins."""
        block = struct.pack("<BBH", 0, 0x10 | 0x20, 4) + struct.pack("<HHB", len(image), 0, 0)
        block += struct.pack("<IIII", *TABLE, 7)
        body = block + struct.pack("<BI", 254, len(main)) + image + b"data" + main
        length = 24 + len(body)
        self._pad()
        place = self._place()
        self._write(struct.pack("<IIQBB2xI", length, 9, self.last, info, manager, 0) + body)
        self.last = place
        return place

    def end_file(self) -> None:
        """Leave the rest of the file empty, as an ended one is."""
        self._pad()
        while self._place() % FILE_BYTES > 40:
            self._write(bytes(min(8, 8192 - len(self.log) % 8192)))

    def file(self, place: int) -> bytes:
        """Return the file that holds ``place``."""
        begin = place // FILE_BYTES * FILE_BYTES - START
        if not 0 <= begin < len(self.log):
            raise LogBroken("no such file")
        return bytes(self.log[begin : begin + FILE_BYTES]).ljust(FILE_BYTES, b"\0")

    def _place(self) -> int:
        if not len(self.log) % 8192:
            self._head()
        return START + len(self.log)

    def _head(self) -> None:
        place = START + len(self.log)
        is_first = not place % FILE_BYTES
        info = (2 if is_first else 0) | (1 if self.left else 0)
        self.log += struct.pack("<HHIQI4x", 0xD110, info, 1, place, self.left)
        self.log += bytes(16 if is_first else 0)

    def _write(self, content: bytes) -> None:
        while content:
            self._place()
            room = 8192 - len(self.log) % 8192
            self.log += content[:room]
            content = content[room:]
            self.left = len(content)

    def _pad(self) -> None:
        self.log += bytes(-len(self.log) % 8)


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
    writer.record(b"long" * 8192)
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
