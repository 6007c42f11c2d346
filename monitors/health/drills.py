"""What a drill that is not over asks of a person."""

from __future__ import annotations

from dataclasses import dataclass

from monitors.health.concern import Concern, Condition

DRILL = "drill"


@dataclass(frozen=True, slots=True)
class DrillView:
    """A drill of which not all that it takes was given back."""

    id: str
    takes: str
    """in words"""
    holder: int | None
    """the process that holds it; None: nobody does any more"""


def of_drill(drill: DrillView) -> Concern:
    """Return what there is to say of ``drill``; one that nobody holds waits for a person."""
    if drill.holder is not None:
        sentence = f"{drill.id} is being held by process {drill.holder}; it takes {drill.takes}"
        return Concern(DRILL, Condition.WARNING, sentence)
    sentence = f"{drill.id} was left; it took {drill.takes}; next: ndc drill clean"
    return Concern(DRILL, Condition.CRITICAL, sentence, DRILL)
