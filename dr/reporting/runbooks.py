"""Which page a person reads about a run that stands still. Pure."""

from __future__ import annotations

from typing import Final

from core.runs.journal import RunVerdict
from core.runs.machine import StepState
from dr.actions import Action
from dr.planning.plan import RecoveryRun, RecoveryStep

FOLDER: Final = "docs/runbooks"
"""in the repository"""
ORPHANED: Final = f"{FOLDER}/held/orphaned.md"
STOPPED: Final = f"{FOLDER}/held/stopped-process.md"
APPROVAL: Final = f"{FOLDER}/approve.md"

_TURNING_BACK: Final = frozenset({StepState.STUCK, StepState.UNDO_IN_DOUBT})


def page_of(action: Action) -> str:
    """Return the page about ``action`` when it holds a run."""
    return f"{FOLDER}/held/{action.kind}.md"


def pages(run: RecoveryRun, stopped: int | None = None) -> tuple[str, ...]:
    """Return the pages about ``run``, which nobody carries, first of what holds it first.

    ``stopped`` is the process that carries it and was told to stop; None: none is. Empty where the
    run is over.
    """
    if run.closed is not None:
        return ()
    if stopped is not None:
        return (STOPPED,)
    if run.verdict is RunVerdict.OPEN:
        return (ORPHANED,)
    return tuple(dict.fromkeys(_page(run, step) for step in run.holding()))


def _page(run: RecoveryRun, step: RecoveryStep) -> str:
    state = run.states[step.id]
    if state is StepState.AWAITING_APPROVAL:
        return APPROVAL
    if state in _TURNING_BACK and step.undo is not None:
        return page_of(step.undo)
    return page_of(step.action)
