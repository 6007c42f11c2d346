"""Drills on disk: a folder each, below an environment's ``drills/``.

lock            held by the one process that holds a drill, or cleans after one
ID/drill.json   what it takes: written before it is taken
ID/report.json, ID/report.txt
                what it came to
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core import files
from core.clock import Clock
from core.errors import PlanRefused, Rejected, Unreachable
from core.formats import Format
from core.locks import LOOKERS, Lock, is_held
from dr.drills.record import DrillRecord, DrillStage, read_record, record_text


@dataclass(frozen=True, slots=True)
class DrillFolder:
    """All drills of one environment; keeps ``dr.drills.cleaning.DrillBook``'s promise."""

    root: Path

    def keep(self, record: DrillRecord) -> None:
        """Have ``record`` survive a power cut, and replace what was kept of its drill.

        Raises:
            Rejected: it could not be written.
        """
        folder = self.root / record.id
        files.make_folder(folder)
        files.write(folder / "drill.json", record_text(record) + "\n")
        try:
            for parent in (self.root, self.root.parent):
                files.sync_folder(parent)
        except OSError as error:
            raise Rejected(
                f"the record of drill {record.id} is not safe from a power cut",
                expected=f"a disk that syncs {folder}",
                actual=error.strerror or str(error),
                next_step="mend the disk, then ask again",
            ) from error

    def records(self) -> list[DrillRecord]:
        """Return what is on record of every drill, oldest first.

        Raises:
            JournalCorrupt: a record cannot be read.
        """
        texts = ((path, files.read_if_there(path)) for path in self.root.glob("*/drill.json"))
        records = [read_record(text, path) for path, text in texts if text is not None]
        return sorted(records, key=lambda record: (record.began_at, record.id))

    def unclean(self) -> list[DrillRecord]:
        """Return the drills of which not all that they took is known to be given back.

        Raises:
            JournalCorrupt: a record cannot be read.
        """
        return [record for record in self.records() if record.stage is not DrillStage.OVER]

    def keep_report(self, drill: str, text: str, json: str) -> None:
        """Write both forms of the report of the drill called ``drill``.

        Raises:
            Rejected: one could not be written.
        """
        folder = self.root / drill
        files.write(folder / "report.txt", text + "\n")
        files.write(folder / "report.json", json + "\n")

    def report_json(self, drill: str) -> str | None:
        """Return what the drill called ``drill`` came to, as JSON; None: it has no report.

        Raises:
            PlanRefused: it is of a format that is not read.
        """
        text = files.read_if_there(self.root / drill / "report.json")
        if text is not None:
            Format.DRILL_REPORT.demand(text, f"the report of drill {drill}")
        return text

    @contextmanager
    def alone(self, clock: Clock) -> Iterator[None]:
        """Be the one who holds a drill here, or cleans after one, until the block ends.

        Raises:
            PlanRefused: another process does; it says which.
            Rejected: there can be no lock here.
        """
        files.make_folder(self.root)
        with Lock(self._lock) as lock:
            try:
                lock.wait(clock, LOOKERS, what="the lock of drills")
            except Unreachable:
                raise PlanRefused(
                    "another drill is being held",
                    expected="one drill at a time",
                    actual=lock.holder,
                    next_step="wait until it ends; ndc status tells of it",
                ) from None
            yield

    @property
    def holder(self) -> int | None:
        """The process that holds a drill now, or cleans after one; None: none does.

        Raises:
            Rejected: the lock cannot be looked at.
        """
        if not self._lock.exists() or not is_held(self._lock):
            return None
        with Lock(self._lock) as lock:
            return lock.process

    @property
    def _lock(self) -> Path:
        return self.root / "lock"
