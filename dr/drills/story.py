"""How one drill went. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.errors import PlanRefused
from core.measure import Measure
from dr.drills.exercise import Exercise
from dr.drills.hypothesis import Findings
from dr.drills.store_recovery import StoreRecovery
from dr.planning.plan import RecoveryPlan


@dataclass(frozen=True, slots=True)
class Story:
    """One drill from its first look to its last."""

    exercise: Exercise
    before: Findings
    detected_after: timedelta
    """from what was taken away to the plan"""
    plan: RecoveryPlan | None
    """None: none was needed, or ``refusal`` says why there is none"""
    refusal: PlanRefused | None
    """the rule that objected to the plan"""
    lines: tuple[str, ...]
    """what the run did, as a person follows it; empty where none was carried"""
    after: Findings
    measure: Measure | None
    """what the citizens noticed since the drill began; None: nobody measured"""
    stores: tuple[StoreRecovery, ...] = ()
    """what became of those whose writer was taken away; none, where the drill was not carried"""

    @property
    def passed(self) -> bool:
        """Whether everything that had to be so was seen to be so, before and after."""
        return self.refusal is None and all(
            so is True for so in (*self.before.values(), *self.after.values())
        )
