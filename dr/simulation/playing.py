"""Plays a drill in a world without hosts: what is taken away, the plan, what citizens noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.errors import PlanRefused
from core.measure import Measure
from core.runs.journal import Proof, Request, Where, Wish
from core.runs.plan import RunName, StepId
from dr.conditions import Conditions
from dr.drills.exercise import Exercise, exercise
from dr.drills.hypothesis import Findings, ServiceStanding, demand_so, findings
from dr.drills.planning import plan_for
from dr.drills.store_recovery import StoreRecovery
from dr.drills.stores_taken import StoresAfter, StoresBefore, StoresTaken
from dr.drills.story import Story
from dr.looking.store_looks import survey_stores
from dr.planning.plan import RecoveryEngine, RecoveryPlan, codec
from dr.planning.planner import Occasion
from dr.questions import IsProtected
from dr.reporting.run_text import record_text
from dr.simulation.journal import MemoryJournal
from dr.simulation.timeline import BEGINNING
from dr.simulation.tracers import SimulatedTracing
from dr.simulation.world import World, rehearsed
from inventory.model import DrillEntry
from inventory.names import DrillName, OperatorName
from inventory.network import Network
from inventory.practice import Taken

_QUIET: Final = timedelta(seconds=5)
"""before and after, in which citizens show whether they are served"""
_WELL: Final = timedelta(seconds=20)
"""before it begins: longer ago than what may be lost was written"""
_TRACED: Final = timedelta(seconds=12)
"""as before a drill in a network"""
_DETECTED: Final = timedelta(seconds=5)
"""no person is quicker; who is slower adds the difference to the gap"""
_COUNTS: Final = timedelta(minutes=15)
"""how long an approval counts; the second person waits for its step and says yes in time"""
_BORNE: Final = timedelta(seconds=60)
"""longer than any lease, session or recovery by itself takes"""


def play(
    network: Network, name: DrillName, drill: DrillEntry, *, carried: bool, seed: int = 0
) -> Story:
    """Return how ``drill`` goes in a simulated copy of ``network`` in which all is well.

    Not ``carried``, it ends with the plan. One ``seed`` is one story.

    Raises:
        PlanRefused: it does not begin: there is nothing of the kind that it takes, or what has to
            be so before it is not so.
    """
    world = rehearsed(network, *(service.name for service in network.services), seed=seed)
    world.sleep(_WELL)
    what = exercise(network, world.eye.observe(drill.service), name, drill)
    before = _findings(world, what, world.now(), before=True)
    demand_so(name, before)
    traced = _traced(world, what)
    began = world.now()
    _take(world, what)
    plan, refusal = _planned(world, what) if what.moves else (None, None)
    lines = _carried(world, plan) if carried and plan else ()
    world.sleep(_QUIET if lines else _BORNE)
    stores = _recoveries(world, what, traced, plan) if carried else ()
    after = _findings(world, what, began, plan, stores, before=False) if carried else {}
    measure = _measure(world, what, began)
    return Story(what, before, _DETECTED, plan, refusal, lines, after, measure, stores)


@dataclass(frozen=True, slots=True)
class _Traced:
    """What was seen of stores before something is taken away, and who writes tracers to some."""

    taken: StoresTaken
    tracing: SimulatedTracing


def _traced(world: World, what: Exercise) -> _Traced:
    """Have tracers written for a while into the stores that lose their writer."""
    stores = survey_stores(world.eye, world.truth.network.stores, ())
    before = StoresBefore(stores, world.elapsed(), timedelta())
    writers = before.taken_by(world.truth.network, what.hosts)
    tracing = SimulatedTracing(world.truth, what.name)
    if writers:
        tracing.begin(writers)
        world.sleep(_TRACED)
    return _Traced(StoresTaken(before, writers, tracing.mark(), world.elapsed()), tracing)


def _recoveries(
    world: World, what: Exercise, traced: _Traced, plan: RecoveryPlan | None
) -> tuple[StoreRecovery, ...]:
    """Return what became of those stores, when all is over."""
    network, trails = world.truth.network, traced.tracing.end()
    after = StoresAfter(trails, survey_stores(world.eye, network.stores, what.hosts), {})
    moved, left = (plan.basis.stores, plan.basis.left) if plan else ((), ())
    return traced.taken.recoveries(network, moved, left, after)


def _take(world: World, what: Exercise) -> None:
    plant = world.truth.plant
    for host in what.hosts:
        plant.power_off(host)
    with plant.changing():
        plant.cut |= set(what.links)


def _planned(world: World, what: Exercise) -> tuple[RecoveryPlan | None, PlanRefused | None]:
    """Return the plan that answers the loss, once it is detected, or the rule that objects."""
    world.sleep(_DETECTED)
    try:
        return _plan(world, what), None
    except PlanRefused as refusal:
        return None, refusal


def _plan(world: World, what: Exercise) -> RecoveryPlan:
    now = world.now()
    occasion = Occasion(RunName(f"{now:%Y%m%d-%H%M%S}-{what.name}"), now, OperatorName("drill"))
    lossy = what.drill.takes is Taken.REGION
    return plan_for(world.eye, what, occasion, "a rehearsal" if lossy else "")


def _carried(world: World, plan: RecoveryPlan) -> tuple[str, ...]:
    journal = MemoryJournal(codec(), world)
    engine = RecoveryEngine(
        journal=journal,
        sensor=Conditions(world.eye, world.begin_look),
        actuator=world,
        clock=world,
        inbox=_Agreeing(
            [_asked(Wish.APPROVE, "second", s.id, world.now()) for s in plan.steps if s.gate]
        ),
    )
    engine.start(plan, Where.MEMORY, _asked(Wish.START, "first"))
    records = journal.records()
    return tuple(record_text(plan, record, began=records[0]) for record in records)


@dataclass(slots=True)
class _Agreeing:
    """What a second person asks who says yes to each gate."""

    waiting: list[Request]

    def requests(self) -> Sequence[Request]:
        return list(self.waiting)

    def put_away(self, request: Request) -> None:
        self.waiting.remove(request)


def _asked(wish: Wish, by: str, step: StepId | None = None, at: datetime | None = None) -> Request:
    """Return what one of two persons asks who play the drill, each with a key."""
    proof = Proof(by, "simulated", ("operate", "approve"))
    until = at + _COUNTS if at else None
    return Request(f"{wish}-{step}", wish, f"the {by} person", step=step, proof=proof, until=until)


def _findings(
    world: World,
    what: Exercise,
    began: datetime,
    plan: RecoveryPlan | None = None,
    stores: tuple[StoreRecovery, ...] = (),
    *,
    before: bool,
) -> Findings:
    service = world.truth.network.service(what.drill.service)
    placed = world.eye.observe(service.name).placement
    whole = _measure(world, what, began - _QUIET if before else began)
    standing = ServiceStanding(
        site=placed.site if placed else None,
        protected=world.eye.ask(IsProtected(service.database)),
        lately=_measure(world, what, world.now() - _QUIET / 2),
        whole=whole,
        older=_older(world, what, whole, plan),
        stores=stores,
    )
    statements = what.drill.before if before else what.drill.after
    return findings(statements, standing, what.active, service.recovery_time)


def _older(
    world: World, what: Exercise, whole: Measure, plan: RecoveryPlan | None
) -> Measure | None:
    """Return what became of the writes that were acknowledged before what was announced as lost."""
    moves = plan.basis.moves if plan else ()
    spans = [moved.loss.span for moved in moves if moved.service == what.drill.service]
    span = spans[0] if spans else timedelta()
    if span is None:
        return None
    return world.citizens[what.drill.service].measure(BEGINNING, whole.gap.began_at - span)


def _measure(world: World, what: Exercise, since: datetime) -> Measure:
    return world.citizens[what.drill.service].measure(since, world.now())
