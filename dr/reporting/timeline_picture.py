"""A run as a picture: when each phase went on, and how citizens' writes ended meanwhile. SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Final

from core.measure import Measure
from dr.reporting.report import PhaseTimes
from inventory.names import ServiceName

_WIDTH: Final = 960
_LEFT: Final = 150
_RIGHT: Final = 90
_ROW: Final = 22
_BAR: Final = 14
_MOST_COLUMNS: Final = 240
_COLUMN: Final = timedelta(milliseconds=200)
"""of a strip of writes, at least: each shows how the worst of its writes ended"""
_TICKS: Final = 12
"""at most"""
_WORST_FIRST: Final = ("refused", "unknown", "ok")


@dataclass(frozen=True, slots=True)
class WriteSeen:
    """How one write ended, at a moment by the clock of whoever carried the run."""

    at: datetime
    outcome: str
    """``ok``, ``refused`` or ``unknown``"""


@dataclass(frozen=True, slots=True)
class Strip:
    """The writes to one service."""

    service: ServiceName
    measure: Measure
    writes: tuple[WriteSeen, ...]
    ahead: timedelta
    """how far the probe's clock was ahead of that of whoever carried the run"""


@dataclass(frozen=True, slots=True)
class _Scale:
    began: datetime
    length: timedelta

    def x(self, at: datetime) -> float:
        share = (at - self.began) / self.length
        return _LEFT + min(max(share, 0.0), 1.0) * (_WIDTH - _LEFT - _RIGHT)


def timeline_picture(
    span: tuple[datetime, datetime], phases: Sequence[PhaseTimes], strips: Sequence[Strip]
) -> str:
    """Return the picture of a run that went on over ``span``, as an SVG element.

    Seconds count from the beginning of ``span``; what was before it is left of 0.
    """
    began = min([span[0], *(write.at for strip in strips for write in strip.writes)])
    ended = max([span[1], *(write.at for strip in strips for write in strip.writes)])
    scale = _Scale(began, max(ended - began, timedelta(milliseconds=1)))
    rows = [*_phases(scale, span[0], phases), *_strips(scale, len(phases), strips)]
    height = _ROW * (len(phases) + 2 * len(strips) + 1) + 8
    ticks = _ticks(scale, span[0], ended, height)
    return "\n".join(
        [
            f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="timeline of the run">',
            *ticks,
            *rows,
            "</svg>",
        ]
    )


def _phases(scale: _Scale, zero: datetime, phases: Sequence[PhaseTimes]) -> Iterator[str]:
    for row, times in enumerate(phases):
        y, left = row * _ROW, scale.x(times.began_at)
        width = max(scale.x(times.ended_at) - left, 2.0)
        began = (times.began_at - zero).total_seconds()
        took = f"{times.took.total_seconds():.2f} s"
        yield _text(0, y, f"{times.phase.number} {times.phase}")
        yield (
            f'<rect class="phase" x="{left:.1f}" y="{y + 2}" width="{width:.1f}" height="{_BAR}">'
            f"<title>{times.phase}: from {began:.2f} s, {took}</title></rect>"
        )
        yield _text(left + width + 4, y, took, "figure")


def _strips(scale: _Scale, above: int, strips: Sequence[Strip]) -> Iterator[str]:
    for place, strip in enumerate(strips):
        y = (above + 2 * place) * _ROW + 8
        yield _text(0, y, strip.service)
        yield from _columns(scale, y, strip)
        yield from _gap(scale, y + _ROW, strip)


def _columns(scale: _Scale, y: int, strip: Strip) -> Iterator[str]:
    columns = max(1, min(int(scale.length / _COLUMN), _MOST_COLUMNS))
    width = (_WIDTH - _LEFT - _RIGHT) / columns
    worst: dict[int, str] = {}
    for write in strip.writes:
        column = min(int((scale.x(write.at) - _LEFT) / width), columns - 1)
        known = (worst.get(column, write.outcome), write.outcome)
        worst[column] = min(known, key=_WORST_FIRST.index)
    for column, outcome in sorted(worst.items()):
        left = _LEFT + column * width
        yield (
            f'<rect class="{outcome}" x="{left:.1f}" y="{y + 2}" width="{width:.2f}" '
            f'height="{_BAR}"/>'
        )


def _gap(scale: _Scale, y: int, strip: Strip) -> Iterator[str]:
    gap = strip.measure.gap
    left, right = (scale.x(at - strip.ahead) for at in (gap.began_at, gap.ended_at))
    yield f'<path class="gap" d="M{left:.1f} {y} v5 H{right:.1f} v-5"/>'
    yield _text(right + 4, y - 4, f"gap {gap.length.total_seconds():.2f} s", "figure")


def _ticks(scale: _Scale, zero: datetime, ended: datetime, height: int) -> Iterator[str]:
    length = (ended - zero).total_seconds()
    step = next((s for s in (1, 2, 5, 10, 30, 60, 300, 900) if length / s <= _TICKS), 3600)
    for second in range(0, int(length) + 1, step):
        x = scale.x(zero + timedelta(seconds=second))
        yield f'<path class="tick" d="M{x:.1f} 0 V{height - _ROW}"/>'
        yield _text(x - 4, height - _ROW, f"{second} s", "figure")


def _text(x: float, y: int, words: str, kind: str = "name") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y + _BAR}">{escape(words)}</text>'
