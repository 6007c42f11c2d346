"""The loop: fold the journal, send what is ready, write down what became of it.

The engine keeps nothing in memory that is not in the journal but timers, so starting and resuming
are the same code, in simulation and live. Attempts run side by side inside the actuator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Generic

from core.clock import Clock
from core.errors import JournalCorrupt
from core.formats import Format
from core.runs import consent
from core.runs.flight import Flight, action_of, against_another
from core.runs.journal import (
    Closed,
    Entry,
    Journal,
    Opened,
    Request,
    RunVerdict,
    StepEvent,
    Where,
)
from core.runs.machine import DOUBTFUL, IN_FLIGHT, EventKind, StepState
from core.runs.plan import ActionT, BasisT, Plan, Step, StepId
from core.runs.ports import Actuator, Answer, Completion, Inbox, Sensor, Token
from core.runs.run import Run, advance, demand_own_format, fold, objection_to

LOOK_EVERY = timedelta(milliseconds=100)
PATIENCE = timedelta(seconds=5)
"""how long an objection may last before the step fails without having been sent"""
BLIND = timedelta(seconds=30)
"""how long the engine looks at what cannot be seen before it holds the run"""


class Engine(Generic[ActionT, BasisT]):
    """Carries a plan out, once, however often it is interrupted.

    It writes to ``journal`` what it is about to do before ``actuator`` does it. A step is done when
    ``sensor`` sees its effect, never because somebody said yes. After a deadline it looks before it
    sends again. ``inbox`` is where people ask for something meanwhile. No other carries the run.
    """

    def __init__(
        self,
        *,
        journal: Journal[ActionT, BasisT],
        sensor: Sensor[ActionT],
        actuator: Actuator[ActionT],
        clock: Clock,
        inbox: Inbox,
    ) -> None:
        self._journal = journal
        self._sensor = sensor
        self._actuator = actuator
        self._clock = clock
        self._inbox = inbox
        self._flights: dict[StepId, Flight] = {}
        self._since: dict[StepId, timedelta] = {}
        """when each doubt, or each objection to a start, began"""
        self._steady: dict[StepId, timedelta] = {}
        """since when the effect of each step has been seen without a break"""
        self._launched: Counter[tuple[StepId, EventKind]] = Counter()
        """how often each step, and each undo, was sent since the run was started or resumed"""
        self._unseen: set[StepId] = set()
        """doubts that looking has not resolved within ``BLIND``"""

    def start(
        self, plan: Plan[ActionT, BasisT], truth: Where, start: Request | None = None
    ) -> Run[ActionT, BasisT]:
        """Begin ``plan`` and carry it as far as it will go.

        ``truth`` says of what kind the journal is; ``start`` is the request to start the run.

        Raises:
            JournalCorrupt: the journal holds a run already.
            NotSeen, Unreachable: the journal did not answer; resume when it does.
        """
        opened = Opened(plan, truth, Format.JOURNAL.number, start=start)
        return self._drive(self._write(fold(self._journal.records()), opened))

    def resume(self) -> Run[ActionT, BasisT]:
        """Carry the journalled run as far as it will go; a run that is over is returned as it is.

        What failed is looked at again, and begun once more if nothing objects to it now.

        Raises:
            JournalCorrupt: there is no run, or its record cannot be trusted.
            PlanRefused: its journal is in a format that is no longer written; nothing was touched.
            NotSeen, Unreachable: the journal did not answer; resume when it does.
        """
        run = fold(self._journal.records())
        if run is None:
            raise JournalCorrupt("there is no run to resume", next_step="ndc dr runs lists them")
        if run.closed or run.given_up:
            return run
        demand_own_format(run)
        for step in run.steps_in(*IN_FLIGHT):
            run = self._note(run, step, EventKind.LOST, "we stopped before an answer came")
        return self._drive(self._once_more(self._obey(run)))

    def _once_more(self, run: Run[ActionT, BasisT]) -> Run[ActionT, BasisT]:
        if run.unwinding:
            return run
        for step in run.steps_in(StepState.FAILED):
            if not step.steady and self._sight(run, step):
                run = self._note(run, step, EventKind.SUCCEEDED, "we looked: it is so by now")
                continue
            run = self._if_lapsed(run, step)
            if run.approved(step) and not self._sensor.objections(step.action):
                run = self._launch(run, step, EventKind.STARTED)
        return run

    def _drive(self, run: Run[ActionT, BasisT]) -> Run[ActionT, BasisT]:
        while True:
            run = self._obey(run)
            run = self._resolve_doubts(run)
            run = self._send(run)
            self._stop_timers(run)
            if self._flights:
                run = self._heed(run)
            elif self._since:
                self._clock.sleep(LOOK_EVERY)
            else:
                break
        if run.verdict in {RunVerdict.DONE, RunVerdict.UNWOUND}:
            run = self._write(run, Closed(run.verdict))
        return run

    def _obey(self, run: Run[ActionT, BasisT]) -> Run[ActionT, BasisT]:
        for request in self._inbox.requests():
            if not objection_to(run, request):
                run = self._write(run, request)
            self._inbox.put_away(request)
        for step in run.to_skip():
            run = self._note(run, step, EventKind.SKIPPED, "a person answered for it")
        return run

    def _resolve_doubts(self, run: Run[ActionT, BasisT]) -> Run[ActionT, BasisT]:
        for step in run.steps_in(*DOUBTFUL):
            if step.id not in self._unseen:
                run = self._look(run, step)
        return run

    def _look(self, run: Run[ActionT, BasisT], step: Step[ActionT]) -> Run[ActionT, BasisT]:
        waited = self._waited(step)
        match self._in_effect(run, step):
            case True:
                return self._note(run, step, EventKind.SUCCEEDED, "we looked: it had happened")
            case False if waited >= step.settle:
                return self._try_again(run, step)
            case None if waited >= BLIND:
                self._leave_in_doubt(step)
        return run

    def _try_again(self, run: Run[ActionT, BasisT], step: Step[ActionT]) -> Run[ActionT, BasisT]:
        undo = run.states[step.id] is StepState.UNDO_IN_DOUBT
        start = EventKind.UNDO_STARTED if undo else EventKind.STARTED
        launched = self._launched[step.id, start]
        if not (launched or undo or run.unwinding):
            run = self._if_lapsed(run, step)  # another sent it, who may have stopped long ago
            if not run.approved(step):
                self._leave_in_doubt(step)
                return run
        against = against_another(run, step, launched, undo=undo)
        if not (against or undo):
            against = "; ".join(self._sensor.objections(step.action))
        if not against:
            return self._launch(run, step, start)
        if step.point_of_no_return and not undo:
            # what was sent may still come about, however long that takes
            self._leave_in_doubt(step)
            return run
        return self._note(run, step, EventKind.ABANDONED, against)

    def _leave_in_doubt(self, step: Step[ActionT]) -> None:
        """Look no more at ``step``: the run is held, and whoever resumes it looks again."""
        self._unseen.add(step.id)
        self._since.pop(step.id, None)

    def _send(self, run: Run[ActionT, BasisT]) -> Run[ActionT, BasisT]:
        for step in run.ready():
            run = self._if_lapsed(run, step)
            if not run.approved(step) and run.states[step.id] is StepState.PENDING:
                run = self._note(run, step, EventKind.ASKED, consent.awaited(step))
        willing = [step for step in run.ready() if run.approved(step)]
        # side by side: a look at what is lost takes seconds, and a plan has one for each host
        against = self._sensor.all_objections([step.action for step in willing])
        for step, objections in zip(willing, against, strict=True):
            # one of them may have been refused a moment ago, and then nothing new begins
            if step in run.ready():
                run = self._begin(run, step, objections)
        undo = run.to_undo()
        return self._launch(run, undo, EventKind.UNDO_STARTED) if undo else run

    def _begin(
        self, run: Run[ActionT, BasisT], step: Step[ActionT], objections: Sequence[str]
    ) -> Run[ActionT, BasisT]:
        if not objections:
            return self._launch(run, step, EventKind.STARTED)
        if self._waited(step) >= PATIENCE:
            return self._note(run, step, EventKind.REFUSED, "; ".join(objections))
        return run

    def _if_lapsed(self, run: Run[ActionT, BasisT], step: Step[ActionT]) -> Run[ActionT, BasisT]:
        """Return ``run``, in which nobody lets ``step`` begin any more whose word lapsed."""
        lapsed = run.lapsed(step, self._clock.now())
        return self._note(run, step, EventKind.LAPSED, lapsed) if lapsed else run

    def _launch(
        self, run: Run[ActionT, BasisT], step: Step[ActionT], start: EventKind
    ) -> Run[ActionT, BasisT]:
        undo = start is EventKind.UNDO_STARTED
        attempt = run.sent.get((step.id, start), 0) + 1
        token = Token(run.plan.id, step.id, step.epoch, attempt, undo)
        self._launched[step.id, start] += 1
        # from before it is written down: if this process stands still, another carries the run on
        due = self._clock.elapsed() + step.deadline
        run = self._note(run, step, start, f"attempt {attempt}")
        self._flights[step.id] = Flight(token, due)
        self._actuator.begin(action_of(run, step), token, due)
        return run

    def _heed(self, run: Run[ActionT, BasisT]) -> Run[ActionT, BasisT]:
        bound = LOOK_EVERY
        while completion := self._actuator.wait(bound):
            if completion.token in [flight.token for flight in self._flights.values()]:
                run = self._hear(run, completion)
            bound = timedelta()
        # a look may take long: what is answered meanwhile is heard before it counts as late
        now = self._clock.elapsed()
        for name, flight in list(self._flights.items()):
            step = run.plan.step(name)
            if flight.answered and self._in_effect(run, step):
                run = self._note(run, step, EventKind.SUCCEEDED, flight.note)
            elif now >= flight.due:
                run = self._note(run, step, EventKind.LOST, flight.overdue(step))
        return run

    def _hear(self, run: Run[ActionT, BasisT], completion: Completion) -> Run[ActionT, BasisT]:
        step = run.plan.step(completion.token.step)
        flight = self._flights[step.id]
        if flight.answered:
            return run  # whatever is said after a yes: only looking settles it
        match completion.answer:
            case Answer.YES:
                flight.answered, flight.doubt = True, completion.note
                return run
            case Answer.NO if self._sight(run, step):
                flight.answered, flight.note = True, f"so already, though: {completion.note}"
                return run
            case Answer.NO if step.id in run.doubted:
                # an earlier attempt may still be on its way: this no is not about that one
                return self._note(run, step, EventKind.LOST, completion.note)
            case Answer.NO:
                return self._note(run, step, EventKind.REJECTED, completion.note)
            case Answer.NONE:
                return self._note(run, step, EventKind.LOST, completion.note)

    def _in_effect(self, run: Run[ActionT, BasisT], step: Step[ActionT]) -> bool | None:
        """Tell whether the effect is there, and has been for as long as it must; None: not yet."""
        sight = self._sight(run, step)
        if not sight:
            self._steady.pop(step.id, None)
            return sight
        since = self._steady.setdefault(step.id, self._clock.elapsed())
        return True if self._clock.elapsed() - since >= step.steady else None

    def _sight(self, run: Run[ActionT, BasisT], step: Step[ActionT]) -> bool | None:
        return self._sensor.is_in_effect(action_of(run, step))

    def _stop_timers(self, run: Run[ActionT, BasisT]) -> None:
        if not self._since:
            return
        open_questions = {step.id for step in (*run.steps_in(*DOUBTFUL), *run.ready())}
        self._since = {n: since for n, since in self._since.items() if n in open_questions}

    def _waited(self, step: Step[ActionT]) -> timedelta:
        now = self._clock.elapsed()
        return now - self._since.setdefault(step.id, now)

    def _note(
        self, run: Run[ActionT, BasisT], step: Step[ActionT], event: EventKind, note: str = ""
    ) -> Run[ActionT, BasisT]:
        self._flights.pop(step.id, None)
        self._since.pop(step.id, None)
        self._steady.pop(step.id, None)
        return self._write(run, StepEvent(step.id, event, note))

    def _write(
        self, run: Run[ActionT, BasisT] | None, entry: Entry[ActionT, BasisT]
    ) -> Run[ActionT, BasisT]:
        advanced = advance(run, entry)
        self._journal.append(entry)
        return advanced
