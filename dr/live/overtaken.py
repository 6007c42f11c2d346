"""What is known of a run that was left here: another machine may have gone on with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from core.clock import Clock
from core.errors import NdcError
from core.runs.plan import RunName
from core.runs.run import fold
from dr.live.run_folder import RunFolder
from dr.planning.plan import RecoveryRecord

Kept: TypeAlias = Callable[[RunName], Sequence[RecoveryRecord]]
"""what a quorum keeps of a run: nothing, where its journal is a file alone"""


def newest(folder: RunFolder, clock: Clock, kept: Kept) -> Sequence[RecoveryRecord]:
    """Return the records of the run in ``folder``, and those that ``kept`` has beyond them.

    Of a run that is over here, or carried, the folder knows all. Where nobody can be asked, and
    where a quorum tells another story, the folder's records are what is known.

    Raises:
        JournalCorrupt: those in the folder cannot be trusted.
    """
    records = list(folder.journal(clock).records())
    run = fold(records)
    if run is None or run.closed is not None or folder.is_carried:
        return records
    try:
        more = list(kept(folder.run))
    except NdcError:
        return records
    return more if more[: len(records)] == records else records
