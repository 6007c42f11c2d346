"""Hears what a journal is told, and writes down what a checker or a person wants to know."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from core.runs.journal import Opened, StepEvent
from core.runs.machine import EventKind, StepState, after
from core.runs.plan import StepId
from dr.plan import RecoveryPlan, RecoveryRecord
from dr.simulation.copies import Surroundings
from dr.simulation.world import words
from tests.soak.faults import Faults


@dataclass(slots=True)
class Tally:
    """How often what was met."""

    edges: Counter[str] = field(default_factory=Counter)
    met: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """kind of plan, phase and kind of fault: how often a step began while it lasted"""
    runs: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Count what ``other`` counted."""
        self.edges.update(other.edges)
        self.met.update(other.met)
        self.runs.update(other.runs)


@dataclass(slots=True)
class Listener:
    """Listens to the journal of one run of a plan of ``kind``."""

    plan: RecoveryPlan
    kind: str
    around: Surroundings
    faults: Faults
    tally: Tally
    states: dict[StepId, StepState] = field(default_factory=dict)

    def hear(self, record: RecoveryRecord) -> None:
        """Write down what ``record`` says, and count it."""
        match record.entry:
            case Opened(plan):
                self.around.tell("opened", self.plan.id, text=plan.title)
            case StepEvent(name, event):
                self._hear_step(name, event)
            case _:
                pass

    def _hear_step(self, name: StepId, event: EventKind) -> None:
        before = self.states.get(name, StepState.PENDING)
        self.states[name] = after(before, event)
        self.tally.edges[f"{before} - {event} - {self.states[name]}"] += 1
        step = self.plan.step(name)
        self.around.tell("journal", self.plan.id, name, text=f"{event} {words(step.action)}")
        if event is EventKind.STARTED:
            for fault in self.faults.active:
                self.tally.met[self.kind, step.phase, fault] += 1
