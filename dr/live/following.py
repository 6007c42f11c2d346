"""Follows a run by its journal, wherever it is carried, and touches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.clock import Clock
from core.errors import NotSeen
from core.runs.journal import RunVerdict
from core.runs.run import fold
from dr.planning.plan import RecoveryJournal, RecoveryRecord, RecoveryRun
from dr.reporting.progress import RunProgress, progress

EVERY: Final = timedelta(milliseconds=500)
REPORT_WITHIN: Final = timedelta(minutes=2)
"""a run is measured in one; the bound only detects a hang"""

PATIENCE: Final = timedelta(seconds=40)
"""whoever carries a run looks at a doubt for 30 s before it waits for a person"""

_BLIND_SECONDS: Final = 3


@dataclass(frozen=True, slots=True)
class RunSight:
    """What is new of a run since the look before, and how it stands."""

    began: RecoveryRecord
    """its first record"""
    new: tuple[RecoveryRecord, ...]
    run: RecoveryRun
    progress: RunProgress
    quiet_for: timedelta
    """since the last record, by our clock and that of who wrote it"""
    unseen_for: timedelta
    """for how long the journal could not be read"""

    @property
    def stands_still(self) -> bool:
        """Whether it is over, or has waited for a person for so long that nobody looks any more."""
        waits = self.run.verdict is RunVerdict.HELD and self.quiet_for > PATIENCE
        return self.run.closed is not None or waits

    @property
    def went_well(self) -> bool:
        """Whether every step was done."""
        return self.run.closed is RunVerdict.DONE

    def sentence(self) -> str:
        """Return for a person what goes on, in one line."""
        seconds = self.unseen_for.total_seconds()
        blind = f"  (the journal was read {seconds:.0f} s ago)" if seconds >= _BLIND_SECONDS else ""
        return f"           … {self.progress.sentence()}{blind}"


@dataclass(frozen=True, slots=True)
class Following:
    """Follows the run that ``journal`` tells of; ``clock`` is our own."""

    journal: RecoveryJournal
    clock: Clock

    def sights(self) -> Iterator[RunSight]:
        """Yield how the run stands, as often as ``EVERY`` says, for as long as somebody asks.

        A journal that does not answer once in a while ends nothing.

        Raises:
            NotSeen: it could not be read at first.
            JournalCorrupt: it cannot be trusted.
        """
        records = list(self.journal.records())
        known, read_at = 0, self.clock.elapsed()
        while True:
            run = fold(records)
            if run is not None:
                now, unseen = self.clock.now(), self.clock.elapsed() - read_at
                yield RunSight(
                    began=records[0],
                    new=tuple(records[known:]),
                    run=run,
                    progress=progress(run, records, now),
                    quiet_for=now - records[-1].at,
                    unseen_for=unseen,
                )
                known = len(records)
            self.clock.sleep(EVERY)
            try:
                records = list(self.journal.records())
                read_at = self.clock.elapsed()
            except NotSeen:
                continue
