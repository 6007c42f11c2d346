"""Which run proved a drill, and when it is due again. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.runs.plan import RunName
from dr.ending import Outcome
from dr.plan import Intent, RecoveryPlan
from inventory.model import DrillEntry
from inventory.names import TierName
from inventory.network import Network
from inventory.practice import Taken

_PROVES = {Outcome.DONE, Outcome.UNPROTECTED}
"""what failed, or what nobody measured, proved nothing; a lost site cannot protect what left it"""


@dataclass(frozen=True, slots=True)
class Practised:
    """A run that did in the network what a drill practises."""

    run: RunName
    plan: RecoveryPlan
    outcome: Outcome
    ended_at: datetime


def practised(plan: RecoveryPlan, report: str | None) -> Practised | None:
    """Return what the run of ``plan`` came to, by its ``report`` as JSON; None: it has none yet."""
    if report is None:
        return None
    said = json.loads(report)
    ended_at = datetime.fromisoformat(said["ended_at"])
    return Practised(plan.id, plan, Outcome[said["outcome"].upper()], ended_at)


def last_proof(network: Network, drill: DrillEntry, runs: Iterable[Practised]) -> Practised | None:
    """Return the last of ``runs`` that proves ``drill``; None: none does.

    A run in earnest proves as much as a practised one. That a loss is borne without a run, no run
    shows.
    """
    proofs = [
        run for run in runs if run.outcome in _PROVES and _practises(network, drill, run.plan)
    ]
    return max(proofs, key=lambda run: run.ended_at, default=None)


def due(network: Network, drill: DrillEntry, proof: Practised | None) -> datetime | None:
    """Return until when ``drill`` is to be held again; None: it was never proved, so it is due."""
    return None if proof is None else proof.ended_at + cadence(network, drill)


def cadence(network: Network, drill: DrillEntry) -> timedelta:
    """Return how often ``drill`` is due, by the tier of its service."""
    return drill.every[TierName(network.service(drill.service).tier)]


def _practises(network: Network, drill: DrillEntry, plan: RecoveryPlan) -> bool:
    if drill.service not in {moved.service for moved in plan.basis.moves}:
        return False
    lost = set(plan.basis.lost)
    match drill.takes:
        case Taken.NOTHING:
            return plan.basis.intent is not Intent.FAILOVER
        case Taken.LEADER:
            database = network.database(network.service(drill.service).database)
            return len(lost) == 1 and lost <= {member.host for member in database.members}
        case Taken.SITE:
            return lost in [
                {host.name for host in network.hosts if host.site == site.name}
                for site in network.sites
            ]
        case Taken.PAIR | Taken.VOTER:
            return False
