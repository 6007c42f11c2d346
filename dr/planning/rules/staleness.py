"""Why a plan may no longer be begun: too old, or decided on what is no longer so. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from types import MappingProxyType

from core.errors import PlanOutdated
from dr.facts import Facts, StoreFacts
from dr.planning.plan import Deciding, Moved, MovedStore, RecoveryPlan
from inventory.names import ServiceName, StoreName
from inventory.network import Network


def staleness(
    plan: RecoveryPlan,
    network: Network,
    facts: Mapping[ServiceName, Facts],
    now: datetime,
    stores: Mapping[StoreName, StoreFacts] = MappingProxyType({}),
) -> list[PlanOutdated]:
    """Return why ``plan`` may no longer be begun: too old, or decided on what is no longer so.

    ``network``, ``facts``, ``stores`` and ``now`` are the declared network, what is seen of each
    service and store that it moves, and the time, all at the moment at which it is to be begun.
    """
    basis = plan.basis
    objections = []
    if now > basis.expires_at:
        objections.append(
            _stale(plan, f"begun before {basis.expires_at:%H:%M:%S}", f"{now:%H:%M:%S}")
        )
    if network.digest != basis.network_digest:
        expected = f"the inventory with digest {basis.network_digest[:12]}"
        objections.append(_stale(plan, expected, network.digest[:12]))
    for moved in basis.moves:
        objections += _changes(plan, moved, facts[moved.service])
    for store in basis.stores:
        objections += _store_changes(plan, store, stores[store.store])
    return objections


def _changes(plan: RecoveryPlan, moved: Moved, facts: Facts) -> Iterator[PlanOutdated]:
    deciding = Deciding.among(facts, plan.basis.asked(moved), moved.candidate)
    for field in fields(Deciding):
        then, today = getattr(moved.deciding, field.name), getattr(deciding, field.name)
        if then != today:
            yield _stale(plan, f"{field.name} as it was: {then}", str(today))


def _store_changes(
    plan: RecoveryPlan, moved: MovedStore, facts: StoreFacts
) -> Iterator[PlanOutdated]:
    """Yield what is other than it was; of points a newer one may be there, and nobody waits."""
    own = facts.standings.get(moved.host)
    origins = {point.origin for point in own.points} if own else set()
    if facts.placement != moved.placement:
        yield _stale(
            plan, f"{moved.store} placed as it was: {moved.placement}", str(facts.placement)
        )
    if facts.claim != moved.claim:
        yield _stale(plan, f"{moved.store} held as it was: {moved.claim}", str(facts.claim))
    if moved.point not in origins:
        yield _stale(plan, f"recovery point {moved.point} of {moved.store}", "it is not seen")


def _stale(plan: RecoveryPlan, expected: str, actual: str) -> PlanOutdated:
    return PlanOutdated(
        f"plan {plan.id} is out of date",
        expected=expected,
        actual=actual,
        next_step=plan.basis.again,
    )
