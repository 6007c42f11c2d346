"""What speaks against a plan, and a named person may pass over for one run. Pure.

Nothing of it can harm what is written: what could is refused by rules that nobody passes over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import PlanRefused
from inventory.names import DrillName, ServiceName


class Caution(StrEnum):
    """Of what kind a finding is."""

    FLAPPING = "flapping"
    """a failover moved it a short while ago"""
    CAPACITY = "capacity"
    """fewer hosts would serve it than do now"""
    PROOF = "proof"
    """it was not practised for longer than is asked"""


@dataclass(frozen=True, slots=True)
class SoftFinding:
    """One thing that speaks against moving one service."""

    service: ServiceName
    kind: Caution
    what: str
    expected: str
    actual: str

    def refusal(self, command: str) -> PlanRefused:
        """Return it as a person hears of it who gave no reason; ``command`` is what they typed."""
        return PlanRefused(
            self.what,
            expected=self.expected,
            actual=self.actual,
            next_step=f'look for the cause; or say why all the same: {command} --despite "…"',
        )


@dataclass(frozen=True, slots=True)
class Unproved:
    """A drill that a plan of its kind was not proved by of late."""

    drill: DrillName
    last: datetime | None
    """when it was; None: never, as far as is known"""
    every: timedelta
    """so often it is to be"""

    def words(self) -> str:
        """Return when it was proved last."""
        return (
            "never proved, as far as is known"
            if self.last is None
            else (f"last proved on {self.last:%Y-%m-%d}")
        )
