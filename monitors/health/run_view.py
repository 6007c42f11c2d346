"""A run that is not over, as a snapshot knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core.runs.plan import RunName
from inventory.names import DatabaseName, ServiceName


class RunState(StrEnum):
    """How a run that is not over stands."""

    IN_PROGRESS = "in progress"
    HELD = "held"
    """it can go on only when a person says so"""
    ORPHANED = "orphaned"
    """it could go on, and nobody carries it"""
    ELSEWHERE = "elsewhere"
    """it holds a claim, and is not among the runs of this machine"""


@dataclass(frozen=True, slots=True)
class StepView:
    """How one step of a run stands."""

    phase: str
    """number and name of its barrier"""
    name: str
    state: str
    goes_on: bool
    """whether it was sent and is not settled"""
    passed: timedelta | None
    """since it was sent, until it was settled or now; None: it was not sent"""
    expected: timedelta
    """how long it takes, where nothing is in its way"""
    samples: int = 0
    """of how many earlier times ``expected`` is the median; 0: it is an estimate"""


@dataclass(frozen=True, slots=True)
class RunView:
    """A run that may move a service, and is not over."""

    name: RunName
    service: ServiceName | DatabaseName
    """the database, where its claim is all that is known of the run"""
    state: RunState
    waits_for: tuple[str, ...]
    """why each step that holds it up does so"""
    stopped: int | None = None
    """the process that carries it and was told to stop; None: none is"""
    steps: tuple[StepView, ...] = ()
    """in the plan's order; empty where nobody here knows them"""
