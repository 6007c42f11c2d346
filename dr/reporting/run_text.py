"""A run as a person follows it, record by record, and as it stands."""

from __future__ import annotations

from collections.abc import Sequence

from core.runs.journal import Closed, Opened, Request, RunVerdict, StepEvent
from core.runs.machine import EventKind, StepState
from core.runs.plan import RunName
from core.runs.run import fold
from dr.actions import describe
from dr.planning.plan import Phase, RecoveryPlan, RecoveryRecord, RecoveryRun
from dr.reporting.ending import Outcome
from dr.reporting.runbooks import pages

_OUTCOMES = {
    EventKind.STARTED: "…",
    EventKind.UNDO_STARTED: "undoing …",
    EventKind.SUCCEEDED: "done",
    EventKind.LOST: "in doubt",
    EventKind.ASKED: "waits for an approval",
    EventKind.LAPSED: "waits for an approval again",
}


def record_text(plan: RecoveryPlan, record: RecoveryRecord, *, began: RecoveryRecord) -> str:
    """Return one line for ``record``: seconds since ``began``, step, what became of it."""
    seconds = (record.at - began.at).total_seconds()
    return f"{seconds:>7.2f} s  {_sentence(plan, record)}"


def next_steps(run: RunName, to_read: Sequence[str], stopped: int | None = None) -> tuple[str, ...]:
    """Return what a person may read and type about a run that is held.

    ``to_read`` are pages of ``dr.reporting.runbooks``; ``stopped`` is its carrier, where that is
    stopped.
    """
    read = tuple(f"{page}  says what it means, and when to call somebody" for page in to_read)
    if stopped is not None:
        return (
            *read,
            f"kill -CONT {stopped}  lets the process go on that carries it and was stopped",
            f"kill -KILL {stopped}  ends that process; then ndc dr resume {run}",
        )
    return (
        *read,
        f"ndc dr resume {run}  looks again at what failed or is in doubt, and goes on",
        f"ndc dr skip {run} STEP  answers for a step; the run is then not called verified",
        f"ndc dr give-up {run}  lets another run move this, after a look",
    )


def standing(run: RecoveryRun | None, *, carried: bool) -> str:
    """Return how ``run`` stands, in the one word that every list and report uses.

    ``carried`` says whether a process carries it now; None is a plan that was not begun.
    """
    if run is None:
        return "planned"
    if run.closed is RunVerdict.DONE and run.steps_in(StepState.SKIPPED):
        return Outcome.UNVERIFIED
    if run.closed is not None:
        return run.closed
    if carried:
        return "in progress"
    return "orphaned" if run.verdict is RunVerdict.OPEN else "held"


def run_text(run: RecoveryRun, *, carried: bool, stopped: int | None = None) -> str:
    """Return how ``run`` stands: a line a step, what it waits for, and what comes next.

    ``stopped`` is the process that carries it and was told to stop; None: none is.
    """
    width = max(len(step.id) for step in run.plan.steps)
    lines = [f"{run.plan.id}: {run.plan.title}: {standing(run, carried=carried)}"]
    for step in run.plan.steps:
        phase = Phase(step.phase)
        lines.append(
            f"{phase.number:>4} {step.id:<{width}}  {run.states[step.id]:<17} "
            f"{describe(step.action)}"
        )
    if not run.closed:
        lines += [f"waits for  {line}" for line in run.waits_for()]
    lines += [f"next       {line}" for line in what_next(run, carried=carried, stopped=stopped)]
    return "\n".join(lines)


def what_next(run: RecoveryRun, *, carried: bool, stopped: int | None = None) -> tuple[str, ...]:
    """Return what a person may read and type about ``run``; nothing while it goes on or is over."""
    if run.closed or carried:
        return ()
    return next_steps(run.plan.id, pages(run, stopped), stopped)


def run_line(plan: RecoveryPlan, records: Sequence[RecoveryRecord], *, carried: bool) -> str:
    """Return one line for a list of runs."""
    return f"{plan.id}  {standing(fold(records), carried=carried):<18}  {plan.title}"


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
