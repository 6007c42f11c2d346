"""Why a plan may no longer be begun: too old, or decided on what is no longer so. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime

from core.errors import PlanRefused
from dr.facts import Facts
from dr.plan import Deciding, Moved, RecoveryPlan
from inventory.names import ServiceName
from inventory.network import Network


def staleness(
    plan: RecoveryPlan, network: Network, facts: Mapping[ServiceName, Facts], now: datetime
) -> list[PlanRefused]:
    """Return why ``plan`` may no longer be begun: too old, or decided on what is no longer so.

    ``network``, ``facts`` and ``now`` are the declared network, what is seen of each service that
    it moves, and the time, all at the moment at which the plan is to be begun.
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
    return objections


def _changes(plan: RecoveryPlan, moved: Moved, facts: Facts) -> Iterator[PlanRefused]:
    deciding = Deciding.among(facts, plan.basis.asked(moved), moved.candidate)
    for field in fields(Deciding):
        then, today = getattr(moved.deciding, field.name), getattr(deciding, field.name)
        if then != today:
            yield _stale(plan, f"{field.name} as it was: {then}", str(today))


def _stale(plan: RecoveryPlan, expected: str, actual: str) -> PlanRefused:
    return PlanRefused(
        f"plan {plan.id} is out of date",
        expected=expected,
        actual=actual,
        next_step=plan.basis.again,
    )
