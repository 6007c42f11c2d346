"""A plan: named steps, what each waits for, how long it may take, how it is undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Generic, NewType, TypeVar

from core.errors import PlanRefused

StepId = NewType("StepId", str)
RunName = NewType("RunName", str)
ActionT = TypeVar("ActionT")
BasisT = TypeVar("BasisT")


class OnFailure(StrEnum):
    """What a run does when a step failed."""

    HOLD = "hold"
    """a disaster: stop, and say what it waits for; turning back is not safer"""
    UNWIND = "unwind"
    """a drill: undo what was done, newest first"""


@dataclass(frozen=True, slots=True)
class Step(Generic[ActionT]):
    """One action, when it may begin, and until when its answer counts.

    The action may be sent several times, so its target must refuse what comes too late, or bear
    it twice. ``undo`` is an action like any other; it is sent only where the run unwinds.
    """

    id: StepId
    action: ActionT
    phase: str
    """the barrier it belongs to; people and reports group by it"""
    needs: tuple[StepId, ...] = ()
    """steps that must be done, or skipped by a person, before this one"""
    epoch: int = 0
    """what the target compares: an action of an older epoch is refused there"""
    deadline: timedelta = timedelta(seconds=10)
    """from being sent until the outcome must be seen; later, the step is in doubt"""
    settle: timedelta = timedelta(seconds=2)
    """how long after the deadline its effect may still come about; until then "not seen" is not
    "did not happen"
    """
    steady: timedelta = timedelta()
    """how long its effect must be seen without a break before it counts as in effect"""
    expected: timedelta = timedelta(seconds=1)
    """how long it takes, where nothing is in its way; nothing is decided by that"""
    samples: int = 0
    """of how many earlier times `expected` is the median; 0: it is an estimate"""
    attempts: int = 3
    """how often it may be sent before a person is asked; who resumes the run allows as many more"""
    undo: ActionT | None = None
    """None: nothing to undo, or it cannot be undone"""
    point_of_no_return: bool = False
    """True: from here on the run only goes forward; once it was in doubt it is never taken for
    something that did not happen, and a person cannot turn back
    """
    gate: str | None = None
    """the role whose approval it waits for; None: nobody's"""
    attested_by: int = 0
    """how many people with that role have to attest what it says, each by a key of their own; who
    asked for the run may be one of them; 0: it waits for an approval, if for anything
    """


@dataclass(frozen=True, slots=True)
class Plan(Generic[ActionT, BasisT]):
    """Steps in an order in which every ``needs`` points backwards, and what they were decided on.

    A plan is a value: what was printed is what runs. It never changes once its run has begun;
    where the world is not as ``basis`` says, there is a new plan under a new ``id``.

    Raises:
        PlanRefused: two steps have one name, or a step needs one that does not come before it.
    """

    id: RunName
    title: str
    steps: tuple[Step[ActionT], ...]
    basis: BasisT
    on_failure: OnFailure = OnFailure.HOLD

    def __post_init__(self) -> None:
        earlier: set[StepId] = set()
        for step in self.steps:
            if step.id in earlier or not earlier.issuperset(step.needs):
                raise PlanRefused(
                    f"step {step.id} of {self.id} cannot stand where it stands",
                    expected="a name of its own, after every step that it needs",
                    actual=f"needs {', '.join(step.needs) or 'nothing'}; "
                    f"before it: {', '.join(sorted(earlier)) or 'nothing'}",
                    next_step="this is a defect of the planner: report it with the plan",
                )
            earlier.add(step.id)

    def step(self, name: StepId) -> Step[ActionT]:
        """Return the step called ``name``; KeyError if there is none."""
        for step in self.steps:
            if step.id == name:
                return step
        raise KeyError(name)
