"""Runs that are not over, by why services move."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client.metrics_core import Metric

from core.runs.journal import RunVerdict
from dr.planning.plan import Intent
from monitors.families import family
from monitors.practice_metrics import RUN_DUE, RUN_SAID, RUN_UNFINISHED
from monitors.readers.unfinished import Unfinished

_STATES = (RunVerdict.OPEN, RunVerdict.HELD)


def run_families(runs: Sequence[Unfinished]) -> list[Metric]:
    """Return how many of ``runs`` stand how, and how long they have been silent.

    A kind of which no run is unfinished counts 0.
    """
    standing = {
        (kind, state): [run for run in runs if (run.kind, run.state) == (kind, state)]
        for kind in Intent
        for state in _STATES
    }
    silent = {key: min(run.said_at for run in those) for key, those in standing.items() if those}
    due = {
        kind: min(run.due_at for run in standing[kind, RunVerdict.OPEN])
        for kind in Intent
        if standing[kind, RunVerdict.OPEN]
    }
    return [
        family(RUN_UNFINISHED, ((key, float(len(those))) for key, those in standing.items())),
        family(RUN_SAID, ((key, at.timestamp()) for key, at in silent.items())),
        family(RUN_DUE, (((kind,), at.timestamp()) for kind, at in due.items())),
    ]
