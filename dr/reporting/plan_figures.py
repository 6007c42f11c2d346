"""What a plan expects, and a plan as a drawing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from core.runs.plan import StepId
from dr.actions import AnnounceService, WriteCanary, describe
from dr.planning.plan import Phase, RecoveryPlan, RecoveryStep


def served_after(plan: RecoveryPlan) -> timedelta:
    """Return how long after its beginning citizens are expected to be served by all that moves.

    That is when the last address is announced, or, where none moves, the last row was written.
    Steps that wait for nothing of each other run side by side.
    """
    return sum((step.expected for step in _way_to_service(plan)), timedelta())


def estimated_of(plan: RecoveryPlan) -> timedelta:
    """Return how much of ``served_after`` no earlier run tells."""
    unknown = (step.expected for step in _way_to_service(plan) if not step.samples)
    return sum(unknown, timedelta())


def _way_to_service(plan: RecoveryPlan) -> list[RecoveryStep]:
    """Return the steps, the last first, that take longest until all that moves is served."""
    ends: dict[StepId, timedelta] = {}
    for step in plan.steps:
        begins = max((ends[name] for name in step.needs), default=timedelta())
        ends[step.id] = begins + step.expected
    serving = [step.id for step in plan.steps if isinstance(step.action, AnnounceService)]
    written = [step.id for step in plan.steps if isinstance(step.action, WriteCanary)]
    way: list[RecoveryStep] = []
    last = serving or written
    while last:
        way.append(plan.step(max(last, key=ends.__getitem__)))
        last = [*way[-1].needs]
    return way


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
