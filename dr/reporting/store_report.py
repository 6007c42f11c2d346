"""What became of the stores of one run. What was lost an old writer tells once it is back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.runs.machine import StepState
from dr.loss_actions import BeginStore
from dr.planning.plan import MovedStore, RecoveryRun


@dataclass(frozen=True, slots=True)
class StoreCourse:
    """What became of one store."""

    moved: MovedStore
    begun: bool
    """whether it was seen to be written where the plan had it begin"""


def store_courses(run: RecoveryRun) -> Iterator[StoreCourse]:
    """Yield what became of each store that ``run`` moves, in the plan's order."""
    begun = {
        step.action.store
        for step in run.plan.steps
        if isinstance(step.action, BeginStore) and run.states[step.id] is StepState.DONE
    }
    for moved in run.plan.basis.stores:
        yield StoreCourse(moved, moved.store in begun)


def plain_store(course: StoreCourse) -> dict[str, object]:
    """Return ``course`` as a report keeps it; durations are seconds, null where nobody can say."""
    moved = course.moved
    span = moved.loss.span
    return {
        "store": moved.store,
        "site": moved.target,
        "begun": course.begun,
        "point": moved.point,
        "point_made_at": moved.made_at.isoformat(),
        "announced_loss_seconds": span.total_seconds() if span is not None else None,
    }
