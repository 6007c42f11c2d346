"""Hears what a journal is told, and writes down what a checker or a person wants to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from core.runs.journal import Entry, Opened, Request, StepEvent, Wish
from core.runs.machine import EventKind, StepState, after
from core.runs.plan import StepId
from dr.actions import Action
from dr.planning.plan import Basis, Phase, RecoveryPlan, RecoveryRecord
from dr.simulation.copies import Surroundings
from dr.simulation.timeline import BEGINNING
from dr.simulation.world import words
from tests.soak.checkers.stores import UNKNOWN
from tests.soak.faults import Faults


@dataclass(slots=True)
class Tally:
    """How often what was met."""

    edges: Counter[str] = field(default_factory=Counter)
    met: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """kind of plan, phase and kind of fault: how often a step began while it lasted"""
    phases: Counter[tuple[str, str]] = field(default_factory=Counter)
    """kind of plan, and phase: how many steps of plans that were begun"""
    runs: Counter[str] = field(default_factory=Counter)

    def counters(self) -> dict[str, Counter[Any]]:
        """Return each by its name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def add(self, other: Tally) -> None:
        """Count what ``other`` counted."""
        for name, counter in self.counters().items():
            counter.update(getattr(other, name))


@dataclass(slots=True)
class Listener:
    """Listens to the journal of one run of a plan of ``kind``."""

    plan: RecoveryPlan
    kind: str
    around: Surroundings
    faults: Faults
    tally: Tally
    accompany: Callable[[str, Phase], None] = field(default=lambda _kind, _phase: None)
    """told of which kind the plan is, and which phase the step is of that is about to begin"""
    states: dict[StepId, StepState] = field(default_factory=dict)

    def foresee(self, entry: Entry[Action, Basis]) -> None:
        """Let a fault begin as a step is about to."""
        match entry:
            case StepEvent(name, EventKind.STARTED):
                self.accompany(self.kind, Phase(self.plan.step(name).phase))
            case _:
                pass

    def hear(self, record: RecoveryRecord) -> None:
        """Write down what ``record`` says, and count it."""
        match record.entry:
            case Opened(plan):
                self.around.tell("opened", self.plan.id, text=plan.title)
                self.tally.phases.update((self.kind, step.phase) for step in plan.steps)
                self._hear_of_stores(plan)
            case StepEvent(name, event):
                self._hear_step(name, event)
            case Request(wish=Wish.APPROVE):
                self._hear_approval()
            case _:
                pass

    def _hear_of_stores(self, plan: RecoveryPlan) -> None:
        """Write down for how many milliseconds each store was written that may be lost of it."""
        for moved in plan.basis.stores:
            span = moved.loss.span
            text = str(UNKNOWN if span is None else -(-span // timedelta(milliseconds=1)))
            self.around.tell("store-loss", moved.store, moved.host, moved.placement.epoch + 1, text)

    def _hear_approval(self) -> None:
        """Write down since when writes may be lost now: two persons said so."""
        for moved in self.plan.basis.moves:
            if moved.candidate is not None and not moved.loss.is_nothing:
                span = moved.loss.span
                since = timedelta() if span is None else self.plan.basis.made_at - span - BEGINNING
                number = since // timedelta(milliseconds=1)
                text = str(self.plan.id)
                self.around.tell("loss-accepted", moved.database, moved.candidate, number, text)

    def _hear_step(self, name: StepId, event: EventKind) -> None:
        before = self.states.get(name, StepState.PENDING)
        self.states[name] = after(before, event)
        self.tally.edges[f"{before} - {event} - {self.states[name]}"] += 1
        step = self.plan.step(name)
        self.around.tell("journal", self.plan.id, name, text=f"{event} {words(step.action)}")
        if event is EventKind.STARTED:
            for fault in self.faults.active:
                self.tally.met[self.kind, step.phase, fault] += 1
