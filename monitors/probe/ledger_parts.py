"""The parts of a ledger that are full: files beside it, each named for the end before its lines.

The chain goes on from part to part, and from the last one to the file that is written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitors.ledger import Head, LedgerEntry, unchained

LARGEST_BYTES: Final = 8 * 2**20
"""a larger file is closed: as much is read when a probe starts"""

KEPT_BYTES: Final = 256 * 2**20
"""of closed parts; what is older goes. At 20 writes a second that is half a day"""

_LONGEST_LINE: Final = 4096


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """One file of a ledger."""

    path: Path
    before: Head
    """the end of the ledger before its first line"""
    place: int
    """of its first byte, counted in bytes over all parts"""
    end: int
    """the place behind its last line"""


def closed_path(path: Path, before: Head) -> Path:
    """Return where the ledger at ``path`` is closed, whose first line follows ``before``."""
    return path.with_name(f"{path.stem}.{before.lines:012d}.{before.hash}{path.suffix}")


def closed_parts(path: Path) -> Iterator[LedgerPart]:
    """Yield the closed parts of the ledger at ``path``, oldest first; the first is at place 0."""
    name = re.compile(rf"{re.escape(path.stem)}\.(\d{{12}})\.([0-9a-f]{{64}})\{path.suffix}")
    named = [(name.fullmatch(other.name), other) for other in path.parent.iterdir()]
    place = 0
    for match, other in sorted((m[0], other) for m, other in named if m):
        _, lines, digest, _ = match.rsplit(".", 3)
        size = other.stat().st_size
        yield LedgerPart(other, Head(int(lines), digest), place, place + size)
        place += size


def first_of(part: LedgerPart) -> LedgerEntry:
    """Return the first write of a closed part.

    Raises:
        JournalCorrupt: its line is torn.
    """
    with part.path.open("rb") as file:
        (entry,), _ = unchained([file.readline(_LONGEST_LINE).decode("utf-8", "replace").rstrip()])
    return entry


def last_of(part: LedgerPart) -> tuple[LedgerEntry, Head]:
    """Return the last write of a closed part, and the end of the ledger after it.

    Raises:
        JournalCorrupt: its line is torn.
    """
    with part.path.open("rb") as file:
        lines = sum(1 for _ in file)
        file.seek(-min(_LONGEST_LINE, file.tell()), os.SEEK_END)
        last = file.read().splitlines()[-1:]
    (entry,), head = unchained([line.decode("utf-8", "replace") for line in last or [b""]])
    return entry, Head(part.before.lines + lines, head.hash)


def files_of(path: Path) -> list[Path]:
    """Return every file of what is kept at ``path``; ``path`` alone if it is no ledger."""
    return [*(part.path for part in closed_parts(path)), path]
