"""Ways to die: before, in the middle of and after each write and each effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from core.runs.journal import Entry
from core.runs.ports import Completion, Token
from dr.actions import Action
from dr.planning.plan import Basis, RecoveryJournal, RecoveryRecord
from dr.simulation.world import World


class PowerCut(BaseException):
    """Not an Exception: nothing in the engine may catch the end of the world."""


@dataclass(slots=True)
class Fuse:
    """Blows at the ``limit``-th time it is touched."""

    limit: int
    touched: int = 0

    def touch(self) -> None:
        self.touched += 1
        if self.touched == self.limit:
            raise PowerCut


@dataclass(frozen=True, slots=True)
class FusedJournal:
    inner: RecoveryJournal
    fuse: Fuse
    path: Path

    def append(self, entry: Entry[Action, Basis]) -> RecoveryRecord:
        self.fuse.touch()  # before anything is on disk
        self._tear(entry)
        record = self.inner.append(entry)
        self.fuse.touch()  # before we know that it is
        return record

    def records(self) -> list[RecoveryRecord]:
        return list(self.inner.records())

    def _tear(self, entry: Entry[Action, Basis]) -> None:
        try:
            self.fuse.touch()
        except PowerCut:
            with self.path.open("ab") as file:
                file.write(b'{"seq":7,"at":"2030-01-01T00:00:02Z","entry":{"what":"' + b"x" * 40)
            assert entry
            raise


@dataclass(frozen=True, slots=True)
class FusedActuator:
    inner: World
    fuse: Fuse

    def begin(self, action: Action, token: Token, due: timedelta) -> None:
        self.fuse.touch()  # before it is sent
        self.inner.begin(action, token, due)
        self.fuse.touch()  # sent, and the world goes on without us

    def wait(self, bound: timedelta) -> Completion | None:
        completion = self.inner.wait(bound)
        if completion:
            self.fuse.touch()  # answered, and we never heard it
        return completion
