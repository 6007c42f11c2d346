"""A ledger on disk: appended to, synced in batches, never changed."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from core.errors import JournalCorrupt
from monitors.ledger import GENESIS, Head, LedgerEntry, chained, unchained

LARGEST_BYTES = 256 * 2**20
"""a larger file is set aside when the probe starts; the next one begins its own chain"""

_INDEXED_EVERY = 64
"""lines, when a file is read again"""

_DISORDER = timedelta(seconds=5)
"""writes are appended in another order than they were due or ended, by less than this"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines of a ledger as they follow each other, none left out."""

    before: str
    """the hash of the line before the first one; ``GENESIS``: there is none"""
    after: str
    """the hash of the last one; ``before`` if there are none"""
    lines: tuple[str, ...]
    entries: tuple[LedgerEntry, ...]
    """what the lines say, in their order"""


class LedgerFile:
    """One service's ledger; for one process at a time."""

    def __init__(self, path: Path) -> None:
        """Open ``path``, or begin it; what a crash tore at its end is cut off.

        Raises:
            JournalCorrupt: a line in the middle was changed, removed or moved.
        """
        if path.exists() and path.stat().st_size > LARGEST_BYTES:
            path.replace(path.with_suffix(".before"))
        path.touch(mode=0o640)
        self._path = path
        self._file = path.open("r+b")
        self._size = 0
        self._index: list[tuple[datetime, int]] = []
        self._pending: list[tuple[str, LedgerEntry]] = []
        self.head = Head()
        self.last_sequence = 0
        try:
            self._recover()
        except JournalCorrupt:
            self._file.close()
            raise

    def append(self, entry: LedgerEntry) -> None:
        """Add ``entry``; it survives a power cut once ``sync`` has returned."""
        line, self.head = chained(entry, self.head)
        self.last_sequence = max(self.last_sequence, entry.sequence)
        self._pending.append((line, entry))

    def sync(self) -> None:
        """Make everything appended before this call survive a power cut.

        One call at a time; it may run beside ``append`` in another thread.

        Raises:
            OSError: the disk did not take it; the next call writes it, in its place.
        """
        batch = list(self._pending)
        if not batch:
            return
        text = "".join(f"{line}\n" for line, _ in batch).encode()
        try:
            self._write(text)
        except OSError:
            self._file.truncate(self._size)
            raise
        self._index.append((batch[0][1].ended_at, self._size))
        self._size += len(text)
        del self._pending[: len(batch)]

    @property
    def end(self) -> int:
        """The place behind the last synced line."""
        return self._size

    def place_of(self, moment: datetime) -> int:
        """Return a place before which every write ended before ``moment``."""
        before = bisect_left(self._index, (moment - _DISORDER, 0)) - 1
        return self._index[max(before, 0)][1] if self._index else 0

    def after(self, place: int, *, most: int) -> tuple[list[LedgerEntry], int]:
        """Return up to ``most`` synced writes from ``place`` on, and the place behind them.

        A place is one that this ledger gave, or 0.
        """
        entries: list[LedgerEntry] = []
        for _, entry, _, behind in islice(self._read(place), most):
            entries.append(entry)
            place = behind
        return entries, place

    def stretch(self, since: datetime, until: datetime) -> Stretch:
        """Return the synced lines from the first write that was due in the window to the last.

        Between them stand writes that were due outside it, since lines are in the order in which
        writes ended. After them stand a few more.
        """
        before, after, lines, entries = GENESIS, GENESIS, list[str](), list[LedgerEntry]()
        for line, entry, digest, _ in self._read(self.place_of(since)):
            if entry.ended_at > until + _DISORDER:
                break
            if lines or since <= entry.due_at <= until:
                lines.append(line)
                entries.append(entry)
            else:
                before = digest
            after = digest
        return Stretch(before, after, tuple(lines), tuple(entries))

    def close(self) -> None:
        """Sync and let go of the file.

        Raises:
            OSError: what was not synced before is lost, and what was is whole.
        """
        try:
            self.sync()
        finally:
            self._file.close()

    def _write(self, text: bytes) -> None:
        written = 0
        while written < len(text):
            # a disk that fills takes a part, and says so by no error
            written += os.pwrite(self._file.fileno(), text[written:], self._size + written)
        os.fdatasync(self._file.fileno())

    def _read(self, place: int) -> Iterator[tuple[str, LedgerEntry, str, int]]:
        """Yield each synced line from ``place`` on, its entry, its hash, the place behind it."""
        end = self._size
        with self._path.open("rb") as file:
            file.seek(place)
            while place < end:
                raw = file.readline()
                place += len(raw)
                line = raw.decode().rstrip("\n")
                (entry,), head = unchained([line])
                yield line, entry, head.hash, place

    def _recover(self) -> None:
        for count, raw in enumerate(self._file):
            if not raw.endswith(b"\n"):
                break
            (entry,), self.head = unchained([raw.decode().rstrip("\n")], self.head)
            self.last_sequence = max(self.last_sequence, entry.sequence)
            if count % _INDEXED_EVERY == 0:
                self._index.append((entry.ended_at, self._size))
            self._size += len(raw)
        self._file.truncate(self._size)
