"""The runs of this machine that are over, as what a new plan expects is learned from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from core.clock import Clock
from core.errors import NdcError
from core.runs.journal import Closed
from core.runs.plan import RunName
from dr.live.run_folder import RunFolder, names
from dr.planning.plan import RecoveryRecord
from dr.reporting.experience import Experience, experience_of

_RUNS: Final = 30
"""so many are read, the last ones: a plan is waited for"""


def experience_below(root: Path, clock: Clock) -> Experience:
    """Return what the runs below ``root`` tell of how long steps take; nothing, where none is over.

    A journal that cannot be read tells nothing: ``ndc dr runs`` says what is wrong with it.
    """
    return experience_of(islice(_over(root, clock), _RUNS))


def _over(root: Path, clock: Clock) -> Iterator[Sequence[RecoveryRecord]]:
    for name in reversed(names(root)):
        try:
            records = RunFolder(root, RunName(name)).journal(clock).records()
        except NdcError:
            continue
        if records and isinstance(records[-1].entry, Closed):
            yield records
