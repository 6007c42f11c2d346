"""What a run came to, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from core.measure import Measure
from core.runs.journal import Wish
from dr.ending import Outcome
from dr.report import Course, Report
from dr.run_text import next_steps


def report_text(report: Report) -> str:
    """Return ``report`` as a person reads it."""
    lines = list(_head(report))
    for course in report.courses:
        title = [f"  {course.service}: {course.outcome}"] if len(report.courses) > 1 else []
        lines += ["", *title, *_figures(course), *_logs(course)]
    return "\n".join([*lines, "", *_times(report)])


def _head(report: Report) -> Iterator[str]:
    yield f"{report.title}: {report.outcome}"
    yield _line("run", f"{report.run} in {report.environment}")
    yield from _people(report)
    if report.accepted_loss:
        by = report.askers[0].name
        yield _line("loss accepted", f"by {by}: {report.accepted_loss}")
    took = (report.ended_at - report.opened_at).total_seconds()
    yield _line("time", f"{report.opened_at:%Y-%m-%d %H:%M:%S} UTC, {took:.1f} s")
    yield from (_line("waits for", line) for line in report.waits_for)
    if report.outcome is Outcome.HELD:
        yield from (_line("next", line) for line in next_steps(report.run, report.runbooks))
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


def _figures(course: Course) -> Iterator[str]:
    measure = course.measure
    if measure is None:
        yield "  the probe could not be asked, or its clock was set: gap and losses are not known"
        return
    slip = (
        f"  (void: the probe missed its own schedule by {measure.worst_slip.total_seconds():.2f} s)"
    )
    silent = "  (nothing is known of a service that was never heard)"
    unread = "  (each of them may be lost)"
    appeared = f", {measure.unknown_appeared} of them are there"
    promised = f"of at most {course.recovery_time.total_seconds():g} s"
    length = f"{measure.gap.length.total_seconds():.2f} s"
    yield _line("gap", f"{length} {promised}{slip if measure.is_void else ''}")
    yield _line("acknowledged", f"{_share(measure)}{'' if measure.acknowledged else silent}")
    announced = "" if course.announced.is_nothing else f"  (announced: {course.announced.text()})"
    yield _line("lost", f"{measure.lost}{announced}")
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


def _logs(course: Course) -> Iterator[str]:
    if course.complete is not None:
        has = "has all" if course.complete else "does not have all"
        yield _line("logs", f"the new leader {has} that the old one wrote")
    yield _line("database", course.ending.sentence())


def _line(name: str, words: str) -> str:
    return f"  {name:<13} {words}"


def _times(report: Report) -> Iterator[str]:
    yield "  phase         began     took"
    for times in report.phases:
        began = (times.began_at - report.opened_at).total_seconds()
        name = f"{times.phase.number} {times.phase}"
        yield f"  {name:<12} {began:>5.2f} s  {times.took.total_seconds():>5.2f} s"
