"""How a run that goes on reads, the same in the dashboard and in ``ndc status``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from monitors.health.concern import Condition
from monitors.health.run_view import RunState, RunView, StepView
from monitors.health.snapshot import Snapshot

_PASSED: Final = {"done", "skipped"}


def open_runs(snapshot: Snapshot) -> Iterable[RunView]:
    """Return the runs of which the steps are known, each once, whatever it moves."""
    return {run.name: run for run in snapshot.runs if run.steps}.values()


def how_far(run: RunView) -> str:
    """Return how far ``run`` is, and what goes on; why it is held is a concern."""
    done = sum(step.state in _PASSED for step in run.steps)
    under_way = [f"{step.phase} {how_long(step)}" for step in run.steps if step.goes_on]
    return f"{done} of {len(run.steps)} steps; {'; '.join(under_way) or run.state}"


def how_long(step: StepView) -> str:
    """Return how ``step`` stands, for how long, and how long such a thing takes."""
    passed = "" if step.passed is None else f"{step.passed.total_seconds():.1f} s, "
    known = "usually" if step.samples else "estimated"
    return f"{step.state} {passed}{known} {step.expected.total_seconds():g} s"


def condition_of(step: StepView, run: RunView) -> Condition:
    """Return what ``step`` asks of a person: nothing, patience, or to come."""
    if step.state in {*_PASSED, "pending"}:
        return Condition.OK
    carried = step.goes_on and run.state is RunState.IN_PROGRESS
    return Condition.WARNING if carried else Condition.CRITICAL
