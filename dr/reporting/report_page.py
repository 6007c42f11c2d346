"""What a run came to, as one page of HTML that needs nothing else: no script, no other file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final

from core.runs.journal import StepEvent
from core.runs.machine import EventKind
from core.runs.run import fold
from dr.actions import describe
from dr.planning.plan import Phase, RecoveryRecord, RecoveryStep
from dr.reporting.ending import Outcome
from dr.reporting.report import Course, Report
from dr.reporting.report_text import ReportLine, figures, logs, people, stores
from dr.reporting.timeline_picture import Strip, timeline_picture

_STYLE: Final = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1c2430; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .2rem .6rem;
  border-bottom: 1px solid #dde3ea; vertical-align: top; } th { font-weight: 600; color: #55606e; }
td:first-child, .steps td:nth-child(n+4) { white-space: nowrap; } .note { color: #55606e; }
.outcome { display: inline-block; padding: .1rem .6rem; border-radius: .3rem; background: #e6edf5; }
.good { background: #d9efdf; } .bad { background: #f6d5d3; } .unsure { background: #fbeccb; }
svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: #1c2430; }
svg .figure { fill: #55606e; } svg .phase { fill: #4a78b0; } svg .ok { fill: #5aa874; }
svg .unknown { fill: #e3a93c; } svg .refused { fill: #c9504a; }
svg .gap { fill: none; stroke: #c9504a; stroke-width: 1.5; } svg .tick { stroke: #e6eaef; }
code { font-size: .9em; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } }
"""

_KINDS: Final = {
    Outcome.DONE: "good",
    Outcome.LOSS: "bad",
    Outcome.ELSEWHERE: "bad",
}
"""the colour of an outcome; of all others, unsure"""


def report_page(
    report: Report,
    records: Sequence[RecoveryRecord],
    strips: Sequence[Strip],
    unmeasured: Sequence[str],
) -> str:
    """Return ``report`` as a page, with the run that ``records`` tell of.

    ``strips`` are the writes of the services whose probe's clock was compared with ours;
    ``unmeasured`` says, a sentence each, what nobody can count anew.
    """
    body = [
        *_head(report),
        *_section("When", _when(report, strips)),
        *(line for course in report.courses for line in _course(course)),
        *_section("Stores", _table(stores(report))),
        *_section("Who", _table(people(report))),
        *_section("Not measured", _list(unmeasured)),
        *_section("Waits for", _list(report.waits_for)),
        *_section("Steps", _steps(records)),
    ]
    title = escape(f"{report.title}: {report.outcome}")
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    lines = [f'<!doctype html><html lang="en"><head>{head}</head><body>', *body, "</body></html>"]
    return "\n".join(lines) + "\n"


def _head(report: Report) -> Iterator[str]:
    kind = _KINDS.get(report.outcome, "unsure")
    took = (report.ended_at - report.opened_at).total_seconds()
    yield f"<h1>{escape(report.title)}</h1>"
    yield f'<p><span class="outcome {kind}">{escape(report.outcome)}</span></p>'
    yield (
        f'<p class="note">run <code>{escape(report.run)}</code> in '
        f"{escape(report.environment)}, {report.opened_at:%Y-%m-%d %H:%M:%S} UTC, {took:.1f} s</p>"
    )


def _when(report: Report, strips: Sequence[Strip]) -> Iterator[str]:
    yield timeline_picture((report.opened_at, report.ended_at), report.phases, strips)
    if strips:
        yield (
            '<p class="note">Below the phases: how the writes of citizens ended; green '
            "acknowledged, amber never answered, red refused. Moments of the probe are shown on "
            f"the clock of whoever carried the run, which {_apart(strips[0].ahead)}.</p>"
        )


def _apart(ahead: timedelta) -> str:
    milliseconds = round(ahead / timedelta(milliseconds=1))
    word = "behind" if milliseconds >= 0 else "ahead"
    return f"was {abs(milliseconds)} ms {word}, measured while the run went on"


def _course(course: Course) -> Iterator[str]:
    title = f"What citizens noticed of {course.service}: {course.outcome}"
    yield from _section(title, _table([*figures(course), *logs(course)]))


def _steps(records: Sequence[RecoveryRecord]) -> Iterator[str]:
    run = fold(records)
    if run is None:
        return
    began = records[0].at
    yield '<table class="steps">'
    yield "<tr><th>phase<th>step<th>what<th>state<th>began<th>took<th>sent</tr>"
    for step in run.plan.steps:
        phase = Phase(step.phase)
        cells = [f"{phase.number} {phase}", step.id, describe(step.action), run.states[step.id]]
        cells += _times(step, records, began=began)
        row = "".join(f"<td>{escape(str(cell))}" for cell in cells)
        note = run.notes[step.id]
        yield f"<tr>{row}</tr>" if not note else f'<tr title="{escape(note)}">{row}</tr>'
    yield "</table>"


def _times(
    step: RecoveryStep, records: Sequence[RecoveryRecord], *, began: datetime
) -> tuple[str, str, str]:
    of_step = [(r.at, r.entry) for r in records if isinstance(r.entry, StepEvent)]
    own = [(at, entry.event) for at, entry in of_step if entry.step == step.id]
    sent = [at for at, event in own if event in {EventKind.STARTED, EventKind.UNDO_STARTED}]
    if not sent:
        return "", "", ""
    took = (own[-1][0] - sent[0]).total_seconds()
    return f"{(sent[0] - began).total_seconds():.2f} s", f"{took:.2f} s", str(len(sent))


def _section(title: str, lines: Iterable[str]) -> list[str]:
    """Return a section; nothing where there is nothing to say."""
    inside = list(lines)
    return [f"<h2>{escape(title)}</h2>", *inside] if inside else []


def _table(lines: Iterable[ReportLine]) -> Iterator[str]:
    rows = list(lines)
    if rows:
        yield "<table>"
        yield from (f"<tr><th>{escape(name)}<td>{escape(words)}</tr>" for name, words in rows)
        yield "</table>"


def _list(sentences: Sequence[str]) -> Iterator[str]:
    if sentences:
        yield "<ul>"
        yield from (f"<li>{escape(sentence)}" for sentence in sentences)
        yield "</ul>"
