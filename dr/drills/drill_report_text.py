"""A drill in a network as a person reads what it came to. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from core.text import duration
from dr.drills.alarm_text import alarm_lines
from dr.drills.drill_report import DrillReport
from dr.drills.drill_text import said
from dr.drills.store_text import recovery_lines
from dr.tracing import staying


def drill_report_text(report: DrillReport) -> str:
    """Return what the drill came to, from its verdict to what is left."""
    return "\n".join(_lines(report))


def _lines(report: DrillReport) -> Iterator[str]:
    record, answered = report.record, report.answered
    yield f"drill {record.drill}: {'passed' if report.passed else 'FAILED'}"
    yield f"  what     {report.title}"
    yield f"  drill    {record.id}, asked for by {record.by}"
    yield f"  took     {record.takes}"
    yield f"  before   {said(report.before)}"
    yield f"  answer   {_answer(report)}"
    yield from _citizens(report)
    for one in report.stores:
        yield from recovery_lines(one)
    yield f"  after    {said(report.after)}"
    yield from alarm_lines(report.alarms)
    yield f"  network  {_network(report)}"
    yield from (f"  left     {sentence}" for sentence in report.left)
    for one in report.stores:
        if not (one.trail and one.trail.removed):
            yield f"  left     {staying(one.store.name, record.id)}"
    if answered.run:
        yield f"  next     ndc dr show {answered.run} tells of each step"


def _answer(report: DrillReport) -> str:
    answered = report.answered
    if answered.failure:
        return f"NONE: {answered.failure}"
    run = f": {answered.run}, {answered.came_to}" if answered.run else ""
    return f"{answered.by}{run}"


def _citizens(report: DrillReport) -> Iterator[str]:
    measure = report.measure
    if measure is None:
        yield "  citizens what they noticed is not known"
        return
    promised = duration(report.recovery_time)
    void = ", which is void: the probe slipped its own schedule" if measure.is_void else ""
    gap = measure.gap.length.total_seconds()
    yield f"  citizens waited {gap:.2f} s at most, of {promised}{void}"
    split = ", ".join(f"{name} {length.total_seconds():.1f} s" for name, length in report.phases)
    if split:
        by = report.answered.detected_by
        yield f"  phases   {split}{f'; detected by {by}' if by else ''}"
    unread = f", {measure.not_read_back} not read back" if measure.not_read_back else ""
    yield (
        f"  writes   {measure.acknowledged} of {measure.due} acknowledged, {measure.lost} of them "
        f"lost{unread}; allowed: {_allowed(report)}"
    )


def _allowed(report: DrillReport) -> str:
    point = duration(report.recovery_point)
    announced = report.answered.announced
    if announced.is_nothing:
        return f"none (its tier: the last {point})"
    return f"{announced.text()} (its tier: the last {point})"


def _network(report: DrillReport) -> str:
    if report.well is None:
        return "did not become green again"
    return (
        f"green again after {report.well.total_seconds():.0f} s, no alarm calls, "
        f"and seen so for {report.stayed.total_seconds():.0f} s"
    )
