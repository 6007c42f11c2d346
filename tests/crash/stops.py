"""A carrier that is stopped at one instant, overtaken by another, and continued."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from core.runs.journal import Entry
from core.runs.ports import Completion, Token
from dr.actions import Action
from dr.planning.plan import Basis, RecoveryJournal, RecoveryRecord
from dr.simulation.world import World


@dataclass(slots=True)
class Pause:
    """Stands still at the ``at``-th time it is touched, while ``meanwhile`` happens."""

    at: int
    meanwhile: Callable[[], None]
    touched: int = 0

    def touch(self) -> None:
        """Come to the next instant."""
        self.touched += 1
        if self.touched == self.at:
            self.meanwhile()


@dataclass(frozen=True, slots=True)
class PausedJournal:
    """A journal whose writer stands still before or after a record."""

    inner: RecoveryJournal
    pause: Pause

    def append(self, entry: Entry[Action, Basis]) -> RecoveryRecord:
        self.pause.touch()
        record = self.inner.append(entry)
        self.pause.touch()
        return record

    def records(self) -> list[RecoveryRecord]:
        return list(self.inner.records())


@dataclass(frozen=True, slots=True)
class PausedActuator:
    """A world whose carrier stands still before or after an effect, or with an answer unheard."""

    inner: World
    pause: Pause

    def begin(self, action: Action, token: Token, due: timedelta) -> None:
        self.pause.touch()
        self.inner.begin(action, token, due)
        self.pause.touch()

    def wait(self, bound: timedelta) -> Completion | None:
        completion = self.inner.wait(bound)
        if completion:
            self.pause.touch()
        return completion
