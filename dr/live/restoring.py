"""Makes a run's folder whole again from etcd, where its journal is the truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from access.clients.etcd import Etcd
from core.clock import Clock
from core.errors import JournalCorrupt, NotSeen, PlanRefused
from core.runs.journal import Opened
from core.runs.plan import RunName
from dr.live.run_folder import RunFolder, names
from dr.looks import if_seen
from dr.planning.plan import RecoveryJournal, RecoveryRecord
from inventory.etcd import windows
from inventory.names import EnvironmentName, ServiceName


def restored(truth: RecoveryJournal, root: Path, run: str, clock: Clock) -> RunFolder:
    """Return the folder of ``run`` below ``root``, made anew from ``truth`` if lost or damaged.

    A damaged journal is set aside, and stays to be looked at.

    Raises:
        PlanRefused, JournalCorrupt: what is wrong with the folder; ``truth`` could not mend it.
    """
    try:
        folder = RunFolder.opened(root, run)
        folder.journal(clock).records()
    except (PlanRefused, JournalCorrupt):
        records = _known(truth)
        if not records:
            raise
        return _rewritten(root, RunName(run), records, clock)
    return folder


def restore_windows(etcd: Etcd, environment: EnvironmentName, folder: RunFolder) -> None:
    """Let ``folder`` hold since when its run is measured, as far as etcd was told of it.

    What is not known then is not measured, and the report says so.
    """
    prefix = f"{windows(environment)}{folder.run}/"
    for pair in if_seen(lambda: etcd.under(prefix)) or ():
        service = ServiceName(pair.key.removeprefix(prefix))
        if folder.window_text(service) is None:
            folder.keep_window_text(service, pair.value)


def _known(truth: RecoveryJournal) -> Sequence[RecoveryRecord]:
    try:
        return truth.records()
    except NotSeen:
        return ()


def _rewritten(
    root: Path, run: RunName, records: Sequence[RecoveryRecord], clock: Clock
) -> RunFolder:
    opened = records[0].entry
    if not isinstance(opened, Opened):
        raise JournalCorrupt(
            f"the journal of {run} in etcd does not begin with its plan",
            next_step="keep it as it is and report it; do not edit it",
        )
    if run not in names(root):
        RunFolder.create(root, opened.plan)
    folder = RunFolder.opened(root, run)
    folder.set_journal_aside()
    journal = folder.journal(clock)
    for record in records:
        journal.add(record)
    return folder
