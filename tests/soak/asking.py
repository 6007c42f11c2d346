"""Which plans can be asked for now: what an operator would ask, and at times should not."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from core.runs.plan import RunName
from dr.looking.store_looks import survey_stores
from dr.planning.losses import moves_after
from dr.planning.plan import RecoveryPlan
from dr.planning.planner import Occasion, plan_failback, plan_switchover, plan_switchover_of
from dr.planning.request import Move
from dr.planning.rules.failback import hosts_that_return
from dr.planning.store_losses import stores_after
from dr.planning.store_planner import plan_failover_of
from dr.planning.wanted import moves_from
from dr.simulation.world import World
from inventory.names import HostName, OperatorName, ServiceName, SiteName
from tests.soak.events import OF_A_REGION, OTHERS

Asking: TypeAlias = Callable[[World, ServiceName, RunName, random.Random], RecoveryPlan | None]

_AGAIN: Final = "a schedule moves it again at once"
"""why what speaks softly against it is passed over"""


def switchover(
    world: World, service: ServiceName, run: RunName, dice: random.Random
) -> RecoveryPlan | None:
    """Return a plan that moves ``service`` to a place of its that the dice choose."""
    network = world.truth.network
    target = _place(world, service, dice)
    facts = world.eye.observe(service)
    occasion = Occasion(run, world.now(), OperatorName("an"))
    return plan_switchover(network, facts, Move(service, target, despite=_AGAIN), occasion)


def with_others(
    world: World, service: ServiceName, run: RunName, dice: random.Random
) -> RecoveryPlan | None:
    """Return a plan that moves all that acts where ``service`` is to such a place."""
    network = world.truth.network
    target = _place(world, service, dice)
    facts = world.eye.survey([one.name for one in network.services], ())
    here = world.truth.at(service).placements[-1].site
    occasion = Occasion(run, world.now(), OperatorName("an"))
    moves = [replace(move, despite=_AGAIN) for move in moves_from(network, facts, here, target)]
    return plan_switchover_of(network, facts, moves, occasion)


def _place(world: World, service: ServiceName, dice: random.Random) -> SiteName:
    network = world.truth.network
    declared = network.service(service)
    copies = {m.site for m in network.database(declared.database).members if m.synchronous}
    places = [site for site in (declared.home, *declared.refuges) if site in copies]
    here = world.truth.at(service).placements[-1].site
    others = [site for site in places if site != here]
    return dice.choice(others if dice.random() < 0.9 else places)


def failover(
    world: World, service: ServiceName, run: RunName, dice: random.Random
) -> RecoveryPlan | None:
    """Return a plan that does without what seems to be lost, or without what lives."""
    truth, network = world.truth, world.truth.network
    plant, served = truth.plant, truth.at(service)
    silent = plant.off | plant.frozen
    silent |= {host for host in plant.hosts if plant.site(host) in plant.isolated}
    leader = served.database.leader
    stores = {host for store in truth.stores.values() for host in store.writing}
    concerned = (served.announcing | stores | ({leader} if leader else set())) & silent
    if not concerned and dice.random() < 0.7:
        return None
    site = plant.site(dice.choice(sorted(concerned))) if concerned else served.placements[-1].site
    lost = frozenset(host.name for host in network.hosts_at(site))
    if not concerned or not lost <= silent:
        lost = frozenset(sorted(lost & silent) or sorted(lost)[:1])
    if concerned and dice.random() < 0.5:
        lost |= silent
    return _without(world, lost, run, ", ".join(sorted(lost)), dice.choice(["", "it burns"]))


def region_loss(
    world: World, service: ServiceName, run: RunName, dice: random.Random
) -> RecoveryPlan | None:
    """Return a plan that does without a region, in which nobody is left; losses are accepted."""
    network, plant = world.truth.network, world.truth.plant
    here = network.site(world.truth.at(service).placements[-1].site).region
    sites = {site.name for site in network.sites if site.region == here}
    lost = frozenset(host.name for host in network.hosts if host.site in sites)
    if not lost <= plant.off | plant.frozen and not sites <= plant.isolated:
        return None
    return _without(world, lost, run, here, dice.choice(["", *["the region burns"] * 3]))


def _without(
    world: World, lost: frozenset[HostName], run: RunName, called: str, accepted_loss: str
) -> RecoveryPlan:
    """Return a plan that does without ``lost``, of services and stores."""
    network, occasion = world.truth.network, Occasion(run, world.now(), OperatorName("an"))
    facts = dict(world.eye.survey([one.name for one in network.services], lost))
    needed = moves_after(network, facts, lost, None, accepted_loss)
    moves = [replace(move, despite=_AGAIN) for move in needed]
    seen = survey_stores(world.eye, network.stores, lost)
    stores = stores_after(network, seen, lost, None, accepted_loss)
    return plan_failover_of(network, facts, moves, stores, occasion, called)


def failback(
    world: World, service: ServiceName, run: RunName, dice: random.Random
) -> RecoveryPlan | None:
    """Return a plan that moves ``service`` home, or where it has just been."""
    network, served = world.truth.network, world.truth.at(service)
    former = [placed.site for placed in served.placements if placed.site != served.service.home]
    target = dice.choice([served.service.home] * 3 + former[-1:])
    request = Move(service, target)
    facts = world.eye.observe(service)
    stays = world.eye.stays(hosts_that_return(network, request))
    occasion = Occasion(run, world.now(), OperatorName("an"))
    return plan_failback(network, {service: facts}, stays, [request], occasion)


ASKINGS: Final[Mapping[str, Asking]] = {
    "switchover": switchover,
    f"switchover {OTHERS}": with_others,
    "failover": failover,
    "failback": failback,
    OF_A_REGION: region_loss,
}
"""each kind of plan, by the name that a schedule has for it"""
