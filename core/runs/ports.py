"""What the engine needs from the outside world, and nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from typing_extensions import override

from core.runs.journal import Request
from core.runs.plan import RunName, StepId

ActionT_contra = TypeVar("ActionT_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Token:
    """Whose effect it is: a target, and whoever reads a log, can tell attempts apart."""

    run: RunName
    step: StepId
    epoch: int
    attempt: int
    """1 for the first"""
    undo: bool = False

    @override
    def __str__(self) -> str:
        return f"{self.run}/{self.step}{'/undo' if self.undo else ''}@{self.epoch}#{self.attempt}"


class Answer(StrEnum):
    """What is known of an attempt once it ended; the engine looks before it believes a yes."""

    YES = "yes"
    """the world says that it did it"""
    NO = "no"
    """it did not happen"""
    NONE = "none"
    """it may have happened"""


@dataclass(frozen=True, slots=True)
class Completion:
    """The end of one attempt; ``note`` is for the person who reads the journal."""

    token: Token
    answer: Answer
    note: str = ""


class Sensor(Protocol[ActionT_contra]):
    """Looks, and never touches. What gives no answer within its own bound is "cannot tell".

    The bound is the look's: a second for most, 20 s for a canary over a line that hangs. The
    engine waits for it, so a deadline may be noticed late by as much.
    """

    def objections(self, action: ActionT_contra) -> Sequence[str]:
        """Return why ``action`` may not be begun now; what cannot be seen is an objection."""

    def all_objections(self, actions: Sequence[ActionT_contra]) -> Iterable[Sequence[str]]:
        """Return those to each of ``actions``, in their order, the looks being made side by side.

        Each is told as soon as it and those before it are known: no sooner is it needed.
        """

    def is_in_effect(self, action: ActionT_contra) -> bool | None:
        """Tell whether what ``action`` is for is the case; None means that it cannot be seen."""


class Actuator(Protocol[ActionT_contra]):
    """Touches. An attempt that is given up by its deadline must be dead or fenced.

    That is: the target refuses its late effect (older epoch, changed leader, lost
    compare-and-swap), or the effect is one that may come twice.
    """

    def begin(self, action: ActionT_contra, token: Token, due: timedelta) -> None:
        """Send ``action`` on its way and return at once.

        ``token`` goes with it, so that the target and its log can tell attempts apart. When the
        engine's clock says ``due``, nobody waits for an answer any more.
        """

    def wait(self, bound: timedelta) -> Completion | None:
        """Return the next attempt that ended, or None after ``bound``; 0: what ended already."""


class Inbox(Protocol):
    """Where people put what they ask of a run while it is carried."""

    def requests(self) -> Sequence[Request]:
        """Return what has been asked and not been put away, oldest first."""

    def put_away(self, request: Request) -> None:
        """Forget ``request``: it is in the journal, or cannot be obeyed."""
