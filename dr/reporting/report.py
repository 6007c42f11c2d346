"""What a run came to: measured at the citizens, explained by the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.errors import JournalCorrupt
from core.measure import Measure
from core.runs.journal import Opened, Request, RunVerdict, StepEvent
from core.runs.machine import EventKind, StepState
from core.runs.plan import RunName, StepId
from core.runs.run import fold
from dr.actions import CompareLogs
from dr.planning.bound import NOTHING, LossBound
from dr.planning.findings import SoftFinding
from dr.planning.plan import Phase, RecoveryPlan, RecoveryRecord, RecoveryRun
from dr.planning.store_bound import StoreLeft
from dr.reporting.ending import Asker, Ending, Outcome, askers, outcome, worst
from dr.reporting.runbooks import pages
from dr.reporting.store_report import StoreCourse, store_courses
from inventory.names import DatabaseName, ServiceName
from inventory.network import Service

_COMPLETE: Final = {StepState.DONE: True, StepState.FAILED: False}
"""a comparison that could not be made is neither: it stays in doubt until a person answers"""


@dataclass(frozen=True, slots=True)
class PhaseTimes:
    """When the steps of a phase were first sent and last finished."""

    phase: Phase
    began_at: datetime
    ended_at: datetime

    @property
    def took(self) -> timedelta:
        """From the first step sent to the last one finished."""
        return self.ended_at - self.began_at


@dataclass(frozen=True, slots=True)
class Noticed:
    """What was noticed of one service that a run moved."""

    service: Service
    measure: Measure | None
    """what the citizens noticed; None: the probe could not be asked"""
    ending: Ending
    """how its database stood afterwards"""


@dataclass(frozen=True, slots=True)
class Course:
    """What became of one service."""

    service: ServiceName
    outcome: Outcome
    measure: Measure | None
    """None: the probe could not be asked"""
    recovery_time: timedelta
    """promised, at most"""
    complete: bool | None
    """whether the new leader was proven to have all that the old one wrote; None: not known"""
    ending: Ending
    announced: LossBound
    """what the plan said may be lost"""


@dataclass(frozen=True, slots=True)
class Report:
    """What one run came to: its times from the journal, its losses from the probe's ledger.

    It claims no more than was measured. Where the probe could not be asked, or a write was not
    read back, the outcome is no success.
    """

    run: RunName
    title: str
    environment: str
    askers: tuple[Asker, ...]
    """first who had it started"""
    outcome: Outcome
    """the worst of its services"""
    opened_at: datetime
    ended_at: datetime
    phases: tuple[PhaseTimes, ...]
    attempts: int
    """how often a step was sent; more than steps where an answer was lost"""
    waits_for: tuple[str, ...]
    runbooks: tuple[str, ...]
    """the pages about what it waits for, as paths in the repository"""
    undone: tuple[StepId, ...]
    """steps that an abort took back, in the plan's order"""
    left_standing: tuple[StepId, ...]
    """of an unwound run: steps that are done and stay so"""
    skipped: tuple[StepId, ...]
    """steps that a person answered for: nobody saw them done"""
    accepted_loss: str
    """why who planned it accepted that acknowledged writes may be lost; "": they accepted none"""
    courses: tuple[Course, ...]
    """of the services that it moved, in the plan's order"""
    stores: tuple[StoreCourse, ...] = ()
    """of the stores that it had begin elsewhere, in the plan's order"""
    left: tuple[StoreLeft, ...] = ()
    """stores that were lost as well, and that it left so"""
    despite: str = ""
    """why who planned it passed over what spoke against it, which is ``passed_over``"""
    passed_over: tuple[SoftFinding, ...] = ()


def report(
    records: Sequence[RecoveryRecord],
    noticed: Sequence[Noticed],
    is_proved: Callable[[Request], bool] = lambda _: False,
) -> Report:
    """Return the report of the run that ``records`` tell of.

    ``noticed`` tells of each service that it moved. ``is_proved`` verifies who asked.

    Raises:
        JournalCorrupt: they tell of none.
    """
    run = fold(records)
    if run is None:
        raise JournalCorrupt("there is no run to report", next_step="ndc dr runs lists them")
    courses = tuple(_course(run, each) for each in noticed)
    return Report(
        run=run.plan.id,
        title=run.plan.title,
        environment=run.plan.basis.environment,
        askers=tuple(askers(run, _written(records), is_proved)),
        outcome=worst(course.outcome for course in courses) if courses else _of_stores(run),
        opened_at=records[0].at,
        ended_at=records[-1].at,
        phases=tuple(_phases(run.plan, records)),
        attempts=sum(run.sent.values()),
        waits_for=tuple(run.waits_for()),
        runbooks=pages(run),
        undone=tuple(step.id for step in run.steps_in(StepState.UNDONE)),
        left_standing=tuple(
            step.id for step in run.left_standing() if run.closed is RunVerdict.UNWOUND
        ),
        skipped=tuple(step.id for step in run.steps_in(StepState.SKIPPED)),
        accepted_loss=run.plan.basis.accepted_loss,
        courses=courses,
        stores=tuple(store_courses(run)),
        left=run.plan.basis.left,
        despite=run.plan.basis.despite,
        passed_over=run.plan.basis.passed_over,
    )


def _written(records: Sequence[RecoveryRecord]) -> dict[str, datetime]:
    """Return when each request was written down, by its id."""
    entries = ((record.entry, record.at) for record in records)
    return {
        request.id: at
        for entry, at in entries
        for request in [entry.start if isinstance(entry, Opened) else entry]
        if isinstance(request, Request)
    }


def _of_stores(run: RecoveryRun) -> Outcome:
    """Return what a run is called that moved stores alone: what they lost nobody measures."""
    return outcome(
        run.closed or RunVerdict.HELD,
        None,
        complete=None,
        promised=timedelta(),
        ending=Ending(at_target=True, protected=True),
        skipped=bool(run.steps_in(StepState.SKIPPED)),
    )


def _course(run: RecoveryRun, noticed: Noticed) -> Course:
    service = noticed.service
    complete = _is_complete(run, service.database)
    return Course(
        service=service.name,
        outcome=outcome(
            run.closed or RunVerdict.HELD,
            noticed.measure,
            complete=complete,
            promised=service.recovery_time,
            ending=noticed.ending,
            skipped=bool(run.steps_in(StepState.SKIPPED)),
        ),
        measure=noticed.measure,
        recovery_time=service.recovery_time,
        complete=complete,
        ending=noticed.ending,
        announced=_announced(run, service.name),
    )


def _announced(run: RecoveryRun, service: ServiceName) -> LossBound:
    moves = run.plan.basis.moves
    return next((moved.loss for moved in moves if moved.service == service), NOTHING)


def _is_complete(run: RecoveryRun, database: DatabaseName) -> bool | None:
    compared = (
        run.states[step.id]
        for step in run.plan.steps
        if isinstance(step.action, CompareLogs) and step.action.database == database
    )
    return _COMPLETE.get(next(compared, StepState.PENDING))


def _phases(plan: RecoveryPlan, records: Sequence[RecoveryRecord]) -> Iterator[PhaseTimes]:
    events = [(r.at, r.entry) for r in records if isinstance(r.entry, StepEvent)]
    for phase in Phase:
        steps: set[StepId] = {step.id for step in plan.steps if step.phase == phase}
        starts = [at for at, e in events if e.step in steps and e.event is EventKind.STARTED]
        ends = [at for at, e in events if e.step in steps and e.event is not EventKind.STARTED]
        if starts:
            yield PhaseTimes(phase, starts[0], max([*ends, starts[-1]]))
