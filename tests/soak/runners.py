"""Whoever carries a run: it may die, or stand still while another takes over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from core.errors import NdcError, WorldError
from core.runs.journal import Proof, Request, RunVerdict, Wish
from core.runs.machine import StepState
from core.runs.plan import StepId
from core.runs.ports import Completion, Token
from core.runs.run import fold
from dr.actions import Action
from dr.conditions import Conditions
from dr.planning.plan import RecoveryEngine, RecoveryPlan, RecoveryRun
from dr.simulation.world import World
from inventory.names import PlacedName
from tests.soak.journals import Lines, SharedJournal


class RunnerDied(BaseException):
    """Not an Exception: nothing in the engine may catch it."""


@dataclass(slots=True)
class Fuse:
    """Something happens at the ``instant``-th time that it is touched."""

    instant: int
    happen: Callable[[], None]
    touched: int = 0

    def touch(self) -> None:
        self.touched += 1
        if self.touched == self.instant:
            self.happen()


@dataclass(frozen=True, slots=True)
class FusedWorld:
    world: World
    fuse: Fuse

    def begin(self, action: Action, token: Token, due: timedelta) -> None:
        self.fuse.touch()
        self.world.begin(action, token, due)
        self.fuse.touch()

    def wait(self, bound: timedelta) -> Completion | None:
        completion = self.world.wait(bound)
        if completion:
            self.fuse.touch()
        return completion


@dataclass(slots=True)
class Wished:
    """What people ask of a run, once."""

    wishes: list[Request]

    def requests(self) -> Sequence[Request]:
        return tuple(self.wishes)

    def put_away(self, request: Request) -> None:
        self.wishes.remove(request)


def _proved(by: str) -> Proof:
    return Proof(f"SHA256:{by}", "", ("operate", "approve"))


_LOOKS: Final = {"verify-service", "compare-logs", "narrow-sync"}
_START: Final = Request("start", Wish.START, "an", proof=_proved("an"))


def nothing() -> None:
    """Let a fuse pass."""


@dataclass(slots=True)
class Carried:
    """One run, and everybody who carried it."""

    world: World
    plan: RecoveryPlan
    lines: Lines
    wishes: int = 0
    trouble: list[str] = field(default_factory=list)
    """why runners stopped"""

    def begin(self, fuse: Fuse | None = None) -> None:
        """Carry it from its beginning as far as it goes, or until its runner ends."""
        engine = self._engine(fuse or Fuse(0, nothing), [])
        self._guarded(lambda: engine.start(self.plan, self.lines.where, _START))

    def resume(self, *wishes: Request, fuse: Fuse | None = None) -> None:
        """Carry it on, if it was begun."""
        if self.lines.records and self.open:
            engine = self._engine(fuse or Fuse(0, nothing), list(wishes))
            self._guarded(engine.resume)

    @property
    def run(self) -> RecoveryRun | None:
        """How it stands."""
        return fold(self.lines.records)

    @property
    def open(self) -> bool:
        """Whether it is not over."""
        run = self.run
        return run is not None and run.closed is None

    def wish(self, wish: Wish) -> list[Request]:
        """Return what a person asks for who wants it over."""
        run = self.run
        if run is None:
            return []
        if wish is Wish.ABORT:
            return [] if run.past_return else [self._request(Wish.ABORT, None)]
        if wish is Wish.APPROVE:
            waiting = run.steps_in(StepState.AWAITING_APPROVAL)
            return [self._request(wish, step.id, by) for step in waiting for by in ("an", "binh")]
        held = run.steps_in(StepState.IN_DOUBT, StepState.FAILED)
        skips = [self._request(Wish.SKIP, step.id) for step in held if step.action.kind in _LOOKS]
        stuck = run.steps_in(StepState.STUCK, StepState.UNDO_IN_DOUBT)
        if stuck:
            self._release()
        return [*skips, *(self._request(Wish.SKIP, step.id) for step in stuck)]

    def ending(self) -> list[Request]:
        """Return what a person asks for who ends it: turn back; or where that is past, go on."""
        return self.wish(Wish.ABORT) or [*self.wish(Wish.APPROVE), *self.wish(Wish.SKIP)]

    def early(self) -> list[Request]:
        """Return what a person answers for before its time: looks, and what waits for another."""
        run = self.run
        if run is None:
            return []
        looks = [s for s in run.steps_in(StepState.PENDING) if s.action.kind in _LOOKS]
        gates = run.steps_in(StepState.AWAITING_APPROVAL)
        return [self._request(Wish.SKIP, step.id) for step in [*looks[:1], *gates[:1]]]

    def _release(self) -> None:
        """Let a person free by hand what the run holds, before they answer for it."""
        basis = self.plan.basis
        names: list[PlacedName] = [
            *(one.service for one in basis.moves),
            *(one.store for one in basis.stores),
        ]
        for placed in map(self.world.truth.placed, names):
            if placed.claim.run == self.plan.id:
                placed.claim = placed.claim.released(self.plan.id)
                around = self.world.truth.around
                around.tell("released", placed.covered, "", placed.claim.number)

    def _request(self, wish: Wish, step: StepId | None, by: str = "an") -> Request:
        self.wishes += 1
        name = f"wish-{self.wishes}"
        until = self.world.now() + timedelta(minutes=15) if wish is Wish.APPROVE else None
        return Request(name, wish, by, "it has to end", step, proof=_proved(by), until=until)

    def _guarded(self, carry: Callable[[], RecoveryRun]) -> None:
        try:
            run = carry()
        except RunnerDied:
            self.trouble.append("the runner died")
        except (WorldError, NdcError) as error:
            self.trouble.append(error.what)
        else:
            if run.verdict is RunVerdict.HELD:
                self.trouble += run.waits_for()[:1]

    def _engine(self, fuse: Fuse, wishes: list[Request]) -> RecoveryEngine:
        return RecoveryEngine(
            journal=SharedJournal(self.lines, fuse.touch),
            sensor=Conditions(self.world.eye, self.world.begin_look),
            actuator=FusedWorld(self.world, fuse),
            clock=self.world,
            inbox=Wished(wishes),
        )
