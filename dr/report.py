"""What a run came to: measured at the citizens, explained by the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Final

from core.errors import JournalCorrupt
from core.formats import Format
from core.measure import Measure
from core.runs.journal import Request, RunVerdict, StepEvent, Wish
from core.runs.machine import EventKind, StepState
from core.runs.plan import RunName, StepId
from core.runs.run import fold
from dr.actions import CompareLogs
from dr.ending import Asker, Ending, Outcome, askers, outcome
from dr.plan import Phase, RecoveryPlan, RecoveryRecord, RecoveryRun
from dr.run_text import next_steps
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
    undone: tuple[StepId, ...]
    """steps that an abort took back, in the plan's order"""
    left_standing: tuple[StepId, ...]
    """of an unwound run: steps that are done and stay so"""
    complete: bool | None
    """whether the new leader was proven to have all that the old one wrote; None: not known"""
    skipped: tuple[StepId, ...]
    """steps that a person answered for: nobody saw them done"""
    ending: Ending


def report(
    records: Sequence[RecoveryRecord],
    service: Service,
    measure: Measure | None,
    ending: Ending,
    is_proved: Callable[[Request], bool] = lambda _: False,
) -> Report:
    """Return the report of the run that ``records`` tell of.

    ``service`` is what it moved; ``measure`` is what the citizens noticed, None where nobody
    knows; ``ending`` is how the database stood afterwards. ``is_proved`` verifies who asked.

    Raises:
        JournalCorrupt: they tell of none.
    """
    run = fold(records)
    if run is None:
        raise JournalCorrupt("there is no run to report", next_step="ndc dr runs lists them")
    return Report(
        run=run.plan.id,
        title=run.plan.title,
        environment=run.plan.basis.environment,
        askers=tuple(askers(run, is_proved)),
        outcome=_outcome(run, measure, service.recovery_time, ending),
        opened_at=records[0].at,
        ended_at=records[-1].at,
        phases=tuple(_phases(run.plan, records)),
        attempts=sum(run.sent.values()),
        measure=measure,
        recovery_time=service.recovery_time,
        waits_for=tuple(run.waits_for()),
        undone=tuple(step.id for step in run.steps_in(StepState.UNDONE)),
        left_standing=tuple(
            step.id for step in run.left_standing() if run.closed is RunVerdict.UNWOUND
        ),
        complete=_is_complete(run),
        skipped=tuple(step.id for step in run.steps_in(StepState.SKIPPED)),
        ending=ending,
    )


def _outcome(
    run: RecoveryRun, measure: Measure | None, promised: timedelta, ending: Ending
) -> Outcome:
    return outcome(
        run.closed or RunVerdict.HELD,
        measure,
        complete=_is_complete(run),
        promised=promised,
        ending=ending,
        skipped=bool(run.steps_in(StepState.SKIPPED)),
    )


def _is_complete(run: RecoveryRun) -> bool | None:
    compared = (run.states[s.id] for s in run.plan.steps if isinstance(s.action, CompareLogs))
    return _COMPLETE.get(next(compared, StepState.PENDING))


def _phases(plan: RecoveryPlan, records: Sequence[RecoveryRecord]) -> Iterator[PhaseTimes]:
    events = [(r.at, r.entry) for r in records if isinstance(r.entry, StepEvent)]
    for phase in Phase:
        steps: set[StepId] = {step.id for step in plan.steps if step.phase == phase}
        starts = [at for at, e in events if e.step in steps and e.event is EventKind.STARTED]
        ends = [at for at, e in events if e.step in steps and e.event is not EventKind.STARTED]
        if starts:
            yield PhaseTimes(phase, starts[0], max([*ends, starts[-1]]))


def report_json(report: Report) -> str:
    """Return ``report`` as JSON; durations are seconds, ``measure`` is null if there is none."""
    plain = {
        "run": report.run,
        "title": report.title,
        "environment": report.environment,
        "requested_by": report.askers[0].name,
        "requested_by_key": report.askers[0].key,
        "askers": [asdict(asker) for asker in report.askers],
        "outcome": report.outcome.name.lower(),
        "opened_at": report.opened_at.isoformat(),
        "ended_at": report.ended_at.isoformat(),
        "recovery_time_promised_seconds": report.recovery_time.total_seconds(),
        "measure": None if report.measure is None else _plain(report.measure),
        "phases": [
            {
                "phase": times.phase,
                "began_at": times.began_at.isoformat(),
                "took_seconds": times.took.total_seconds(),
            }
            for times in report.phases
        ],
        "new_leader_has_all": report.complete,
        "attempts": report.attempts,
        "waits_for": list(report.waits_for),
        "undone": list(report.undone),
        "left_standing": list(report.left_standing),
        "skipped": list(report.skipped),
        "database_at_target": report.ending.at_target,
        "database_protected": report.ending.protected,
    }
    return Format.REPORT.text(plain, indent=2)


def _plain(measure: Measure) -> dict[str, str | float | bool | None]:
    return {
        "since": measure.since.isoformat(),
        "until": measure.until.isoformat(),
        "gap_seconds": measure.gap.length.total_seconds(),
        "gap_began_at": measure.gap.began_at.isoformat(),
        "gap_ended_at": measure.gap.ended_at.isoformat(),
        "acknowledged": measure.acknowledged,
        "due": measure.due,
        "acknowledged_ratio": measure.acknowledged_ratio,
        "lost": measure.lost,
        "not_read_back": measure.not_read_back,
        "duplicated": measure.duplicated,
        "sent_again": measure.sent_again,
        "unknown": measure.unknown,
        "unknown_appeared": measure.unknown_appeared,
        "refused": measure.refused,
        "worst_slip_seconds": measure.worst_slip.total_seconds(),
        "void": measure.is_void,
    }


def report_text(report: Report) -> str:
    """Return ``report`` as a person reads it."""
    return "\n".join([*_head(report), "", *_figures(report), *_logs(report), "", *_times(report)])


def _head(report: Report) -> Iterator[str]:
    yield f"{report.title}: {report.outcome}"
    yield _line("run", f"{report.run} in {report.environment}")
    yield from _people(report)
    took = (report.ended_at - report.opened_at).total_seconds()
    yield _line("time", f"{report.opened_at:%Y-%m-%d %H:%M:%S} UTC, {took:.1f} s")
    yield from (_line("waits for", line) for line in report.waits_for)
    if report.outcome is Outcome.HELD:
        yield from (_line("next", line) for line in next_steps(report.run))
    if report.outcome is Outcome.UNWOUND:
        yield _line(
            "undone", ", ".join(report.undone) or "nothing: nothing of it can be taken back"
        )
        yield _line("left as it is", ", ".join(report.left_standing) or "nothing")


def _people(report: Report) -> Iterator[str]:
    for asker in report.askers:
        what = "asked for by" if asker.wish is Wish.START else f"{asker.wish} {asker.step or ''} by"
        reason = f": {asker.reason}" if asker.reason else ""
        ticket = f" ({asker.ticket})" if asker.ticket else ""
        yield _line(what, f"{asker.sentence()}{reason}{ticket}")


def _figures(report: Report) -> Iterator[str]:
    measure = report.measure
    if measure is None:
        yield "  the probe could not be asked, or its clock was set: gap and losses are not known"
        return
    slip = (
        f"  (void: the probe missed its own schedule by {measure.worst_slip.total_seconds():.2f} s)"
    )
    silent = "  (nothing is known of a service that was never heard)"
    unread = "  (each of them may be lost)"
    appeared = f", {measure.unknown_appeared} of them are there"
    promised = f"of at most {report.recovery_time.total_seconds():g} s"
    length = f"{measure.gap.length.total_seconds():.2f} s"
    yield _line("gap", f"{length} {promised}{slip if measure.is_void else ''}")
    yield _line("acknowledged", f"{_share(measure)}{'' if measure.acknowledged else silent}")
    yield _line("lost", f"{measure.lost}")
    yield _line(
        "not read back", f"{measure.not_read_back}{unread if measure.not_read_back else ''}"
    )
    again = f"of {measure.sent_again} sent again" if measure.sent_again else "(not provoked)"
    yield _line("duplicated", f"{measure.duplicated} {again}")
    yield _line("unknown", f"{measure.unknown}{appeared if measure.unknown else ''}")
    yield _line("refused", f"{measure.refused}")


def _share(measure: Measure) -> str:
    ratio = measure.acknowledged_ratio
    # rounded down: 100.0% is all of them
    share = "" if ratio is None else f", {floor(1000 * ratio) / 10:.1f}%"
    return f"{measure.acknowledged} of {measure.due}{share}"


def _logs(report: Report) -> Iterator[str]:
    if report.complete is not None:
        has = "has all" if report.complete else "does not have all"
        yield _line("logs", f"the new leader {has} that the old one wrote")
    yield _line("database", report.ending.sentence())


def _line(name: str, words: str) -> str:
    return f"  {name:<13} {words}"


def _times(report: Report) -> Iterator[str]:
    yield "  phase         began     took"
    for times in report.phases:
        began = (times.began_at - report.opened_at).total_seconds()
        name = f"{times.phase.number} {times.phase}"
        yield f"  {name:<12} {began:>5.2f} s  {times.took.total_seconds():>5.2f} s"
