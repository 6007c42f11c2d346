"""A run is its journal, folded.

``advance`` checks an entry before it is written and again when it is read, so
we cannot write what we would refuse to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic

from core.errors import JournalCorrupt, PlanRefused
from core.formats import FIRST, Format
from core.runs import consent
from core.runs.journal import (
    Closed,
    Entry,
    Opened,
    Record,
    Request,
    RunVerdict,
    StepEvent,
    Where,
    Wish,
)
from core.runs.machine import (
    DOUBTFUL,
    IN_FLIGHT,
    PASSED,
    UNSENT,
    EventKind,
    StepState,
    after,
    may,
)
from core.runs.plan import ActionT, BasisT, OnFailure, Plan, Step, StepId

_SENT = frozenset({EventKind.STARTED, EventKind.UNDO_STARTED})
_SETTLED = frozenset({StepState.DONE, StepState.SKIPPED, StepState.UNDONE})


@dataclass(frozen=True, slots=True)
class Run(Generic[ActionT, BasisT]):
    """Where a plan stands: what its journal says, and nothing else.

    Equal journals give equal runs. Every state was reached along the edges of
    ``core.runs.machine``; ``advance`` refuses an entry that the table does not have.
    """

    plan: Plan[ActionT, BasisT]
    truth: Where
    states: Mapping[StepId, StepState]
    sent: Mapping[tuple[StepId, EventKind], int]
    """how often each step, and each undo, was sent"""
    notes: Mapping[StepId, str]
    """what was last said about a step"""
    doubted: frozenset[StepId] = frozenset()
    """steps of which an attempt was ever in doubt: it may still be on its way"""
    requests: tuple[Request, ...] = ()
    lapses: dict[StepId, int] = field(default_factory=dict)
    """how many requests there were when what had let a step begin lapsed last"""
    start: Request | None = None
    """that it be started"""
    closed: RunVerdict | None = None
    format: int = FIRST
    """of its journal, for life"""

    def steps_in(self, *states: StepState) -> list[Step[ActionT]]:
        """Return the steps that stand in one of ``states``, in the plan's order."""
        return [step for step in self.plan.steps if self.states[step.id] in states]

    @property
    def succeeded(self) -> bool:
        """Whether every step is done, or a person answered for it."""
        return all(state in PASSED for state in self.states.values())

    @property
    def past_return(self) -> bool:
        """Whether a point of no return may have been passed.

        It was not, if it was never sent, or if its target said no to all that was sent.
        """
        return any(
            step.point_of_no_return and not self._is_clear(step.id) for step in self.plan.steps
        )

    @property
    def given_up(self) -> bool:
        """Whether a person had it let go of what it held: it goes on never more."""
        return any(request.wish is Wish.GIVE_UP for request in self.requests)

    @property
    def unwinding(self) -> bool:
        """Whether what was done is to be undone: a person said so, or the plan is a drill's."""
        aborted = any(request.wish is Wish.ABORT for request in self.requests)
        failed = StepState.FAILED in self.states.values()
        return aborted or (
            failed and self.plan.on_failure is OnFailure.UNWIND and not self.past_return
        )

    def ready(self) -> list[Step[ActionT]]:
        """Return the steps that may be begun now; nothing new begins once one has failed."""
        if (
            self.closed
            or self.given_up
            or self.unwinding
            or self.steps_in(StepState.FAILED, StepState.STUCK)
        ):
            return []
        return [step for step in self.steps_in(*UNSENT) if self.passed(step.needs)]

    def to_undo(self) -> Step[ActionT] | None:
        """Return the one step to undo now, newest first, or None while others are unsettled."""
        unsettled = self.steps_in(StepState.STUCK, *IN_FLIGHT, *DOUBTFUL)
        if self.closed or not self.unwinding or unsettled:
            return None
        undoable = [step for step in self.steps_in(StepState.DONE) if step.undo is not None]
        return undoable[-1] if undoable else None

    def to_skip(self) -> list[Step[ActionT]]:
        """Return the steps that a person answered for and that do not stand so yet."""
        wished = {r.step for r in self.requests if r.wish is Wish.SKIP}
        return [
            step
            for step in self.plan.steps
            if step.id in wished and may(self.states[step.id], EventKind.SKIPPED)
        ]

    def approved(self, step: Step[ActionT]) -> bool:
        """Whether ``step`` has no gate, or a person who may opened it, and not before a lapse."""
        since = self.requests[self.lapses.get(step.id, 0) :]
        is_renewed = step.id not in self.lapses or consent.is_spoken(step, since)
        return is_renewed and consent.is_given(step, self.requests, self.start)

    def lapsed(self, step: Step[ActionT], now: datetime) -> str:
        """Return since when what let ``step`` begin counts no more; "" if it does, or nothing is.

        ``now`` is the moment in which it would begin.
        """
        if step.gate is None or not self.approved(step):
            return ""
        return consent.lapsed(self.plan.id, step, self.requests, self.start, now)

    @property
    def verdict(self) -> RunVerdict:
        """How the run stands, from its steps alone."""
        if self.given_up:
            return RunVerdict.GIVEN_UP
        if self.succeeded and not self.unwinding:
            return RunVerdict.DONE
        if self.steps_in(*IN_FLIGHT) or self.to_skip() or self.to_undo():
            return RunVerdict.OPEN
        if any(self.approved(step) for step in self.ready()):
            return RunVerdict.OPEN
        if self.unwinding and not self.steps_in(StepState.STUCK, *DOUBTFUL):
            return RunVerdict.UNWOUND
        return RunVerdict.HELD

    def holding(self) -> list[Step[ActionT]]:
        """Return the steps that hold the run up until a person or a look settles them."""
        held = (StepState.AWAITING_APPROVAL, StepState.FAILED, StepState.STUCK, *DOUBTFUL)
        return self.steps_in(*held)

    def waits_for(self) -> list[str]:
        """Return, for each step that holds the run up, a line saying why."""
        return [
            f"{step.id} is {self.states[step.id]}: {self.notes[step.id] or 'no reason was given'}"
            for step in self.holding()
        ]

    def left_standing(self) -> list[Step[ActionT]]:
        """Return the steps that are done and that nothing undoes: an abort leaves them so."""
        return [step for step in self.steps_in(StepState.DONE) if step.undo is None]

    def _is_clear(self, name: StepId) -> bool:
        return name not in self.doubted and self.states[name] in {StepState.FAILED, *UNSENT}

    def passed(self, names: Iterable[StepId]) -> bool:
        """Whether every one of ``names`` is done or skipped."""
        return all(self.states[name] in PASSED for name in names)


def advance(
    run: Run[ActionT, BasisT] | None, entry: Entry[ActionT, BasisT]
) -> Run[ActionT, BasisT]:
    """Return ``run`` after ``entry``; ``run`` is None before the first one.

    Raises:
        JournalCorrupt: ``entry`` cannot come next.
    """
    match run, entry:
        case None, Opened():
            return _opened(entry)
        case Run(closed=None), StepEvent():
            return _after_event(run, entry)
        case Run(closed=None), Request():
            return _after_request(run, entry)
        case Run(closed=None), Closed(verdict) if verdict is run.verdict:
            return replace(run, closed=verdict)
        case _:
            raise _misplaced(entry.what, "a journal that goes on in order")


def fold(records: Iterable[Record[ActionT, BasisT]]) -> Run[ActionT, BasisT] | None:
    """Return the run that ``records`` tell of, or None if they tell of none."""
    run = None
    for record in records:
        run = advance(run, record.entry)
    return run


def demand_own_format(run: Run[ActionT, BasisT]) -> None:
    """Return if this ndc may go on with ``run``: a journal keeps one format for life.

    Raises:
        PlanRefused: its journal is in one that is read and no longer written.
    """
    if run.format != Format.JOURNAL.number:
        raise PlanRefused(
            f"run {run.plan.id} was begun by another version of ndc, and is not gone on with here",
            expected=f"a journal in format {Format.JOURNAL.number}, which this ndc writes",
            actual=f"format {run.format}",
            next_step="finish it with the ndc that began it",
        )


def _opened(entry: Opened[ActionT, BasisT]) -> Run[ActionT, BasisT]:
    names = [step.id for step in entry.plan.steps]
    return Run(
        entry.plan,
        entry.truth,
        states=dict.fromkeys(names, StepState.PENDING),
        sent={},
        notes=dict.fromkeys(names, ""),
        format=entry.format,
        start=entry.start,
    )


def _after_event(run: Run[ActionT, BasisT], entry: StepEvent) -> Run[ActionT, BasisT]:
    name, event = entry.step, entry.event
    if name not in run.states:
        raise _misplaced(f"an event of {name}", f"a step of {run.plan.id}")
    step = run.plan.step(name)
    if event is EventKind.STARTED and not (run.approved(step) and run.passed(step.needs)):
        raise _misplaced(f"the start of {name}", "its approval and the steps that it needs")
    sent = dict(run.sent)
    if event in _SENT:
        sent[name, event] = sent.get((name, event), 0) + 1
    return replace(
        run,
        states={**run.states, name: after(run.states[name], event)},
        notes={**run.notes, name: entry.note},
        doubted=run.doubted | {name} if event is EventKind.LOST else run.doubted,
        lapses=run.lapses | {name: len(run.requests)} if event is EventKind.LAPSED else run.lapses,
        sent=sent,
    )


def _after_request(run: Run[ActionT, BasisT], entry: Request) -> Run[ActionT, BasisT]:
    if objection := objection_to(run, entry):
        raise _misplaced(f"the request to {entry.wish}", objection)
    return replace(run, requests=(*run.requests, entry))


def objection_to(run: Run[ActionT, BasisT], request: Request) -> str:
    """Return why ``request`` cannot be obeyed, or "" if it can."""
    if run.closed:
        return f"a run that is not over; this one is {run.closed}"
    if any(earlier.id == request.id for earlier in run.requests):
        return "a request that was not made before"
    match request.wish:
        case Wish.ABORT if run.past_return:
            return "an abort before the point of no return; now skip what holds it up, or resume"
        case Wish.START:
            return "a run that was not begun"
        case Wish.APPROVE | Wish.ATTEST | Wish.SKIP:
            return _objection_of_a_step(run, request)
        case _:
            return ""


def _objection_of_a_step(run: Run[ActionT, BasisT], request: Request) -> str:
    if request.step is None or request.step not in run.states:
        return f"one of its steps: {', '.join(run.states)}"
    if request.wish is Wish.SKIP and run.states[request.step] in _SETTLED:
        return "a step that is not settled"
    return consent.objection(request, run.plan.step(request.step), run.start)


def _misplaced(actual: str, expected: str) -> JournalCorrupt:
    return JournalCorrupt(
        f"{actual} cannot come next in this run",
        expected=expected,
        actual=actual,
        next_step="`ndc dr show RUN` says how the run stands",
    )
