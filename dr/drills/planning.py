"""The plan that answers a drill: an emergency's, but that it turns back when a step of it fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.errors import PlanRefused
from core.runs.plan import OnFailure
from dr.drills.exercise import Exercise
from dr.looking.eye import Eye
from dr.looking.store_looks import survey_all
from dr.planning.losses import moves_after
from dr.planning.plan import RecoveryPlan
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.planning.store_losses import stores_after
from dr.planning.store_planner import plan_failover_of

_PRACTISED: Final = "it is practised"
"""why what speaks softly against it is passed over: whoever holds a drill chose the hour"""


def plan_for(eye: Eye, what: Exercise, occasion: Occasion, accepted_loss: str = "") -> RecoveryPlan:
    """Return what answers ``what`` by what ``eye`` sees now: its service, and all else it lost.

    Stores begin elsewhere beside it, or are named as what stays lost, as in an emergency.
    ``accepted_loss`` says why acknowledged writes may be lost; empty: they may not.

    Raises:
        PlanRefused: nothing has to be moved, or a rule objects.
    """
    network = eye.network
    if not what.hosts:
        facts = eye.observe(what.drill.service)
        move = Move(what.drill.service, what.refuge, despite=_PRACTISED)
        plan = plan_switchover(network, facts, move, occasion)
        return replace(plan, on_failure=OnFailure.UNWIND)
    lost = frozenset(what.hosts)
    services = [service.name for service in network.services]
    survey, store_facts = survey_all(eye, services, network.stores, lost)
    needed = moves_after(network, survey, lost, None, accepted_loss)
    moves = [replace(move, despite=_PRACTISED) for move in needed]
    if what.drill.service not in {move.service for move in moves}:
        raise PlanRefused(
            f"{what.drill.service} does not have to move without {what.called}",
            expected=f"a service that only {what.called} can serve, or a database led there",
            actual="it is served, and its database led, by others",
            next_step="ndc status shows what is lost, and what is still protected",
        )
    stores = stores_after(network, store_facts, lost, None, accepted_loss)
    plan = plan_failover_of(network, survey, moves, stores, occasion, what.called)
    return replace(plan, on_failure=OnFailure.UNWIND)
