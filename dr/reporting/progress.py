"""How far a run has come: what goes on now, for how long, and how long such a thing takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.runs.journal import RunVerdict, StepEvent
from core.runs.machine import DOUBTFUL, IN_FLIGHT, PASSED, EventKind, StepState
from dr.planning.plan import Phase, RecoveryRecord, RecoveryRun, RecoveryStep

_GO_ON: Final = IN_FLIGHT | DOUBTFUL
_UNDOING: Final = {StepState.UNDOING, StepState.UNDO_IN_DOUBT, StepState.UNDONE, StepState.STUCK}


@dataclass(frozen=True, slots=True)
class StepProgress:
    """How one step of a run stands."""

    phase: Phase
    step: str
    state: StepState
    passed: timedelta | None
    """since it was first sent, until it was settled or now; None: it was not sent"""
    expected: timedelta
    """how long it takes, where nothing is in its way"""
    samples: int
    """of how many earlier times ``expected`` is the median; 0: it is an estimate"""

    @property
    def goes_on(self) -> bool:
        """Whether it was sent and is not settled."""
        return self.state in _GO_ON


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How a run stands at one moment, step by step, in the plan's order."""

    steps: tuple[StepProgress, ...]
    waits_for: tuple[str, ...]
    """why each step that holds it up does so"""
    is_held: bool
    """whether it goes on only when a person says so"""

    @property
    def done(self) -> int:
        """How many steps are done, or were answered for."""
        return sum(step.state in PASSED for step in self.steps)

    @property
    def now(self) -> list[StepProgress]:
        """The steps that go on."""
        return [step for step in self.steps if step.goes_on]

    def sentence(self) -> str:
        """Return it in one line for a person."""
        far = f"{self.done} of {len(self.steps)} steps"
        if self.is_held:
            return f"{far}; waits for {'; '.join(self.waits_for) or 'a person'}"
        under_way = "; ".join(_under_way(step) for step in self.now)
        return f"{far}; {under_way or 'about to go on'}"


def progress(run: RecoveryRun, records: Sequence[RecoveryRecord], now: datetime) -> RunProgress:
    """Return how ``run`` stands, whose journal is ``records``.

    ``now`` is by the clock that dated the records; by another one, what has passed is off by as
    much as the two differ.
    """
    return RunProgress(
        tuple(_of_step(step, run, records, now) for step in run.plan.steps),
        tuple(run.waits_for()),
        run.verdict is RunVerdict.HELD and run.closed is None,
    )


def _of_step(
    step: RecoveryStep, run: RecoveryRun, records: Sequence[RecoveryRecord], now: datetime
) -> StepProgress:
    state, entries = run.states[step.id], [(r.at, r.entry) for r in records]
    events = [
        (at, entry.event)
        for at, entry in entries
        if isinstance(entry, StepEvent) and entry.step == step.id
    ]
    start = EventKind.UNDO_STARTED if state in _UNDOING else EventKind.STARTED
    sent = next((at for at, event in events if event is start), None)
    ended = now if state in _GO_ON or not events else events[-1][0]
    passed = None if sent is None else max(ended - sent, timedelta())
    return StepProgress(Phase(step.phase), step.id, state, passed, step.expected, step.samples)


def _under_way(step: StepProgress) -> str:
    passed = 0.0 if step.passed is None else step.passed.total_seconds()
    doubt = " is in doubt," if step.state in DOUBTFUL else ""
    return (
        f"{step.phase.number} {step.step}{doubt} since {passed:.1f} s, "
        f"{'usually' if step.samples else 'estimated'} {step.expected.total_seconds():g} s"
    )
