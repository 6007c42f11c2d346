"""A report as JSON: what programs read, and what evidence holds. Pure."""

from __future__ import annotations

from dataclasses import asdict

from core.formats import Format
from core.measure import Measure
from dr.reporting.ending import Asker
from dr.reporting.report import Course, PhaseTimes, Report
from dr.reporting.store_report import plain_store


def report_json(report: Report) -> str:
    """Return ``report`` as JSON; durations are seconds, ``measure`` is null where there is none."""
    plain = {
        "run": report.run,
        "title": report.title,
        "environment": report.environment,
        "requested_by": report.askers[0].name,
        "requested_by_key": report.askers[0].key,
        "askers": [_plain_asker(asker) for asker in report.askers],
        "outcome": report.outcome.name.lower(),
        "opened_at": report.opened_at.isoformat(),
        "ended_at": report.ended_at.isoformat(),
        "services": [_of_one(course) for course in report.courses],
        "phases": [_plain_phase(times) for times in report.phases],
        "attempts": report.attempts,
        "waits_for": list(report.waits_for),
        "runbooks": list(report.runbooks),
        "undone": list(report.undone),
        "left_standing": list(report.left_standing),
        "skipped": list(report.skipped),
        "accepted_loss": report.accepted_loss,
        "stores": [plain_store(course) for course in report.stores],
        "stores_left": [asdict(left) for left in report.left],
        "despite": report.despite,
        "passed_over": [asdict(finding) for finding in report.passed_over],
    }
    return Format.REPORT.text(plain, indent=2)


def _plain_phase(times: PhaseTimes) -> dict[str, object]:
    return {
        "phase": times.phase,
        "began_at": times.began_at.isoformat(),
        "took_seconds": times.took.total_seconds(),
    }


def _plain_asker(asker: Asker) -> dict[str, object]:
    return {**asdict(asker), "at": asker.at.isoformat() if asker.at else None}


def _of_one(course: Course) -> dict[str, object]:
    span = course.announced.span
    return {
        "service": course.service,
        "outcome": course.outcome.name.lower(),
        "recovery_time_promised_seconds": course.recovery_time.total_seconds(),
        "measure": None if course.measure is None else _plain(course.measure),
        "new_leader_has_all": course.complete,
        "database_at_target": course.ending.at_target,
        "database_protected": course.ending.protected,
        "announced_loss_seconds": span.total_seconds() if span is not None else None,
        "announced_loss_bytes": course.announced.log_bytes,
    }


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
