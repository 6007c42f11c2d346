"""What one drill in a network came to: measured at the citizens, split by phase. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.formats import Format
from core.measure import Measure
from dr.drills.alarm_text import plain_alarms
from dr.drills.alarms import PageRecord
from dr.drills.answered import Answered
from dr.drills.hypothesis import Findings
from dr.drills.record import DrillRecord
from dr.drills.store_recovery import StoreRecovery
from dr.drills.store_text import plain_recovery


@dataclass(frozen=True, slots=True)
class DrillReport:
    """What one drill came to."""

    record: DrillRecord
    title: str
    environment: str
    recovery_time: timedelta
    """promised by the tier of its service"""
    recovery_point: timedelta
    ended_at: datetime
    before: Findings
    after: Findings
    answered: Answered
    measure: Measure | None
    """of the citizens' writes from the loss to the end; None: nobody measured"""
    served: timedelta | None
    """from the loss to the first write that was acknowledged after the gap; None: not known"""
    well: timedelta | None
    """from the loss until all was green again; None: it did not become so"""
    stayed: timedelta
    """for how long all was seen to be green at a stretch at the end"""
    left: tuple[str, ...]
    """what was not as it should be at the end"""
    stores: tuple[StoreRecovery, ...] = ()
    """those whose writer was taken away"""
    alarms: PageRecord | None = None
    """that called a person since the loss; None: nobody watches this network"""

    @property
    def passed(self) -> bool:
        """Whether all that had to be so was seen to be so, and all is back and stays."""
        said = (*self.before.values(), *self.after.values())
        return not (self.left or self.answered.failure) and all(so is True for so in said)

    @property
    def phases(self) -> Iterator[tuple[str, timedelta]]:
        """Yield how long each phase of the loss lasted for citizens; nothing of one unknown."""
        at = timedelta()
        ends = (
            ("detect", self.answered.detected),
            ("decide", self.answered.decided),
            ("act", self.served),
        )
        for phase, end in ends:
            if end is not None and end >= at:
                yield phase, end - at
                at = end


def drill_json(report: DrillReport) -> str:
    """Return ``report`` as JSON; durations are seconds, null is what nobody knows."""
    record, answered = report.record, report.answered
    plain = {
        "id": record.id,
        "drill": record.drill,
        "title": report.title,
        "environment": report.environment,
        "service": record.service,
        "by": record.by,
        "passed": report.passed,
        "began_at": record.began_at.isoformat(),
        "ended_at": report.ended_at.isoformat(),
        "took": [*record.hosts, *record.links],
        "before": dict(report.before),
        "after": dict(report.after),
        "answered_by": answered.by,
        "detected_by": answered.detected_by,
        "run": answered.run,
        "came_to": answered.came_to,
        "failure": answered.failure,
        "phases": {phase: length.total_seconds() for phase, length in report.phases},
        "served_after_seconds": _seconds(report.served),
        "recovery_time_promised_seconds": report.recovery_time.total_seconds(),
        "recovery_point_promised_seconds": report.recovery_point.total_seconds(),
        "announced_loss_seconds": _seconds(answered.announced.span),
        **plain_citizens(report.measure),
        **_at_the_end(report),
    }
    return Format.DRILL_REPORT.text(plain, indent=2)


def _at_the_end(report: DrillReport) -> dict[str, object]:
    return {
        "green_after_seconds": _seconds(report.well),
        "stayed_seconds": report.stayed.total_seconds(),
        "left": list(report.left),
        "stores": [plain_recovery(one) for one in report.stores],
        **plain_alarms(report.alarms),
    }


def plain_citizens(measure: Measure | None) -> dict[str, float | bool | None]:
    """Return what citizens noticed, JSON-ready; None: nobody measured, and all is null."""
    return {
        "gap_seconds": _seconds(measure.gap.length if measure else None),
        "acknowledged": measure.acknowledged if measure else None,
        "due": measure.due if measure else None,
        "lost": measure.lost if measure else None,
        "not_read_back": measure.not_read_back if measure else None,
        "void": measure.is_void if measure else None,
    }


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
