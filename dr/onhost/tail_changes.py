"""What the committed transactions of a tail did, as the files of its log say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from dr.logs.log_changes import (
    Commit,
    RawChange,
    changes,
    commits_of,
    is_before,
    next_transaction,
)
from dr.logs.log_end import written
from dr.logs.log_records import LogBroken, LogReader
from dr.logs.seam import file_name
from dr.logs.tail import LogPart
from dr.onhost.log_files import file_bytes

_MOST_CHANGES: Final = 20_000
_MOST_BYTES: Final = 16 * 2**20
"""of rows; what is beyond either is not read"""
_FILES_BEFORE: Final = 8
"""in which to look where transactions began that were still open at the fork"""


@dataclass(frozen=True, slots=True)
class TailChanges:
    """What was found."""

    commits: frozenset[Commit]
    changes: tuple[RawChange, ...]
    """in the order of their commits"""
    doubtful: frozenset[int]
    """transactions that may have changed more"""
    notes: tuple[str, ...]
    """why"""


def tail_changes(log: Path, parts: tuple[LogPart, ...], transactions: str) -> TailChanges:
    """Return what the commits in ``parts`` of ``log`` did, of which ``transactions`` tell.

    It is all of it, but of those that are ``doubtful``. A transaction that was open at the fork
    began before it: the log is read from where none of them had begun.
    """
    of = commits_of(transactions)
    commits = frozenset(of.values())
    if not commits:
        return TailChanges(commits, (), frozenset(), ())
    reader = _reader(log, parts)
    start, is_certain = _start(reader, parts[0].start, of)
    reading = _Reading(reader, of)
    reading.read(start, max(commit.location for commit in commits))
    doubtful, notes = {*reading.doubtful}, [*reading.notes]
    if not is_certain:
        doubtful |= {commit.transaction for commit in commits}
        notes.append(
            "a transaction may have begun before what is left of the log, and changed more"
        )
    ordered = sorted(reading.changes, key=lambda change: change.commit.location)
    return TailChanges(commits, tuple(ordered), frozenset(doubtful), tuple(notes))


class _Reading:
    """Takes changes from a log until it breaks, or they are too many."""

    def __init__(self, reader: LogReader, of: Mapping[int, Commit]) -> None:
        self._reader = reader
        self._of = of
        self.changes: list[RawChange] = []
        self.doubtful: set[int] = set()
        self.notes: list[str] = []

    def read(self, start: int, last: int) -> None:
        records = self._reader.records(start, last)
        room, beyond = _MOST_BYTES, 0
        try:
            for change in changes(records, self._of):
                room -= sum(len(row.stored) for row in (change.new, change.old) if row)
                if len(self.changes) < _MOST_CHANGES and room >= 0:
                    self.changes.append(change)
                else:
                    beyond += 1
                    self.doubtful.add(change.commit.transaction)
        except LogBroken as error:
            self.doubtful |= {commit.transaction for commit in self._of.values()}
            self.notes.append(f"the log cannot be read to its end ({error}): there may be more")
        if beyond:
            self.notes.append(f"changes beyond the bound, which were not read: {beyond}")


def _start(reader: LogReader, fork: int, own: Collection[int]) -> tuple[int, bool]:
    """Return from where to read, and whether none of the ``own`` transactions had begun there."""
    begin = fork - fork % reader.file_bytes
    first = fork
    for _ in range(_FILES_BEFORE):
        try:
            first = reader.first_in_file(begin)
            for record in reader.records(first, min(fork, begin + reader.file_bytes) - 1):
                number = next_transaction(record)
                if number is not None and all(not is_before(one, number) for one in own):
                    return record.location, True
        except LogBroken:
            break
        begin -= reader.file_bytes
    return first, False


def _reader(log: Path, parts: tuple[LogPart, ...]) -> LogReader:
    """Return what reads ``log`` on the timelines of ``parts``, and on the first before."""
    size = file_bytes(log)

    @lru_cache(maxsize=2)
    def content(number: int) -> bytes:
        begin = number * size
        timeline = [part.timeline for part in parts if part.start < begin + size] or [
            parts[0].timeline
        ]
        try:
            read = (log / file_name(timeline[-1], begin, size)).read_bytes()
        except OSError as error:
            raise LogBroken(f"no file for {written(begin)}") from error
        if len(read) != size:
            raise LogBroken(f"a short file for {written(begin)}")
        return read

    return LogReader(lambda place: content(place // size), size)
