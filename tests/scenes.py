"""A simulated network as the scene of a drill, and a person who may be killed at every touch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic

from typing_extensions import override

from core.errors import PlanOutdated
from core.measure import ClockPair, Measure, ProbeTime
from core.runs.journal import Closed, Entry, Proof, Record, Request, RunVerdict, Where, Wish
from core.runs.machine import StepState
from core.runs.plan import ActionT, BasisT, RunName
from core.runs.run import fold
from dr.accepting import admit, demand_unmoved
from dr.conditions import Conditions
from dr.drills.alarms import PageRecord, PagesNow
from dr.drills.exercise import Exercise
from dr.drills.planning import plan_for
from dr.drills.record import DrillRecord
from dr.drills.store_recovery import KeptApart
from dr.facts import Facts, StoreFacts
from dr.looking.store_looks import survey_stores
from dr.planning.plan import RecoveryEngine, RecoveryPlan, codec
from dr.planning.planner import Occasion
from dr.questions import IsProtected
from dr.simulation.journal import MemoryJournal
from dr.simulation.tracers import SimulatedTracing
from dr.simulation.world import World
from dr.tracing import StoreTrail, TracingMark
from inventory.names import HostName, LinkName, OperatorName, ServiceName, StoreName
from inventory.network import Network
from inventory.placed import placed_in
from storage.points import PointDifference
from tests.rehearsals import SERVICE
from tests.scene_alarms import SimulatedAlarms
from tests.unit.core.runs.small import Wishes, approval

START = Request("start", Wish.START, "an", proof=Proof("SHA256:an", "", ("operate",)))


CALLED = timedelta(seconds=6)
"""after which a controller calls somebody dead"""


class Killed(BaseException):
    """Whoever holds the drill is gone, as by ``kill -9``."""


@dataclass(slots=True)
class Person:
    """Who holds a drill; after so many touches they are dead, and touch nothing more."""

    lives_for: int | None = None
    """None: for ever"""
    touches: int = 0

    def touch(self) -> None:
        self.touches += 1
        if self.lives_for is not None and self.touches > self.lives_for:
            raise Killed


class _TouchedJournal(MemoryJournal[ActionT, BasisT], Generic[ActionT, BasisT]):
    person: Person

    @override
    def append(self, entry: Entry[ActionT, BasisT]) -> Record[ActionT, BasisT]:
        self.person.touch()
        record = super().append(entry)
        self.person.touch()
        return record


@dataclass(slots=True)
class Shelf:
    """Keeps records of drills in memory; it outlives persons."""

    records: dict[str, DrillRecord] = field(default_factory=dict)
    person: Person = field(default_factory=Person)

    def keep(self, record: DrillRecord) -> None:
        self.person.touch()
        self.records[record.id] = record
        self.person.touch()


@dataclass(slots=True)
class SimulatedScene:
    """Keeps ``dr.drills.scene.Scene``'s promise for one service of ``world``."""

    world: World
    person: Person = field(default_factory=Person)
    journals: dict[RunName, _TouchedJournal] = field(default_factory=dict)  # type: ignore[type-arg]  # of recovery
    agrees: bool = True
    """whether a second person says yes once a run waits for them"""
    called_dead: str = "the controller at ndc03-app"
    taken_at: timedelta = timedelta()
    cares: bool = False
    """whether a controller says that it moves the service"""
    by_itself: RunName | None = None
    """a run that nobody here began, and that holds the service"""
    overtaken: int = 0
    """how many plans are out of date when they are to be begun"""
    tells_of_tracers: bool = True
    """whether whoever writes tracers can be asked how far it is"""
    tells_trails: bool = True
    """whether they tell at the end what became of them; what they do then, they do"""
    traces: dict[str, SimulatedTracing] = field(default_factory=dict)
    """by the drills that had them written"""
    alarms: SimulatedAlarms = field(init=False)

    def __post_init__(self) -> None:
        self.alarms = SimulatedAlarms(self.world)

    @property
    def service(self) -> ServiceName:
        return SERVICE

    @property
    def network(self) -> Network:
        return self.world.truth.network

    def concerns(self, torn: Collection[StoreName] = ()) -> Sequence[str]:
        plant = self.world.truth.plant
        wrong = [f"{host}: is off" for host in sorted(plant.off)]
        wrong += [f"{link}: is cut" for link in sorted(plant.cut)]
        if not self.protected():
            wrong.append("general-db: UNPROTECTED")
        last = self.unserved()
        if last is None or last > timedelta(seconds=2):
            wrong.append(f"{SERVICE}: does not answer")
        kept = [(store, one) for store, all_of in self.apart().items() for one in all_of]
        wrong += [
            f"{store}: {one.host} keeps what it alone wrote"
            for store, one in kept
            if store not in torn
        ]
        return wrong

    def pages(self) -> PagesNow:
        return self.alarms.now()

    def paged(self, lately: timedelta) -> PageRecord:
        return self.alarms.lately(lately)

    def facts(self) -> Facts:
        return self.world.eye.observe(SERVICE)

    def protected(self) -> bool | None:
        return self.world.eye.ask(IsProtected(self.network.service(SERVICE).database))

    def mark(self) -> ClockPair | None:
        return ClockPair(ProbeTime(self.world.now()), self.world.elapsed(), timedelta())

    def measure(self, since: ProbeTime, until: ProbeTime) -> Measure | None:
        return self.world.citizens[SERVICE].measure(since.at, until.at)

    def unserved(self) -> timedelta | None:
        writes = self.world.citizens[SERVICE].acknowledged
        return self.world.elapsed() - writes[-1].at if writes else None

    def dead(self, hosts: Collection[HostName]) -> str:
        known = {*hosts} <= self.world.truth.plant.off and self._since_taken >= CALLED
        return self.called_dead if known else ""

    @property
    def _since_taken(self) -> timedelta:
        return self.world.elapsed() - self.taken_at

    def is_cared_for(self) -> bool:
        return self.cares

    def claimed(self) -> RunName | None:
        self.world.doors.records.claim(SERVICE)  # of the real one it comes from there
        return self.by_itself

    def take(self, hosts: Sequence[HostName], links: Sequence[LinkName]) -> None:
        plant, self.taken_at = self.world.truth.plant, self.world.elapsed()
        for host in hosts:
            self.person.touch()
            plant.power_off(host)
        for link in links:
            self.person.touch()
            with plant.changing():
                plant.cut.add(link)
        self.person.touch()

    def give_back(self, hosts: Sequence[HostName], links: Sequence[LinkName]) -> None:
        plant = self.world.truth.plant
        for host in hosts:
            self.person.touch()
            plant.power_on(host)
        for link in links:
            self.person.touch()
            with plant.changing():
                plant.cut.discard(link)
        self.person.touch()

    def plan(self, what: Exercise, accepted_loss: str) -> RecoveryPlan:
        occasion = Occasion(RunName(f"run-{what.name}"), self.world.now(), OperatorName("an"))
        return plan_for(self.world.eye, what, occasion, accepted_loss)

    def carry(self, plan: RecoveryPlan) -> tuple[str, str]:
        if self.overtaken:
            self.overtaken -= 1
            raise PlanOutdated(f"plan {plan.id} was not begun")
        journal = _TouchedJournal(codec(), self.world)
        journal.person = self.person
        self.journals[plan.id] = journal
        run = self._engine(plan.id).start(plan, Where.MEMORY, START)
        gates = [step.id for step in run.steps_in(StepState.AWAITING_APPROVAL)]
        if self.agrees and gates:
            run = self._engine(
                plan.id, approval(gates[0], until=self.world.now() + timedelta(minutes=15))
            ).resume()
        return (run.closed, "") if run.closed else (run.verdict, "; ".join(run.waits_for()))

    def end_run(self, record: DrillRecord) -> bool:
        journal = self.journals.get(record.run) if record.run else None
        run = fold(journal.records()) if journal else None
        if run is None or record.run is None:
            return True
        if run.closed is None:
            wish = None if run.past_return else Request("stop", Wish.ABORT, "an")
            assert journal is not None
            journal.person = self.person
            run = self._engine(record.run, wish).resume()
        return run.closed is not None

    def give_up(self, record: DrillRecord) -> None:
        assert record.run is not None
        journal = self.journals[record.run]
        journal.append(Request("up", Wish.GIVE_UP, "an"))
        records = self.world.doors.records
        for placed in placed_in(self.network):
            claim = records.claim(placed.name)
            if claim.run == record.run:
                records.swap_claim(placed.name, claim, claim.released(record.run))
        journal.append(Closed(RunVerdict.GIVEN_UP))

    def admit(self, hosts: Collection[HostName]) -> None:
        doors = self.world.doors
        standing = doors.exclusions.excluded()
        waiting = {host: standing[host] for host in hosts if host in standing}
        demand_unmoved(self.network, doors, waiting)
        list(admit(self.network, doors, waiting))

    def remake(self) -> bool:
        return False

    def outcome(self, run: RunName) -> str:
        return "" if run in self.journals else "done"

    def stores(self) -> Mapping[StoreName, StoreFacts]:
        return survey_stores(self.world.eye, self.network.stores, ())

    def apart(self) -> Mapping[StoreName, tuple[KeptApart, ...]]:
        """Return who had files when it ended, which nobody looks for any more."""
        return {
            name: tuple(
                KeptApart(host, PointDifference(len(files), len(files)))
                for host, files in store.files.items()
                if files and host not in store.writing and self.world.truth.plant.runs(host)
            )
            for name, store in self.world.truth.stores.items()
        }

    def tracers(self) -> list[str]:
        """Return the files that are still in what is written of stores."""
        stores = self.world.truth.stores.values()
        return [file for one in stores for host in one.writing for file in one.files.get(host, ())]

    def begin_tracing(self, record: DrillRecord) -> None:
        self.person.touch()
        self.traces[record.id] = SimulatedTracing(self.world.truth, record.id)
        self.traces[record.id].begin(record.stores)
        self.person.touch()

    def tracing(self, record: DrillRecord) -> TracingMark | None:
        return self.traces[record.id].mark() if self.tells_of_tracers else None

    def end_tracing(self, record: DrillRecord) -> Mapping[StoreName, StoreTrail]:
        self.person.touch()
        tracing = self.traces.get(record.id)
        trails = tracing.end() if tracing else {}
        self.person.touch()
        return trails if self.tells_trails else {}

    def _engine(self, name: RunName, wish: Request | None = None) -> RecoveryEngine:
        return RecoveryEngine(
            journal=self.journals[name],
            sensor=Conditions(self.world.eye),
            actuator=self.world,
            clock=self.world,
            inbox=Wishes([wish] if wish else []),
        )
