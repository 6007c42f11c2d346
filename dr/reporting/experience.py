"""How long steps took in earlier runs, and what a plan expects by that. Pure.

Steps are alike whose verbs and phases are: a row that is written before a database moves says
little of one that is written after it. Which plan they stood in makes no difference. Only what took
effect as it was first sent counts: in all else lies time that faults and people took.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from statistics import median
from typing import Final, TypeAlias

from core.runs.journal import Closed, Opened, StepEvent
from core.runs.machine import EventKind
from core.runs.plan import StepId
from dr.planning.plan import RecoveryPlan, RecoveryRecord, RecoveryStep

LAST: Final = 9
"""so many times count, the last ones: what was slower or faster long ago is forgotten"""
LEAST: Final = timedelta(seconds=0.1)
"""nothing is expected to take less"""
_SENT: Final = frozenset({EventKind.STARTED, EventKind.LOST, EventKind.REJECTED})

Alike: TypeAlias = tuple[str, str]
"""what steps are alike by: the kind of their action, and their phase"""
Experience: TypeAlias = Mapping[Alike, Sequence[timedelta]]
"""how long steps took, the last time first; absent: no run tells"""


def experience_of(journals: Iterable[Sequence[RecoveryRecord]]) -> Experience:
    """Return what ``journals`` tell, the newest first; a run that is not over tells nothing."""
    times: dict[Alike, list[timedelta]] = {}
    for alike, took in chain.from_iterable(map(_times, journals)):
        times.setdefault(alike, []).append(took)
    return {alike: took[:LAST] for alike, took in times.items()}


def with_experience(plan: RecoveryPlan, experience: Experience) -> RecoveryPlan:
    """Return ``plan``, expecting of each step the median of what such steps took, to 0.1 s.

    Where no run tells, the planner's estimate stays. Nothing that is decided changes.
    """
    steps = (_expecting(step, experience.get(_alike(step), ())) for step in plan.steps)
    return replace(plan, steps=tuple(steps))


def _expecting(step: RecoveryStep, times: Sequence[timedelta]) -> RecoveryStep:
    if not times:
        return step
    usual = median(took.total_seconds() for took in times)
    expected = max(timedelta(seconds=round(usual, 1)), LEAST)
    return replace(step, expected=expected, samples=len(times))


def _alike(step: RecoveryStep) -> Alike:
    return step.action.kind, step.phase


def _times(records: Sequence[RecoveryRecord]) -> Iterator[tuple[Alike, timedelta]]:
    """Yield what each step of a run took that took effect as it was first sent."""
    opened, last = (records[0].entry, records[-1].entry) if records else (None, None)
    if not isinstance(opened, Opened) or not isinstance(last, Closed):
        return
    sent: dict[StepId, list[RecoveryRecord]] = {}
    for record in records:
        match record.entry:
            case StepEvent(step, event) if event in _SENT:
                sent.setdefault(step, []).append(record)
            case StepEvent(step, EventKind.SUCCEEDED) if len(sent.get(step, [])) == 1:
                took = record.at - sent.pop(step)[0].at
                # a clock that was set back says nothing
                if took >= timedelta():
                    yield _alike(opened.plan.step(step)), took
            case _:
                pass
