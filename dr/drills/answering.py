"""Lets a loss be answered: by itself, by whoever acts without a person, or by a plan of ours."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from core.clock import Clock
from core.errors import NdcError, NotSeen, PlanRefused
from core.measure import FRESH
from core.runs.plan import RunName
from core.text import Say
from dr.drills.answered import Answered
from dr.drills.cleaning import DrillBook
from dr.drills.exercise import Exercise
from dr.drills.record import DrillRecord
from dr.drills.scene import Scene
from dr.looks import if_seen
from dr.planning.plan import RecoveryPlan
from inventory.practice import Taken

_BORNE: Final = timedelta(seconds=45)
"""longer than any lease, session or recovery by itself takes"""
_UNNOTICED: Final = timedelta(seconds=40)
"""after which a person looks, whom no controller has called"""
_STEADY: Final = timedelta(seconds=8)
"""for which citizens are served at a stretch, where nothing has to be moved any more"""
_HANG: Final = timedelta(minutes=4)
"""for an answer: who has none by then has none"""
_EVERY: Final = timedelta(milliseconds=500)


@dataclass(slots=True)
class Answerer:
    """The answer to one loss, from the moment at which it is made."""

    scene: Scene
    book: DrillBook
    clock: Clock
    say: Say
    what: Exercise
    record: DrillRecord
    """as it is kept"""
    _began: timedelta = field(default=timedelta(), init=False)
    _served_since: timedelta | None = field(default=None, init=False)

    def answer(self, accepted_loss: str) -> Answered:
        """Take away what the drill takes, and return how that was answered.

        What went wrong on the way is the answer's failure: there is something to give back.
        """
        self._began = self.clock.elapsed()
        try:
            if self.what.hosts or self.what.links:
                self.say(f"takes {self.record.takes}")
                self.scene.take(self.what.hosts, self.what.links)
            return self._answered(accepted_loss)
        except NdcError as error:
            return Answered("nobody", failure=_words(error))

    def _answered(self, accepted_loss: str) -> Answered:
        if not self.what.moves:
            self.clock.sleep(_BORNE)
            return Answered("the network bears it by itself")
        if self.what.drill.takes is Taken.NOTHING:
            plan = self.scene.plan(self.what, accepted_loss)
            return self._carried(plan, Answered("a plan, as asked for"))
        return self._after_a_loss(accepted_loss)

    def _after_a_loss(self, accepted_loss: str) -> Answered:
        """Wait until it is answered or known; who knows it plans, again and again, for a while."""
        known, why = Answered("a plan, by who was called"), "nothing was seen of it"
        while self._passed < _HANG:
            if (run := if_seen(self.scene.claimed)) is not None:
                return self._followed(run, known)
            if self._is_served():
                return replace(known, by="the network, by itself")
            known = self._known(known)
            if known.detected is not None and not self.scene.is_cared_for():
                try:
                    return self._carried(self.scene.plan(self.what, accepted_loss), known)
                except (PlanRefused, NotSeen) as error:
                    why = _words(error)
            self.clock.sleep(_EVERY)
        return replace(known, failure=why)

    @property
    def _passed(self) -> timedelta:
        return self.clock.elapsed() - self._began

    def _is_served(self) -> bool:
        """Whether citizens are served for a while: not the moment in which nobody noticed yet."""
        last = self.scene.unserved()
        if last is None or last > FRESH:
            self._served_since = None
            return False
        now = self.clock.elapsed()
        self._served_since = self._served_since or now
        return now - self._served_since >= _STEADY and self._passed > _UNNOTICED / 2

    def _known(self, known: Answered) -> Answered:
        if known.detected is not None:
            return known
        by = self.scene.dead(self.what.hosts)
        if not by and self._passed > _UNNOTICED:
            by = "a person's look; no controller called"
        if not by:
            return known
        self.say(f"known after {self._passed.total_seconds():.1f} s: {by}")
        return replace(known, detected=self._passed, detected_by=by)

    def _carried(self, plan: RecoveryPlan, known: Answered) -> Answered:
        self.record = replace(self.record, run=plan.id)
        self.book.keep(self.record)
        (announced, *_) = [
            moved.loss for moved in plan.basis.moves if moved.service == self.record.service
        ]
        decided = replace(
            known,
            decided=self._passed,
            run=plan.id,
            announced=announced,
            stores=plan.basis.stores,
            left=plan.basis.left,
        )
        came_to, failure = self.scene.carry(plan)
        return replace(decided, came_to=came_to, failure=failure)

    def _followed(self, run: RunName, known: Answered) -> Answered:
        """Wait until ``run``, which is not ours, lets the service go."""
        begun = self._passed
        self.say(f"run {run} answers it, which nobody of us began")
        while self._may_hold(run):
            if self._passed - begun > _HANG:
                return replace(known, run=run, failure=f"{run} holds the service still")
            self.clock.sleep(_EVERY)
        return replace(
            known,
            by="a run that began by itself",
            detected=known.detected or begun,
            decided=begun,
            run=run,
            came_to=self.scene.outcome(run) or "over",
        )

    def _may_hold(self, run: RunName) -> bool:
        """Whether ``run`` holds the service, as far as can be seen: what is not seen may be so."""
        try:
            return self.scene.claimed() == run
        except NotSeen:
            return True


def _words(error: NdcError) -> str:
    return ": ".join(filter(None, (error.what, error.actual)))
