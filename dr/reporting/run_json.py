"""A run as a program reads it, from before it is begun: the plan, how far it is, how it stands."""

from __future__ import annotations

import json
from datetime import timedelta

from core.runs.machine import PASSED, StepState
from dr.planning.plan import Phase, RecoveryPlan, RecoveryRun, RecoveryStep, to_text
from dr.reporting.progress import RunProgress, StepProgress
from dr.reporting.run_text import standing


def run_plain(
    plan: RecoveryPlan, run: RecoveryRun | None, far: RunProgress | None, *, carried: bool
) -> dict[str, object]:
    """Return how ``run`` of ``plan`` stands, JSON-ready, and ``far`` it is.

    Durations are seconds, null where a step was not sent. ``run`` and ``far`` are None for a plan
    that was not begun. ``carried`` says whether a process carries the run now.
    """
    steps = far.steps if far else tuple(map(_unsent, plan.steps))
    return {
        "run": plan.id,
        "title": plan.title,
        "environment": plan.basis.environment,
        "standing": standing(run, carried=carried),
        "steps_done": sum(step.state in PASSED for step in steps),
        "steps": [_plain(step) for step in steps],
        "waits_for": run.waits_for() if run and not run.closed else [],
        "plan": json.loads(to_text(plan)),
    }


def _unsent(step: RecoveryStep) -> StepProgress:
    phase = Phase(step.phase)
    return StepProgress(phase, step.id, StepState.PENDING, None, step.expected, step.samples)


def _plain(step: StepProgress) -> dict[str, object]:
    return {
        "phase": step.phase,
        "step": step.step,
        "state": step.state,
        "passed_seconds": _seconds(step.passed),
        "expected_seconds": _seconds(step.expected),
        "samples": step.samples,
    }


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
