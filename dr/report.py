"""What a run came to: measured at the citizens, explained by the journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.errors import JournalCorrupt
from core.formats import Format
from core.runs.journal import StepEvent, Verdict
from core.runs.machine import EventKind, StepState
from core.runs.plan import RunName, StepId
from core.runs.run import fold
from dr.actions import CompareLogs
from dr.plan import Phase, RecoveryPlan, RecoveryRecord, RecoveryRun
from inventory.network import Service

_COMPLETE: Final = {StepState.DONE: True, StepState.FAILED: False}
"""a comparison that could not be made is neither: it stays in doubt until a person answers"""


class Outcome(StrEnum):
    """What a report says in its first line."""

    DONE = "done"
    MISSED = "done, an objective was missed"
    UNMEASURED = "done, not measured"
    LOSS = "failed: loss"
    UNWOUND = "unwound"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Measure:
    """What the probe's ledger says about the time of the run."""

    gap: timedelta
    """the longest time between two acknowledged writes"""
    acknowledged: int
    refused: int
    lost: int
    """acknowledged, and not there afterwards"""
    duplicated: int
    unknown: int
    """never answered: they may be there or not"""
    void: bool = False
    """True: the probe's own schedule slipped, so the gap says nothing"""


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
class Report:
    """One run, told afterwards."""

    run: RunName
    title: str
    environment: str
    requested_by: str
    outcome: Outcome
    opened_at: datetime
    ended_at: datetime
    phases: tuple[PhaseTimes, ...]
    attempts: int
    """how often a step was sent; more than steps where an answer was lost"""
    measure: Measure | None
    """None: the probe could not be asked"""
    recovery_time: timedelta
    """promised, at most"""
    waits_for: tuple[str, ...]
    complete: bool | None
    """whether the new leader was proven to have all that the old one wrote; None: not known"""


def report(records: Sequence[RecoveryRecord], service: Service, measure: Measure | None) -> Report:
    """Return the report of the run that ``records`` tell of.

    Raises:
        JournalCorrupt: they tell of none.
    """
    run = fold(records)
    if run is None:
        raise JournalCorrupt("there is no run to report", next_step="ndc dr runs lists them")
    complete = _is_complete(run)
    outcome = _outcome(run.closed or Verdict.HELD, measure, service.recovery_time)
    if complete is False:
        outcome = Outcome.LOSS
    return Report(
        run=run.plan.id,
        title=run.plan.title,
        environment=run.plan.basis.environment,
        requested_by=run.plan.basis.requested_by,
        outcome=outcome,
        opened_at=records[0].at,
        ended_at=records[-1].at,
        phases=tuple(_phases(run.plan, records)),
        attempts=sum(run.sent.values()),
        measure=measure,
        recovery_time=service.recovery_time,
        waits_for=tuple(run.waits_for()),
        complete=complete,
    )


def _is_complete(run: RecoveryRun) -> bool | None:
    compared = (run.states[s.id] for s in run.plan.steps if isinstance(s.action, CompareLogs))
    return _COMPLETE.get(next(compared, StepState.PENDING))


def _outcome(verdict: Verdict, measure: Measure | None, promised: timedelta) -> Outcome:
    match verdict, measure:
        case _, Measure(lost=lost) if lost:
            return Outcome.LOSS
        case Verdict.UNWOUND, _:
            return Outcome.UNWOUND
        case Verdict.DONE, None | Measure(void=True):
            return Outcome.UNMEASURED
        case Verdict.DONE, Measure(gap=gap, duplicated=0) if gap <= promised:
            return Outcome.DONE
        case Verdict.DONE, _:
            return Outcome.MISSED
        case _:
            return Outcome.HELD


def _phases(plan: RecoveryPlan, records: Sequence[RecoveryRecord]) -> Iterator[PhaseTimes]:
    events = [(r.at, r.entry) for r in records if isinstance(r.entry, StepEvent)]
    for phase in Phase:
        steps: set[StepId] = {step.id for step in plan.steps if step.phase == phase}
        sent = [at for at, e in events if e.step in steps and e.event is EventKind.STARTED]
        heard = [at for at, e in events if e.step in steps and e.event is not EventKind.STARTED]
        if sent:
            yield PhaseTimes(phase, sent[0], max([*heard, sent[-1]]))


def report_json(made: Report) -> str:
    """Return ``made`` as JSON; durations are seconds, ``measure`` is null if there is none."""
    seen = made.measure
    plain = {
        "run": made.run,
        "title": made.title,
        "environment": made.environment,
        "requested_by": made.requested_by,
        "outcome": made.outcome.name.lower(),
        "opened_at": made.opened_at.isoformat(),
        "ended_at": made.ended_at.isoformat(),
        "recovery_time_promised_seconds": made.recovery_time.total_seconds(),
        "measure": None
        if seen is None
        else {"gap_seconds": seen.gap.total_seconds(), **_counts(seen), "void": seen.void},
        "phases": [
            {
                "phase": times.phase,
                "began_at": times.began_at.isoformat(),
                "took_seconds": times.took.total_seconds(),
            }
            for times in made.phases
        ],
        "new_leader_has_all": made.complete,
        "attempts": made.attempts,
        "waits_for": list(made.waits_for),
    }
    return Format.REPORT.text(plain, indent=2)


def _counts(seen: Measure) -> dict[str, int]:
    return {
        "acknowledged": seen.acknowledged,
        "lost": seen.lost,
        "duplicated": seen.duplicated,
        "unknown": seen.unknown,
        "refused": seen.refused,
    }


def report_text(made: Report) -> str:
    """Return ``made`` as a person reads it."""
    return "\n".join([*_head(made), "", *_figures(made), *_logs(made), "", *_times(made)])


def _head(made: Report) -> Iterator[str]:
    yield f"{made.title}: {made.outcome}"
    yield f"  run          {made.run} in {made.environment}, asked for by {made.requested_by}"
    took = (made.ended_at - made.opened_at).total_seconds()
    yield f"  time         {made.opened_at:%Y-%m-%d %H:%M:%S} UTC, {took:.1f} s"
    yield from (f"  waits for    {line}" for line in made.waits_for)


def _figures(made: Report) -> Iterator[str]:
    seen = made.measure
    if seen is None:
        yield "  the probe could not be asked: gap and losses are not known"
        return
    void = "  (void: the probe's own schedule slipped)" if seen.void else ""
    promised = made.recovery_time.total_seconds()
    yield f"  gap          {seen.gap.total_seconds():.2f} s of at most {promised:g} s{void}"
    yield from (f"  {name:<12} {count}" for name, count in _counts(seen).items())


def _logs(made: Report) -> Iterator[str]:
    if made.complete is not None:
        has = "has all" if made.complete else "does not have all"
        yield f"  logs         the new leader {has} that the old one wrote"


def _times(made: Report) -> Iterator[str]:
    yield "  phase         began     took"
    for times in made.phases:
        began = (times.began_at - made.opened_at).total_seconds()
        name = f"{times.phase.number} {times.phase}"
        yield f"  {name:<12} {began:>5.2f} s  {times.took.total_seconds():>5.2f} s"
