"""What a plan expects, and a plan as a drawing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from core.runs.plan import StepId
from dr.actions import AnnounceService, WriteCanary, describe
from dr.plan import Phase, RecoveryPlan


def served_after(plan: RecoveryPlan) -> timedelta:
    """Return how long after its beginning citizens are expected to be served by all that moves.

    That is when the last address is announced, or, where none moves, the last row was written.
    Steps that wait for nothing of each other run side by side.
    """
    ends: dict[StepId, timedelta] = {}
    for step in plan.steps:
        begins = max((ends[name] for name in step.needs), default=timedelta())
        ends[step.id] = begins + step.expected
    serving = [step.id for step in plan.steps if isinstance(step.action, AnnounceService)]
    written = [step.id for step in plan.steps if isinstance(step.action, WriteCanary)]
    return max((ends[name] for name in serving or written), default=timedelta())


def mermaid(plan: RecoveryPlan) -> Iterator[str]:
    """Yield ``plan`` as lines of a Mermaid flowchart: a box a step, an arrow a need."""
    numbers = {step.id: f"s{number}" for number, step in enumerate(plan.steps)}
    yield "flowchart TD"
    for phase in Phase:
        steps = [step for step in plan.steps if step.phase == phase]
        if steps:
            yield f'  subgraph {phase.number}["{phase.number} {phase}"]'
            for step in steps:
                shape = ("{{", "}}") if step.point_of_no_return else ("[", "]")
                text = describe(step.action).replace('"', "'")
                yield f'    {numbers[step.id]}{shape[0]}"{step.id}<br/>{text}"{shape[1]}'
            yield "  end"
    for step in plan.steps:
        yield from (f"  {numbers[need]} --> {numbers[step.id]}" for need in step.needs)
