"""A ledger on disk: appended to, synced in batches, never changed; what is old goes."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from threading import Lock

from core import files
from core.errors import JournalCorrupt
from monitors.ledger import GENESIS, Head, LedgerEntry, chained, unchained
from monitors.probe.ledger_parts import (
    KEPT_BYTES,
    LARGEST_BYTES,
    LedgerPart,
    closed_parts,
    closed_path,
    first_of,
    last_of,
)

_INDEXED_BYTES = 2**14
"""between two places whose time is remembered"""

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
    """One service's ledger; for one process at a time.

    The file at its path is written; a full one is closed and kept beside it, for as long as there
    is room among ``KEPT_BYTES``.
    """

    def __init__(self, path: Path) -> None:
        """Open ``path``, or begin it; what a crash tore at its end is cut off.

        Raises:
            JournalCorrupt: a line in the middle was changed, removed or moved.
        """
        self._path = path
        self._opening = Lock()
        """held while parts are opened, and while one is closed or goes"""
        self._index: list[tuple[datetime, int]] = []
        self._pending: list[tuple[str, LedgerEntry, Head]] = []
        self.head = Head()
        self.last_sequence = 0
        self._closed = list(closed_parts(path))
        if self._closed:
            self._index += [(first_of(part).ended_at, part.place) for part in self._closed]
            last, self.head = last_of(self._closed[-1])
            self.last_sequence = last.sequence
        start = self._closed[-1].end if self._closed else 0
        self._open = LedgerPart(path, self.head, start, start)
        path.touch(mode=0o640)
        self._file = path.open("r+b")
        try:
            self._recover()
        except JournalCorrupt:
            self._file.close()
            raise
        self._synced = self.head

    def append(self, entry: LedgerEntry) -> None:
        """Add ``entry``; it survives a power cut once ``sync`` has returned."""
        line, self.head = chained(entry, self.head)
        self.last_sequence = max(self.last_sequence, entry.sequence)
        self._pending.append((line, entry, self.head))

    def sync(self) -> None:
        """Make everything appended before this call survive a power cut.

        One call at a time; it may run beside ``append`` in another thread.

        Raises:
            OSError: the disk did not take it; the next call writes it, in its place.
        """
        batch = list(self._pending)
        if not batch:
            return
        if self._open.end - self._open.place >= LARGEST_BYTES:
            self._close_part()
        text = "".join(f"{line}\n" for line, _, _ in batch).encode()
        try:
            self._write(text)
        except OSError:
            self._file.truncate(self._open.end - self._open.place)
            raise
        self._remember(batch[0][1].ended_at)
        self._open = replace(self._open, end=self._open.end + len(text))
        self._synced = batch[-1][2]
        del self._pending[: len(batch)]

    @property
    def end(self) -> int:
        """The place behind the last synced line."""
        return self._open.end

    @property
    def goes_back_to(self) -> datetime | None:
        """When the oldest write ended that is kept; None: none went."""
        with self._opening:
            (oldest, *_) = [*self._closed, self._open]
            return self._index[0][0] if oldest.before.lines and self._index else None

    def place_of(self, moment: datetime) -> int:
        """Return a place before which every write ended before ``moment``, of those kept."""
        with self._opening:
            before = bisect_left(self._index, (moment - _DISORDER, 0)) - 1
            return self._index[max(before, 0)][1] if self._index else self._open.place

    def after(self, place: int, *, most: int) -> tuple[list[LedgerEntry], int]:
        """Return up to ``most`` synced writes from ``place`` on, and the place behind them.

        A place is one that this ledger gave, or 0; what is no longer kept is passed over.

        Raises:
            JournalCorrupt: a closed part is damaged, and kept no longer.
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

        Raises:
            JournalCorrupt: as ``after``.
        """
        place = self.place_of(since)
        before = after = self._hash_before(place)
        lines, entries = list[str](), list[LedgerEntry]()
        for line, entry, digest, _ in self._read(place):
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
        written, at = 0, self._open.end - self._open.place
        while written < len(text):
            # a disk that fills takes a part, and says so by no error
            written += os.pwrite(self._file.fileno(), text[written:], at + written)
        os.fdatasync(self._file.fileno())

    def _remember(self, ended_at: datetime) -> None:
        if not self._index or self._open.end - self._index[-1][1] >= _INDEXED_BYTES:
            self._index.append((ended_at, self._open.end))

    def _close_part(self) -> None:
        """Close the file that is written, and begin the next one; let go what is too much.

        Raises:
            OSError: the disk did not take it; everything is as before.
        """
        full = replace(self._open, path=closed_path(self._path, self._open.before))
        with self._opening:
            self._path.replace(full.path)
            try:
                file = self._path.open("x+b")
            except OSError:
                full.path.replace(self._path)
                raise
            self._file.close()
            self._file = file
            self._closed.append(full)
            self._open = LedgerPart(self._path, self._synced, full.end, full.end)
            while self._open.place - self._closed[0].place > KEPT_BYTES:
                self._closed.pop(0).path.unlink()
            self._index = [one for one in self._index if one[1] >= self._closed[0].place]
        self._path.chmod(0o640)
        files.sync_folder(self._path.parent)

    def _give_up(self, damaged: LedgerPart) -> None:
        """Keep ``damaged`` as evidence under another name, and nothing from it or before it."""
        with self._opening:
            if damaged in self._closed:
                damaged.path.replace(damaged.path.with_suffix(".damaged"))
                self._closed = self._closed[self._closed.index(damaged) + 1 :]
                self._index = [one for one in self._index if one[1] >= damaged.end]

    def _hash_before(self, place: int) -> str:
        """Return the hash before the line at ``place`` if a part begins there; else GENESIS."""
        with self._opening:
            parts = {part.place: part for part in (*self._closed, self._open)}
        return parts[place].before.hash if place in parts else GENESIS

    def _read(self, place: int) -> Iterator[tuple[str, LedgerEntry, str, int]]:
        """Yield each synced line from ``place`` on, its entry, its hash, the place behind it."""
        with ExitStack() as stack:
            with self._opening:
                # all at once: a part that goes meanwhile is read nevertheless
                parts = [part for part in (*self._closed, self._open) if part.end > place]
                opened = [(part, stack.enter_context(part.path.open("rb"))) for part in parts]
            for part, file in opened:
                place = max(place, part.place)
                file.seek(place - part.place)
                while place < part.end:
                    raw = file.readline()
                    place += len(raw)
                    try:
                        line = raw.decode().rstrip("\n")
                        (entry,), head = unchained([line])
                    except (JournalCorrupt, UnicodeDecodeError):
                        self._give_up(part)
                        raise
                    yield line, entry, head.hash, place

    def _recover(self) -> None:
        """Read the file that is written; its lines follow those of the last closed part."""
        for raw in self._file:
            if not raw.endswith(b"\n"):
                break
            (entry,), self.head = unchained([raw.decode().rstrip("\n")], self.head)
            self.last_sequence = max(self.last_sequence, entry.sequence)
            self._remember(entry.ended_at)
            self._open = replace(self._open, end=self._open.end + len(raw))
        self._file.truncate(self._open.end - self._open.place)
