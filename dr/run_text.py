"""A run as a person follows it, record by record, and as it stands."""

from __future__ import annotations

from collections.abc import Sequence

from core.runs.journal import Closed, Opened, Request, StepEvent
from core.runs.machine import EventKind
from core.runs.run import fold
from dr.actions import describe
from dr.plan import Phase, RecoveryPlan, RecoveryRecord, RecoveryRun

_OUTCOMES = {
    EventKind.STARTED: "…",
    EventKind.UNDO_STARTED: "undoing …",
    EventKind.SUCCEEDED: "done",
    EventKind.LOST: "in doubt",
    EventKind.ASKED: "waits for an approval",
}


def record_text(plan: RecoveryPlan, record: RecoveryRecord, *, began: RecoveryRecord) -> str:
    """Return one line for ``record``: seconds since ``began``, step, what became of it."""
    seconds = (record.at - began.at).total_seconds()
    return f"{seconds:>7.2f} s  {_sentence(plan, record)}"


def run_text(run: RecoveryRun) -> str:
    """Return how ``run`` stands: a line a step, and what it waits for."""
    width = max(len(step.id) for step in run.plan.steps)
    lines = [f"{run.plan.id}: {run.plan.title}: {run.closed or run.verdict}"]
    for step in run.plan.steps:
        phase = Phase(step.phase)
        lines.append(
            f"{phase.number:>4} {step.id:<{width}}  {run.states[step.id]:<17} "
            f"{describe(step.action)}"
        )
    if not run.closed:
        lines += [f"waits for  {line}" for line in run.waits_for()]
    return "\n".join(lines)


def run_line(plan: RecoveryPlan, records: Sequence[RecoveryRecord]) -> str:
    """Return one line for a list of runs."""
    run = fold(records)
    stands = (run.closed or run.verdict) if run else "planned"
    return f"{plan.id}  {stands:<8}  {plan.title}"


def _sentence(plan: RecoveryPlan, record: RecoveryRecord) -> str:
    match record.entry:
        case Opened(_, truth):
            return f"opened; the journal is in {truth}"
        case StepEvent(name, event, note):
            outcome = _OUTCOMES.get(event, event)
            return f"{plan.step(name).phase:<8} {name}: {outcome}{f' ({note})' if note else ''}"
        case Request(_, wish, by, reason, step):
            return f"{by} asked to {wish} {step or 'the run'}{f': {reason}' if reason else ''}"
        case Closed(verdict):
            return f"closed: {verdict}"
