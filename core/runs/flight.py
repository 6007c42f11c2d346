"""An attempt on its way, as the engine remembers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.runs.machine import StepState
from core.runs.plan import ActionT, BasisT, Step
from core.runs.ports import Token
from core.runs.run import Run


@dataclass(slots=True)
class Flight:
    """One attempt: until when its outcome must be seen, and what was said of it."""

    token: Token
    due: timedelta
    answered: bool = False
    """True: the world says yes, or it was so already; we have not seen it for long enough yet"""
    note: str = ""
    doubt: str = ""
    """what a yes left open"""

    def overdue(self, step: Step[ActionT]) -> str:
        """Return for a person that nothing settled ``step`` in time, and why as far as known."""
        reason = "it said yes, but nothing is to be seen" if self.answered else "no answer"
        doubt = f": {self.doubt}" if self.doubt else ""
        return f"{reason} within {step.deadline.total_seconds():g} s{doubt}"


def action_of(run: Run[ActionT, BasisT], step: Step[ActionT]) -> ActionT:
    """Return what ``step`` sends as ``run`` stands: its action or, while it is undone, its undo."""
    undoing = run.states[step.id] in {StepState.UNDOING, StepState.UNDO_IN_DOUBT}
    return step.undo if undoing and step.undo is not None else step.action


def against_another(
    run: Run[ActionT, BasisT], step: Step[ActionT], sent: int, *, undo: bool
) -> str:
    """Return why ``step``, which had not happened, is not sent again; "" if nothing is against it.

    ``sent`` is how often it was since the run was resumed; ``undo`` says that its undo is meant.
    """
    if sent >= step.attempts:
        return f"sent {step.attempts} times"
    return "it had not happened; unwinding" if run.unwinding and not undo else ""
