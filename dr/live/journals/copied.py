"""A journal with a copy beside it: the truth is written first, and is what counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from core.errors import JournalCorrupt
from core.runs.journal import Closed, Entry, Journal, Record
from core.runs.plan import ActionT, BasisT
from dr.live.journals.file import FileJournal


@dataclass(frozen=True, slots=True)
class CopiedJournal(Generic[ActionT, BasisT]):
    """``truth`` (etcd), and ``copy`` for whoever reads without a quorum.

    The copy is always a beginning of the truth. A copy that knows more, or other things, means
    that the truth was set back: then nothing goes on before a person has looked. Only of a run
    that is closed may the copy be all that is left: it goes no further.
    """

    truth: Journal[ActionT, BasisT]
    copy: FileJournal[ActionT, BasisT]

    def append(self, entry: Entry[ActionT, BasisT]) -> Record[ActionT, BasisT]:
        """Write ``entry`` to both; raises as either does."""
        record = self.truth.append(entry)
        self.copy.add(record)
        return record

    def records(self) -> Sequence[Record[ActionT, BasisT]]:
        """Return what the truth holds, after completing the copy from it.

        Raises:
            JournalCorrupt: the copy is no beginning of the truth.
        """
        records, copied = list(self.truth.records()), list(self.copy.records())
        if not records and copied and isinstance(copied[-1].entry, Closed):
            return copied
        if records[: len(copied)] != copied:
            raise JournalCorrupt(
                "the journal in etcd is not what its copy says was written there",
                expected=f"at least the {len(copied)} records of the copy, as they are",
                actual=f"{len(records)} records"
                + ("" if len(records) < len(copied) else ", and others"),
                next_step="etcd was set back, or made anew: look at what the network is like "
                "(ndc status), and keep the run's folder; do not resume this run",
            )
        for record in records[len(copied) :]:
            self.copy.add(record)
        return records
