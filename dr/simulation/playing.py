"""Plays a drill in a world without hosts: what is taken away, the plan, what citizens noticed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from core.errors import PlanRefused
from core.measure import Measure
from core.runs.journal import Where
from core.runs.plan import RunName
from core.runs.ports import NoInbox
from dr.conditions import Conditions
from dr.drills.exercise import Exercise, exercise
from dr.drills.hypothesis import Findings, ServiceStanding, demand_so, findings
from dr.drills.story import Story
from dr.losses import moves_after
from dr.plan import RecoveryEngine, RecoveryPlan, codec
from dr.planner import Occasion, plan_failover, plan_switchover
from dr.questions import IsProtected
from dr.request import Move
from dr.run_text import record_text
from dr.simulation.journal import MemoryJournal
from dr.simulation.world import World, rehearsed
from inventory.model import DrillEntry
from inventory.names import DrillName, OperatorName
from inventory.network import Network

_QUIET: Final = timedelta(seconds=5)
"""before and after, in which citizens show whether they are served"""
_DETECTED: Final = timedelta(seconds=5)
"""no person is quicker; who is slower adds the difference to the gap"""
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
    world.sleep(_QUIET)
    what = exercise(network, world.eye.observe(drill.service), name, drill)
    began = world.now()
    before = _findings(world, what, began, before=True)
    demand_so(name, before)
    _take(world, what)
    plan, refusal = _planned(world, what) if what.moves else (None, None)
    lines = _carried(world, plan) if carried and plan else ()
    world.sleep(_QUIET if lines else _BORNE)
    after = _findings(world, what, began, before=False) if carried else {}
    measure = _measure(world, what, began)
    return Story(what, before, _DETECTED, plan, refusal, lines, after, measure)


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
    network, now = world.truth.network, world.now()
    occasion = Occasion(RunName(f"{now:%Y%m%d-%H%M%S}-{what.name}"), now, OperatorName("drill"))
    if not what.hosts:
        facts = world.eye.observe(what.drill.service)
        return plan_switchover(network, facts, Move(what.drill.service, what.refuge), occasion)
    lost = frozenset(what.hosts)
    survey = world.eye.survey([service.name for service in network.services], lost)
    moves = moves_after(network, survey, lost, None)
    return plan_failover(network, survey, moves, occasion, what.called)


def _carried(world: World, plan: RecoveryPlan) -> tuple[str, ...]:
    journal = MemoryJournal(codec(), world)
    engine = RecoveryEngine(
        journal=journal,
        sensor=Conditions(world.eye),
        actuator=world,
        clock=world,
        inbox=NoInbox(),
    )
    engine.start(plan, Where.MEMORY)
    records = journal.records()
    return tuple(record_text(plan, record, began=records[0]) for record in records)


def _findings(world: World, what: Exercise, began: datetime, *, before: bool) -> Findings:
    service = world.truth.network.service(what.drill.service)
    placed = world.eye.observe(service.name).placement
    standing = ServiceStanding(
        site=placed.site if placed else None,
        protected=world.eye.ask(IsProtected(service.database)),
        lately=_measure(world, what, world.now() - _QUIET / 2),
        whole=_measure(world, what, began - _QUIET if before else began),
    )
    statements = what.drill.before if before else what.drill.after
    return findings(statements, standing, what.active, service.recovery_time)


def _measure(world: World, what: Exercise, since: datetime) -> Measure:
    return world.citizens[what.drill.service].measure(since, world.now())
