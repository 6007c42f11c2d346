"""Holds a drill in a network: takes away, has it answered, gives back, and judges.

The clock starts with the loss. What is taken is written down before, so that whoever comes after
a crash can give it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.clock import Clock
from core.errors import PlanRefused
from core.measure import ClockPair, Measure, ProbeTime
from core.text import Say
from dr.drills.answered import Answered
from dr.drills.answering import Answerer
from dr.drills.cleaning import Cleaned, DrillBook, clean
from dr.drills.drill_report import DrillReport
from dr.drills.exercise import Exercise, exercise
from dr.drills.hypothesis import Findings, ServiceStanding, demand_so, findings
from dr.drills.record import DrillRecord
from dr.drills.scene import Scene
from dr.drills.settling import Settling
from dr.drills.store_recovery import StoreRecovery
from dr.drills.store_watch import StoreWatch
from dr.drills.stores_taken import StoresBefore, StoresTaken
from dr.tracing import TracingMark
from inventory.model import DrillEntry
from inventory.names import DrillName, HostName, StoreName
from inventory.network import Service
from inventory.practice import Taken

_QUIET: Final = timedelta(seconds=4)
"""before the loss and after the answer, in which citizens show whether they are served"""


@dataclass(frozen=True, slots=True)
class Appointment:
    """Which drill is to be held, and who asks for it."""

    id: str
    name: DrillName
    drill: DrillEntry
    by: str
    accepted_loss: str = ""
    """why acknowledged writes may be lost by it; empty: they may not"""


def demand_accepted(asked: Appointment) -> None:
    """Return if what is ``asked`` for may be begun: by somebody who accepts what it may cost.

    Raises:
        PlanRefused: it takes a region, and nobody said why writes may be lost.
    """
    if asked.drill.takes is Taken.REGION and not asked.accepted_loss:
        raise PlanRefused(
            f"{asked.name} may lose acknowledged writes, and nobody accepts that",
            expected="a reason, of an operator whose key proves them: a second one has to say yes",
            actual="none",
            next_step=f"ndc drill run {asked.name} --mode live --accept-loss REASON --as NAME",
        )


@dataclass(frozen=True, slots=True)
class _Begun:
    """How all stood before anything was taken."""

    asked: Appointment
    what: Exercise
    before: Findings
    stores: StoresBefore
    writers: Mapping[StoreName, HostName]
    """of the stores that it takes their writer from"""
    marked: ClockPair

    def record(self, clock: Clock) -> DrillRecord:
        """Return what has to be known before anything is taken."""
        return DrillRecord(
            id=self.asked.id,
            drill=self.asked.name,
            service=self.asked.drill.service,
            by=self.asked.by,
            began_at=clock.now(),
            hosts=self.what.hosts,
            links=self.what.links,
            stores=tuple(sorted(self.writers)),
        )


@dataclass(frozen=True, slots=True)
class _Answer:
    """How the loss went, until all was given back."""

    over: Cleaned
    fault_at: timedelta
    """since boot of the operator's machine"""
    tracing: TracingMark | None
    """before that; None: no store lost its writer"""
    answered: Answered
    marked: ClockPair | None
    """when it was answered, and before anything was given back"""


@dataclass(frozen=True, slots=True)
class LiveDrill:
    """Holds drills in ``scene``."""

    scene: Scene
    book: DrillBook
    clock: Clock
    say: Say

    def hold(self, asked: Appointment) -> DrillReport:
        """Return what the drill came to; all that it took was given back by then.

        Raises:
            PlanRefused: it did not begin, and nothing was touched.
            Rejected, Unreachable: what it took is not all given back; its record says so.
        """
        begun = self._begun(asked)
        answer = self._played(begun)
        return self._judged(begun, answer)

    def _begun(self, asked: Appointment) -> _Begun:
        # twice, since one look may miss what is there
        settling = Settling(self.scene, self.clock, self.say)
        if wrong := settling.wrong() and settling.wrong():
            raise PlanRefused(
                f"{asked.name} does not begin: the network is not green",
                expected="all is well and no alarm calls, so that all that is noticed is the drill",
                actual="; ".join(wrong),
                next_step="ndc status; when it is green, ask again",
            )
        what = exercise(self.scene.network, self.scene.facts(), asked.name, asked.drill)
        quiet = self._mark()
        self.clock.sleep(_QUIET)
        marked = self._mark()
        lately = self.scene.measure(quiet.probe, marked.probe)
        standing = self._standing(lately, lately, lately)
        before = findings(asked.drill.before, standing, what.active, self._service.recovery_time)
        demand_so(asked.name, before)
        stores = self._watch.look()
        writers = stores.taken_by(self.scene.network, what.hosts)
        return _Begun(asked, what, before, stores, writers, marked)

    def _played(self, begun: _Begun) -> _Answer:
        answering = Answerer(
            self.scene, self.book, self.clock, self.say, begun.what, begun.record(self.clock)
        )
        self.book.keep(answering.record)
        try:
            tracing = self._watch.begin(answering.record)
            fault_at = self.clock.elapsed()
            answered = answering.answer(begun.asked.accepted_loss)
            self.clock.sleep(_QUIET)
            marked = self.scene.mark()
        finally:
            # whatever went wrong, a person's Ctrl-C included: nothing stays taken
            over = clean(self.scene, self.book, answering.record, self.say)
        return _Answer(over, fault_at, tracing, answered, marked)

    def _judged(self, begun: _Begun, answer: _Answer) -> DrillReport:
        asked = begun.asked
        torn = [one.store for one in answer.answered.stores]
        settled = Settling(self.scene, self.clock, self.say).settled(torn)
        ended = self.scene.mark()
        whole = self._measured(begun.marked, ended)
        stores = self._recoveries(begun, answer)
        older = self._older(begun, answer, whole)
        standing = self._standing(self._lately(ended), whole, older, stores)
        promised = self._service.recovery_time
        return DrillReport(
            record=answer.over.record,
            title=asked.drill.title,
            environment=self.scene.network.environment,
            recovery_time=promised,
            recovery_point=self._service.recovery_point,
            ended_at=self.clock.now(),
            before=begun.before,
            after=findings(asked.drill.after, standing, begun.what.active, promised),
            answered=answer.answered,
            measure=whole,
            served=self._served(begun, answer),
            well=None if settled.well_at is None else settled.well_at - answer.fault_at,
            stayed=settled.stayed,
            left=settled.left,
            stores=stores,
            alarms=self.scene.paged(self.clock.elapsed() - answer.fault_at),
        )

    def _recoveries(self, begun: _Begun, answer: _Answer) -> tuple[StoreRecovery, ...]:
        if answer.tracing is None:
            return ()
        taken = StoresTaken(begun.stores, begun.writers, answer.tracing, answer.fault_at)
        return self._watch.recoveries(taken, answer.answered, answer.over.trails)

    @property
    def _watch(self) -> StoreWatch:
        return StoreWatch(self.scene, self.clock, self.say)

    @property
    def _service(self) -> Service:
        return self.scene.network.service(self.scene.service)

    def _mark(self) -> ClockPair:
        marked = self.scene.mark()
        if marked is None:
            raise PlanRefused(
                "the drill does not begin: nobody could say what citizens noticed",
                expected="a probe that answers",
                actual="it does not",
                next_step="ndc status; when it is green, ask again",
            )
        return marked

    def _standing(
        self,
        lately: Measure | None,
        whole: Measure | None,
        older: Measure | None,
        stores: tuple[StoreRecovery, ...] = (),
    ) -> ServiceStanding:
        placed = self.scene.facts().placement
        site = placed.site if placed else None
        return ServiceStanding(site, self.scene.protected(), lately, whole, older, stores)

    def _measured(self, since: ClockPair, until: ClockPair | None) -> Measure | None:
        return self.scene.measure(since.probe, until.probe) if until else None

    def _lately(self, until: ClockPair | None) -> Measure | None:
        return self.scene.measure(until.probe.shifted(-_QUIET), until.probe) if until else None

    def _older(self, begun: _Begun, answer: _Answer, whole: Measure | None) -> Measure | None:
        """Return what became of writes that were acknowledged before what was announced as lost."""
        span = answer.answered.announced.span
        if whole is None or span is None:
            return None
        marked = begun.marked.probe
        end = ProbeTime(whole.gap.began_at).shifted(-span)
        return self.scene.measure(min(marked, end).shifted(-_QUIET), end)

    def _served(self, begun: _Begun, answer: _Answer) -> timedelta | None:
        """Return how long after the loss citizens were served again, by the operator's clock."""
        measure = self._measured(begun.marked, answer.marked)
        if measure is None or not begun.what.moves:
            return None
        after_mark = ProbeTime(measure.gap.ended_at) - begun.marked.probe
        return after_mark + begun.marked.own - answer.fault_at
