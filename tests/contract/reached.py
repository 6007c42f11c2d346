"""A network as recovery reaches it, whichever side of the doors is behind it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta

from core.clock import Clock, wait_until
from core.runs.plan import RunName, StepId
from core.runs.ports import Answer, Completion, Token
from dr.actions import Action
from dr.conditions import Conditions
from dr.doors import Doors
from dr.hands import Hands
from dr.looking.eye import Eye
from dr.looks import if_seen
from dr.loss_actions import CutPower
from dr.loss_questions import IsInLife
from dr.questions import Question
from dr.simulation.truth import Served
from dr.watch.lookout import SightWord
from inventory.names import HostName

RUN = RunName("20300101-000002-move")
BOUND = timedelta(seconds=20)
EPOCH = 2
"""that a run acts under in a network where nothing was moved yet"""
PRESENT = "present"
"""stands for the life in which a host is when it is asked about: each side names lives its way"""


@dataclass(slots=True)
class Reached:
    """Eye and hands on one network, and what a test may do to it."""

    eye: Eye
    doors: Doors
    clock: Clock
    truth: Served
    holding: Callable[[], AbstractContextManager[object]]
    """keeps the truth still while a test reads or changes it"""
    go_dark: Callable[[], None]
    """from then on nobody answers"""
    says: Callable[[HostName, SightWord], None]
    """lets an observer say what it sees of others"""
    attempts: int = 0

    def do(self, action: Action, *, epoch: int = EPOCH) -> Answer:
        """Attempt ``action`` and return what its target answered."""
        return self.attempt(action, epoch=epoch).answer

    def attempt(self, action: Action, *, epoch: int = EPOCH) -> Completion:
        """Attempt ``action``; return how that ended."""
        action = self.acting_now(action)
        self.attempts += 1
        token = Token(RUN, StepId("step"), epoch, self.attempts)
        completion = Hands(self.doors).attempt(action, token, BOUND)
        assert completion.token == token
        return completion

    def acting_now(self, action: Action) -> Action:
        """Return ``action`` with the present life of the host that it is about."""
        if isinstance(action, CutPower) and action.life == PRESENT:
            return replace(action, life=self._present_life(action.host))
        return action

    def of_now(self, question: Question) -> Question:
        """Return ``question`` with the present life of the host that it is about."""
        if isinstance(question, IsInLife) and question.life == PRESENT:
            return replace(question, life=self._present_life(question.host))
        return question

    def is_so(self, action: Action) -> bool | None:
        """Tell whether what ``action`` is for can be seen."""
        return Conditions(self.eye).is_in_effect(self.acting_now(action))

    def becomes_so(self, action: Action) -> None:
        """Wait until what ``action`` is for can be seen."""
        wait_until(self.clock, lambda: self.is_so(action), what=action.kind, bound=BOUND)

    def becomes(self, question: Question, *, answer: bool) -> None:
        """Wait until ``question`` is answered so."""
        wait_until(
            self.clock, lambda: self.eye.ask(question) is answer, what=str(question), bound=BOUND
        )

    def objections(self, action: Action) -> list[str]:
        """Return what speaks against ``action`` now."""
        return list(Conditions(self.eye).objections(action))

    def _present_life(self, host: HostName) -> str:
        """Return the name of it; of a host of which nobody can tell, one of no life."""
        supply = if_seen(lambda: self.doors.power.state(host))
        return supply.life if supply else PRESENT
