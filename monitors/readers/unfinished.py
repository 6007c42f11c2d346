"""The runs that are not over, from their journals in etcd."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import NdcError, NotSeen
from core.runs.engine import BLIND
from core.runs.journal import RunVerdict, StepEvent, is_closing
from core.runs.machine import IN_FLIGHT, EventKind
from core.runs.plan import RunName
from core.runs.run import fold
from dr.planning.plan import Intent, RecoveryRecord, codec
from inventory.etcd import runs
from inventory.names import EnvironmentName
from monitors.readers.quorum_keys import QuorumKeys

_SENT = {EventKind.STARTED, EventKind.UNDO_STARTED}


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that is not over."""

    kind: Intent
    state: RunVerdict
    """open, or held: whatever it is, it goes on only when a person says so"""
    said_at: datetime
    """when something was last written down"""
    due_at: datetime
    """later, whoever carries it would have written more; of a run that is held, nothing is due"""


def unfinished(records: Sequence[RecoveryRecord]) -> Unfinished | None:
    """Return how the run stands that ``records`` tell of; None: it is over, or there is none.

    Raises:
        JournalCorrupt: they are of no run.
    """
    run = fold(records)
    if run is None or run.closed is not None:
        return None
    sent = {
        record.entry.step: record.at
        for record in records
        if isinstance(record.entry, StepEvent) and record.entry.event in _SENT
    }
    flights = (sent[step.id] + step.deadline for step in run.steps_in(*IN_FLIGHT))
    said_at = records[-1].at
    # whatever it waits for or looks at, a carried run writes something down within this
    due_at = max([said_at, *flights]) + BLIND
    state = RunVerdict.OPEN if run.verdict is RunVerdict.OPEN else RunVerdict.HELD
    return Unfinished(run.plan.basis.intent, state, said_at, due_at)


class UnfinishedRuns:
    """Reads a run's journal as long as it is not over, and never again after that."""

    def __init__(self, keys: QuorumKeys, environment: EnvironmentName) -> None:
        self._keys = keys
        self._prefix = runs(environment)
        self._over: dict[RunName, str] = {}
        """by run, the key that closed it"""

    async def look(self) -> list[Unfinished]:
        """Return every run that is not over, as its journal tells.

        What was learnt before a failure is kept: the next look goes on from there.

        Raises:
            NotSeen: etcd did not tell, or a journal cannot be read.
        """
        ends = self._ends(await self._keys.names_under(self._prefix))
        self._over = {run: key for run, key in self._over.items() if ends.get(run) == key}
        standing = []
        for run, end in ends.items():
            if run not in self._over and (one := await self._read(run, end)) is not None:
                standing.append(one)
        return standing

    async def _read(self, run: RunName, end: str) -> Unfinished | None:
        last = await self._keys.get(end)
        if last is None or is_closing(last.value):
            self._over[run] = end
            return None
        prefix = f"{self._prefix}{run}/"
        lines = [pair.value.encode() for pair in await self._keys.under(prefix)]
        try:
            return unfinished(codec().decode(lines, prefix))
        except NdcError as error:
            raise NotSeen(error.what, refused=True, actual=error.actual) from error

    def _ends(self, keys: Iterable[str]) -> dict[RunName, str]:
        """Return the last of the ``keys`` of each run; they are sorted."""
        return {RunName(key.removeprefix(self._prefix).partition("/")[0]): key for key in keys}
