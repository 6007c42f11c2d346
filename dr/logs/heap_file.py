"""A table's file as PostgreSQL 15 reads it, made of rows that were found in a log. Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Final

from dr.logs.log_changes import RawRow

_PAGE_BYTES: Final = 8192
_PAGE: Final = struct.Struct("<QHHHHHHI")
_VERSION: Final = _PAGE_BYTES | 4
_POINTER: Final = struct.Struct("<I")
_NORMAL: Final = 1 << 15
_ROW: Final = struct.Struct("<IIIHHHHHB")
_BLOCKS_IN_FILE: Final = 2**17

_COUNT: Final = 0x07FF
_SHAPE: Final = 0x0007
"""whether values are nowhere, of any length, or elsewhere: all else tells of transactions"""
_FOR_ALL_TO_SEE: Final = 0x0B00
"""inserted for good, and never deleted"""


def heap_file(rows: Iterable[RawRow]) -> tuple[bytes, list[str]]:
    """Return a file that holds ``rows`` for all to see, and the place of each in it.

    Places are as PostgreSQL writes them (``ctid``). A file has at most 1 GiB: what comes after is
    left out, and has no place.
    """
    pages, places = [], []
    for block, page in zip(range(_BLOCKS_IN_FILE), _shared_out(rows), strict=False):
        pages.append(_page(block, page))
        places += [f"({block},{number})" for number in range(1, len(page) + 1)]
    return b"".join(pages), places


def _shared_out(rows: Iterable[RawRow]) -> Iterator[list[RawRow]]:
    """Yield as many of ``rows`` as a page takes, page by page."""
    page: list[RawRow] = []
    left = _PAGE_BYTES - _PAGE.size
    for row in rows:
        needed = _POINTER.size + _aligned(_ROW.size + len(row.stored))
        if needed > left:
            yield page
            page, left = [], _PAGE_BYTES - _PAGE.size
        page.append(row)
        left -= needed
    if page:
        yield page


def _page(block: int, rows: list[RawRow]) -> bytes:
    content = bytearray(_PAGE_BYTES)
    end, lower = _PAGE_BYTES, _PAGE.size + _POINTER.size * len(rows)
    for number, row in enumerate(rows, 1):
        stored = _stored(block, number, row)
        end -= _aligned(len(stored))
        content[end : end + len(stored)] = stored
        pointer = end | _NORMAL | len(stored) << 17
        _POINTER.pack_into(content, _PAGE.size + _POINTER.size * (number - 1), pointer)
    _PAGE.pack_into(content, 0, 0, 0, 0, lower, end, _PAGE_BYTES, _VERSION, 0)
    return bytes(content)


def _stored(block: int, number: int, row: RawRow) -> bytes:
    count, shape = row.attributes & _COUNT, row.flags & _SHAPE | _FOR_ALL_TO_SEE
    place = (block >> 16, block & 0xFFFF, number)
    return _ROW.pack(2, 0, 0, *place, count, shape, row.begins) + row.stored


def _aligned(length: int) -> int:
    return length + -length % 8
