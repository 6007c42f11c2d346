"""A ledger on disk: appended to, synced in batches, never changed."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from core.errors import JournalCorrupt
from monitors.ledger import Head, LedgerEntry, chained, unchained

LARGEST_BYTES = 256 * 2**20
"""a larger file is set aside when the probe starts; the next one begins its own chain"""

_INDEXED_EVERY = 64
"""lines, when a file is read again"""

_DISORDER = timedelta(seconds=5)
"""writes end in another order than they were due, by no more than their deadline and a bit"""


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
        """
        if not self._pending:
            return
        batch, self._pending = self._pending, []
        text = "".join(f"{line}\n" for line, _ in batch).encode()
        os.pwrite(self._file.fileno(), text, self._size)
        os.fdatasync(self._file.fileno())
        self._index.append((batch[0][1].ended_at, self._size))
        self._size += len(text)

    def within(self, since: datetime, until: datetime) -> Iterator[tuple[str, LedgerEntry]]:
        """Yield line and entry of the synced writes that were due in the window."""
        place = max(bisect_left(self._index, (since, 0)) - 1, 0)
        with self._path.open("rb") as file:
            file.seek(self._index[place][1] if self._index else 0)
            for raw in file:
                if not raw.endswith(b"\n"):
                    return
                line = raw.decode().rstrip("\n")
                (entry,), _ = unchained([line])
                if entry.ended_at > until + _DISORDER:
                    return
                if since <= entry.due_at <= until:
                    yield line, entry

    def close(self) -> None:
        """Sync and let go of the file."""
        self.sync()
        self._file.close()

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
