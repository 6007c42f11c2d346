"""A journal in one file: one record a line, on disk before ``append`` returns.

A torn last line comes from a crash in mid-write, and is cut off. If it announced
an action, the action was never sent, because we send only after the sync. If it
reported an outcome, the step is left in doubt, and the sensor will tell. Damage
anywhere else comes from no crash, and is an error.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Generic

from core import files
from core.clock import Clock
from core.errors import Rejected
from core.runs.journal import Codec, Entry, Record
from core.runs.plan import ActionT, BasisT


class FileJournal(Generic[ActionT, BasisT]):
    """A journal in ``path``; its folder must exist."""

    def __init__(self, path: Path, codec: Codec[ActionT, BasisT], clock: Clock) -> None:
        self._path = path
        self._codec = codec
        self._clock = clock
        self._is_named = False
        """whether its name is known to be on disk: who made the file may have died before that"""

    def append(self, entry: Entry[ActionT, BasisT]) -> Record[ActionT, BasisT]:
        """Write ``entry`` and return only once it, and the file's name, are on disk.

        Raises:
            Rejected: the disk did not take it.
        """
        record = Record(len(self._whole_lines()), self._clock.now(), entry)
        self.add(record)
        return record

    def add(self, record: Record[ActionT, BasisT]) -> None:
        """Write ``record`` as it is; it must be the next one.

        Raises:
            Rejected: the disk did not take it.
        """
        whole = sum(map(len, self._whole_lines()))
        created = not self._path.exists()
        try:
            with self._path.open("xb" if created else "r+b") as file:
                file.truncate(whole)
                file.seek(0, os.SEEK_END)
                file.write(self._codec.encode(record) + b"\n")
                file.flush()
                os.fsync(file.fileno())  # noqa: TID251 a journal grows, and is never replaced
            if not self._is_named:
                files.sync_folder(self._path.parent)
                self._is_named = True
        except OSError as error:
            raise _refused(self._path, error) from error

    def records(self) -> Sequence[Record[ActionT, BasisT]]:
        """Return every whole record, oldest first; none if there is no file.

        Raises:
            JournalCorrupt: a line cannot be read, or is missing.
        """
        return self._codec.decode(self._whole_lines(), str(self._path))

    def _whole_lines(self) -> list[bytes]:
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _refused(self._path, error) from error
        return [line + b"\n" for line in lines[:-1]]


def _refused(path: Path, error: OSError) -> Rejected:
    return Rejected(
        f"the journal {path} cannot be used",
        expected="a file that can be read, written and synced",
        actual=error.strerror or str(error),
        next_step="make room or mend the disk, then: ndc dr resume",
    )
