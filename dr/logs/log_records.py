"""Reads the records of a log of PostgreSQL 15, one after the other. Pure.

``pg_waldump`` names them and tells nothing of what is in them. Lengths and places are in bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

_PAGE_BYTES: Final = 8192
_PAGE: Final = struct.Struct("<HHIQI4x")
_MAGIC: Final = 0xD110
"""with which every page of a log of version 15 begins"""
_CONTINUES: Final = 0x0001
_FIRST_IN_FILE: Final = 0x0002
_LONG_PAGE_BYTES: Final = 40

_RECORD: Final = struct.Struct("<IIQBB2xI")
_LONGEST_BYTES: Final = 2**30
_IMAGE: Final = struct.Struct("<HHB")
_BLOCK_IDS: Final = range(33)
_TOP_TRANSACTION, _ORIGIN, _LONG_MAIN, _SHORT_MAIN = 252, 253, 254, 255
_HAS_IMAGE, _HAS_DATA, _SAME_RELATION = 0x10, 0x20, 0x80
_HAS_HOLE, _COMPRESSED = 0x01, 0x1C

_XLOG, _SWITCH = 0, 0x40
"""what ends a file before it is full"""


class LogBroken(ValueError):
    """The log does not go on as one of version 15 does."""


class Relation(NamedTuple):
    """Where what changed lies: tablespace, database, file."""

    tablespace: int
    database: int
    file: int


class BlockData(NamedTuple):
    """What a record holds of one block, images left out."""

    relation: Relation
    data: bytes


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One record of the log."""

    location: int
    transaction: int
    """0: of none"""
    manager: int
    """which of PostgreSQL's resource managers wrote it"""
    info: int
    main: bytes
    blocks: tuple[BlockData, ...]


@dataclass(frozen=True, slots=True)
class LogReader:
    """Reads a log of which ``file`` returns the bytes of the file that holds a location.

    Each file is ``file_bytes`` long. Raises LogBroken where ``file`` does, and as said below.
    """

    file: Callable[[int], bytes]
    file_bytes: int

    def first_in_file(self, location: int) -> int:
        """Return where the first record begins in the file that holds ``location``.

        Raises:
            LogBroken: none begins there.
        """
        start = location - location % self.file_bytes
        place, left = self._within(start), 0
        _, info, _, _, left = self._header(start)
        if not info & _CONTINUES:
            return place
        _, place = self._taken(place, left)
        return _aligned(place)

    def records(self, start: int, last: int) -> Iterator[LogRecord]:
        """Yield the records from the one at ``start`` to the one at ``last``.

        Raises:
            LogBroken: the log does not lead from one to the other.
        """
        place, before = start, None
        while place <= last:
            head, _ = self._taken(place, _RECORD.size)
            length, transaction, previous, info, manager, _ = _RECORD.unpack(head)
            goes_on = before in {None, previous}
            if not (goes_on and _RECORD.size <= length <= _LONGEST_BYTES):
                raise LogBroken(f"no record at {place:X}")
            whole, after = self._taken(place, length)
            main, blocks = _parts(whole[_RECORD.size :])
            yield LogRecord(place, transaction, manager, info, main, blocks)
            before = place
            if (manager, info & 0xF0) == (_XLOG, _SWITCH):
                after += -after % self.file_bytes
            place = self._within(_aligned(after))

    def _taken(self, place: int, length: int) -> tuple[bytes, int]:
        """Return ``length`` bytes of records from ``place`` on, and where they end."""
        parts = []
        while length:
            place = self._within(place)
            part = min(length, _PAGE_BYTES - place % _PAGE_BYTES)
            at = place % self.file_bytes
            parts.append(self.file(place)[at : at + part])
            place, length = place + part, length - part
        return b"".join(parts), place

    def _within(self, place: int) -> int:
        """Return ``place``, or what comes after the header of the page that begins there."""
        if place % _PAGE_BYTES:
            return place
        _, info, _, _, _ = self._header(place)
        return place + (_LONG_PAGE_BYTES if info & _FIRST_IN_FILE else _PAGE.size)

    def _header(self, place: int) -> tuple[int, int, int, int, int]:
        header = _PAGE.unpack_from(self.file(place), place % self.file_bytes)
        if (header[0], header[3]) != (_MAGIC, place):
            raise LogBroken(f"no page of a log at {place:X}")
        return header


def _aligned(place: int) -> int:
    return place + -place % 8


class _Bytes:
    """Takes numbers from the front of ``left``."""

    def __init__(self, left: bytes) -> None:
        self.left = memoryview(left)

    def take(self, length: int) -> bytes:
        if length > len(self.left):
            raise LogBroken("a record that is shorter than it says")
        taken, self.left = bytes(self.left[:length]), self.left[length:]
        return taken

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "little")


def _parts(body: bytes) -> tuple[bytes, tuple[BlockData, ...]]:
    """Return what a record holds beside its blocks, and what it holds of each."""
    rest, waiting, relation = _Bytes(body), 0, Relation(0, 0, 0)
    heads: list[tuple[Relation, int, int]] = []
    main = 0
    while len(rest.left) > waiting:
        number = rest.number(1)
        if number in {_SHORT_MAIN, _LONG_MAIN}:
            main = rest.number(1 if number == _SHORT_MAIN else 4)
            break
        if number in _BLOCK_IDS:
            relation, image, data = _block(rest, relation)
            heads.append((relation, image, data))
            waiting += image + data
        elif number in {_TOP_TRANSACTION, _ORIGIN}:
            rest.take(4 if number == _TOP_TRANSACTION else 2)
        else:
            raise LogBroken(f"a record with a part {number}")
    blocks = []
    for of, image, data in heads:
        rest.take(image)
        blocks.append(BlockData(of, rest.take(data)))
    return rest.take(main), tuple(blocks)


def _block(rest: _Bytes, before: Relation) -> tuple[Relation, int, int]:
    """Return of whose block the next part is, and how long its image and its data are."""
    flags, data, image = rest.number(1), rest.number(2), 0
    if flags & _HAS_IMAGE:
        image, _, how = _IMAGE.unpack(rest.take(_IMAGE.size))
        if how & _HAS_HOLE and how & _COMPRESSED:
            rest.take(2)
    if not flags & _SAME_RELATION:
        before = Relation(rest.number(4), rest.number(4), rest.number(4))
    rest.take(4)
    return before, image, data
