"""From lost stores to a plan, or to steps beside those of another. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.errors import PlanRefused
from core.runs.plan import Plan, RunName
from dr.facts import Facts
from dr.planning.plan import Basis, Intent, MovedStore, RecoveryPlan
from dr.planning.planner import Occasion, plan_failover
from dr.planning.request import Move, StoreMove
from dr.planning.store_bound import former, point_of
from dr.planning.store_losses import LostStores
from dr.planning.store_moving import StoreMoving
from inventory.names import ServiceName
from inventory.network import Network


def plan_failover_of(
    network: Network,
    facts: Mapping[ServiceName, Facts],
    moves: Sequence[Move],
    stores: LostStores,
    occasion: Occasion,
    lost: str,
) -> RecoveryPlan:
    """Return the plan that does without what people call ``lost``: for ``moves`` and ``stores``.

    Raises:
        PlanRefused: a rule objects to a service, or to each of the stores, and nothing else moves.
    """
    if not moves:
        return plan_of_stores(network, stores, occasion, lost)
    plan = plan_failover(network, facts, moves, occasion, lost)
    return plan_with_stores(plan, network, stores)


def plan_with_stores(plan: RecoveryPlan, network: Network, stores: LostStores) -> RecoveryPlan:
    """Return ``plan``, a failover, with what becomes of ``stores`` beside it.

    No step of a service waits for one of a store, nor the reverse.
    """
    moving = [_moving(network, stores, move, plan.id) for move in stores.moves]
    return replace(
        plan,
        steps=(*plan.steps, *(step for each in moving for step in each.steps())),
        basis=replace(plan.basis, stores=tuple(map(_moved, moving)), left=stores.left),
    )


def plan_of_stores(
    network: Network, stores: LostStores, occasion: Occasion, lost: str
) -> RecoveryPlan:
    """Return the plan that has ``stores`` begin elsewhere, where no service has to move.

    ``lost`` is what people call the hosts that are given up.

    Raises:
        PlanRefused: a rule objects to each of them, the first objection; or there are none.
    """
    if not stores.moves:
        raise next(iter(stores.objections.values()), _nothing(lost))
    given_up = stores.moves[0]
    plan: RecoveryPlan = Plan(
        id=occasion.run,
        title=f"failover without {lost}",
        steps=(),
        basis=Basis(
            environment=network.environment,
            intent=Intent.FAILOVER,
            moves=(),
            lost=tuple(sorted(given_up.lost)),
            requested_by=occasion.by,
            made_at=occasion.at,
            network_digest=network.digest,
            accepted_loss=given_up.accepted_loss,
            attested=given_up.attested,
        ),
    )
    return plan_with_stores(plan, network, stores)


def _nothing(lost: str) -> PlanRefused:
    return PlanRefused(
        f"nothing has to move without {lost}",
        expected=f"a service or store that only {lost} serves, or a database led there",
        actual="every service and store is served, and every database led, by others",
        next_step="ndc status shows what is lost, and what is still protected",
    )


def _moving(network: Network, stores: LostStores, move: StoreMove, run: RunName) -> StoreMoving:
    facts = stores.facts[move.store.name]
    point, writer = point_of(facts, move.host), former(facts, move)
    if facts.placement is None or facts.claim is None or point is None or writer is None:
        raise AssertionError("rules let pass what cannot be planned")
    return StoreMoving(network, move, facts, facts.placement, facts.claim, writer, point, run)


def _moved(moving: StoreMoving) -> MovedStore:
    return MovedStore(
        store=moving.move.store.name,
        source=moving.placed.site,
        target=moving.target,
        host=moving.move.host,
        point=moving.point.origin,
        made_at=moving.point.made_at,
        placement=moving.placed,
        claim=moving.claim,
        loss=moving.loss,
    )
