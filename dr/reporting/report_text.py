"""What a run came to, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from typing import Final, TypeAlias

from core.measure import Measure
from core.runs.journal import Wish
from dr.reporting.ending import Outcome
from dr.reporting.report import Course, Report
from dr.reporting.run_text import next_steps

ReportLine: TypeAlias = tuple[str, str]
"""what it is about, and the words; the first is empty where the words are a sentence"""


_ASKED: Final = {
    Wish.START: "asked for by",
    Wish.ATTEST: "attested by",
    Wish.RESUME: "resumed by",
}


def report_text(report: Report) -> str:
    """Return ``report`` as a person reads it."""
    lines = [f"{report.title}: {report.outcome}", *map(_line, _head(report))]
    for course in report.courses:
        title = [f"  {course.service}: {course.outcome}"] if len(report.courses) > 1 else []
        lines += ["", *title, *map(_line, (*figures(course), *logs(course)))]
    if of_stores := [*map(_line, stores(report))]:
        lines += ["", *of_stores]
    return "\n".join([*lines, "", *_times(report)])


def _head(report: Report) -> Iterator[ReportLine]:
    yield "run", f"{report.run} in {report.environment}"
    yield from people(report)
    took = (report.ended_at - report.opened_at).total_seconds()
    yield "time", f"{report.opened_at:%Y-%m-%d %H:%M:%S} UTC, {took:.1f} s"
    yield from (("waits for", line) for line in report.waits_for)
    if report.outcome is Outcome.HELD:
        yield from (("next", line) for line in next_steps(report.run, report.runbooks))
    if report.outcome is Outcome.UNWOUND:
        yield "undone", ", ".join(report.undone) or "nothing: nothing of it can be taken back"
        yield "left as it is", ", ".join(report.left_standing) or "nothing"


def people(report: Report) -> Iterator[ReportLine]:
    """Yield who asked for what, proved or not, and who accepted that something may be lost."""
    for asker in report.askers:
        what = _ASKED.get(asker.wish, f"{asker.wish} {asker.step or ''} by")
        off = f"; {', '.join(asker.about)} off" if asker.about else ""
        reason = f": {asker.reason}" if asker.reason else ""
        ticket = f" ({asker.ticket})" if asker.ticket else ""
        later = asker.at if asker.wish is not Wish.START else None
        at = f", {later:%Y-%m-%d %H:%M:%S} UTC" if later else ""
        yield what, f"{asker.sentence()}{at}{off}{reason}{ticket}"
    if report.accepted_loss:
        by = report.askers[0].name
        yield "loss accepted", f"by {by}: {report.accepted_loss}"
    if report.passed_over:
        yield "passed over", f"by {report.askers[0].name}: {report.despite}"
    for one in report.passed_over:
        yield f"  {one.kind}", f"{one.what}: {one.actual}"


def figures(course: Course) -> Iterator[ReportLine]:
    """Yield what citizens noticed of one service, or that nobody knows."""
    measure = course.measure
    if measure is None:
        yield "", "the probe could not be asked, or its clock was set: gap and losses are not known"
        return
    slip = (
        f"  (void: the probe missed its own schedule by {measure.worst_slip.total_seconds():.2f} s)"
    )
    silent = "  (nothing is known of a service that was never heard)"
    unread = "  (each of them may be lost)"
    appeared = f", {measure.unknown_appeared} of them are there"
    promised = f"of at most {course.recovery_time.total_seconds():g} s"
    length = f"{measure.gap.length.total_seconds():.2f} s"
    yield "gap", f"{length} {promised}{slip if measure.is_void else ''}"
    yield "acknowledged", f"{_share(measure)}{'' if measure.acknowledged else silent}"
    announced = "" if course.announced.is_nothing else f"  (announced: {course.announced.text()})"
    yield "lost", f"{measure.lost}{announced}"
    yield "not read back", f"{measure.not_read_back}{unread if measure.not_read_back else ''}"
    again = f"of {measure.sent_again} sent again" if measure.sent_again else "(not provoked)"
    yield "duplicated", f"{measure.duplicated} {again}"
    yield "unknown", f"{measure.unknown}{appeared if measure.unknown else ''}"
    yield "refused", f"{measure.refused}"


def _share(measure: Measure) -> str:
    ratio = measure.acknowledged_ratio
    # rounded down: 100.0% is all of them
    share = "" if ratio is None else f", {floor(1000 * ratio) / 10:.1f}%"
    return f"{measure.acknowledged} of {measure.due}{share}"


def logs(course: Course) -> Iterator[ReportLine]:
    """Yield how the database of one service stood afterwards."""
    if course.complete is not None:
        has = "has all" if course.complete else "does not have all"
        yield "logs", f"the new leader {has} that the old one wrote"
    yield "database", course.ending.sentence()


def stores(report: Report) -> Iterator[ReportLine]:
    """Yield what became of stores: which point each goes on from, and what stayed lost."""
    for course in report.stores:
        moved = course.moved
        what = "goes on" if course.begun else "was to go on"
        moment = f"{moved.made_at:%Y-%m-%d %H:%M:%S} UTC"
        yield "store", f"{moved.store} {what} at {moved.target} from its point of {moment}"
        yield "", f"  announced as lost: {moved.loss.text()}"
        yield "", f"  what was lost is not known before {moved.source} is back: ndc status storage"
    for left in report.left:
        yield "store", f"{left.store} STAYED LOST: {left.why}"
        yield "", f"  next: {left.next_step}"


def _line(line: ReportLine) -> str:
    name, words = line
    return f"  {name:<13} {words}" if name else f"  {words}"


def _times(report: Report) -> Iterator[str]:
    yield "  phase          began     took"
    for times in report.phases:
        began = (times.began_at - report.opened_at).total_seconds()
        name = f"{times.phase.number} {times.phase}"
        yield f"  {name:<13} {began:>5.2f} s  {times.took.total_seconds():>5.2f} s"
