"""A journal with a copy beside it: the truth is written first, and is what counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from core.runs.journal import Entry, Journal, Record
from core.runs.plan import ActionT, BasisT
from dr.live.journals.file import FileJournal


@dataclass(frozen=True, slots=True)
class CopiedJournal(Generic[ActionT, BasisT]):
    """``truth`` (etcd), and ``copy`` for whoever reads without a quorum."""

    truth: Journal[ActionT, BasisT]
    copy: FileJournal[ActionT, BasisT]

    def append(self, entry: Entry[ActionT, BasisT]) -> Record[ActionT, BasisT]:
        """Write ``entry`` to both; raises as either does."""
        record = self.truth.append(entry)
        self.copy.add(record)
        return record

    def records(self) -> Sequence[Record[ActionT, BasisT]]:
        """Return what the truth holds, after completing the copy from it."""
        records = self.truth.records()
        for record in records[len(self.copy.records()) :]:
            self.copy.add(record)
        return records
