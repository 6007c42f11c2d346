"""Logs as PostgreSQL 15 writes them, with small files."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path

from dr.logs.log_records import LogBroken, Relation
from dr.logs.seam import file_name

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
    transaction: int = 9

    def record(
        self,
        main: bytes,
        *,
        manager: int = HEAP,
        info: int = 0,
        image: bytes = b"",
        data: bytes = b"data",
    ) -> int:
        """Write a record with a block of ``TABLE``, and return where it begins."""
        block = struct.pack("<BBH", 0, 0x10 | 0x20, len(data)) + struct.pack(
            "<HHB", len(image), 0, 0
        )
        block += struct.pack("<IIII", *TABLE, 7)
        body = block + struct.pack("<BI", 254, len(main)) + image + data + main
        length = 24 + len(body)
        self._pad()
        place = self._place()
        self._write(
            struct.pack("<IIQBB2xI", length, self.transaction, self.last, info, manager, 0) + body
        )
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

    def lay_out(self, folder: Path) -> None:
        """Make ``folder`` hold the log, as files of timeline 1."""
        for begin in range(START, START + len(self.log), FILE_BYTES):
            (folder / file_name(1, begin, FILE_BYTES)).write_bytes(self.file(begin))
