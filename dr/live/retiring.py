"""Takes out of etcd what old runs wrote there; the folders of those runs keep it."""

from __future__ import annotations

from typing import Final

from access.clients.etcd import DeleteUnder, Etcd
from core.runs.journal import is_closing
from core.runs.plan import RunName
from inventory.etcd import anchors, runs, windows
from inventory.names import EnvironmentName

KEPT: Final = 200
"""runs whose journals stay in etcd, the newest: 25 kB a switchover, of the 2 GB that etcd has"""


def retire(etcd: Etcd, environment: EnvironmentName, kept: int = KEPT) -> list[RunName]:
    """Remove what closed runs wrote that are not among the newest ``kept``; return their names.

    A run that is not closed stays, however old it is. Of each run goes everything at once.

    Raises:
        NotSeen, Rejected, Unreachable: some of them may be there still.
    """
    ends = {run: key for key in etcd.keys_under(runs(environment)) if (run := _run_of(key))}
    beside = [*etcd.keys_under(anchors(environment)), *etcd.keys_under(windows(environment))]
    names = sorted(ends.keys() | {_run_of(key) for key in beside})
    old = names[:-kept] if kept else names
    retired = [run for run in old if run not in ends or _is_closing(etcd, ends[run])]
    for run in retired:
        prefixes = [of(environment) for of in (runs, anchors, windows)]
        etcd.change([], [DeleteUnder(f"{prefix}{run}/") for prefix in prefixes])
    return retired


def _run_of(key: str) -> RunName:
    """Return the run that wrote ``key``: /ndc/ENVIRONMENT/KIND/RUN/… ."""
    return RunName(key.split("/")[4])


def _is_closing(etcd: Etcd, key: str) -> bool:
    """Whether ``key``, the last of a journal, closes its run."""
    record = etcd.get(key)
    return record is not None and is_closing(record.value)
