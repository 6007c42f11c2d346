"""Which run proved a drill, and when it is due again. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.runs.plan import RunName
from dr.ending import Outcome
from dr.plan import Intent, RecoveryPlan
from inventory.model import DrillEntry
from inventory.names import DrillName, ServiceName, TierName
from inventory.network import Network
from inventory.practice import Taken

_PROVES = {Outcome.DONE, Outcome.UNPROTECTED}
"""what failed, or what nobody measured, proved nothing; a lost site cannot protect what left it"""


@dataclass(frozen=True, slots=True)
class Felt:
    """What citizens of one service felt."""

    gap: timedelta
    lost: int


@dataclass(frozen=True, slots=True)
class DrillProof:
    """What shows that a drill goes well."""

    by: str
    """a run, or a drill that was held"""
    ended_at: datetime
    felt: Felt | None = None
    """None: it was not measured"""


@dataclass(frozen=True, slots=True)
class Practised:
    """A run that did in the network what a drill practises."""

    run: RunName
    plan: RecoveryPlan
    outcome: Outcome
    ended_at: datetime
    felt: Mapping[ServiceName, Felt] = field(default_factory=dict)
    """by the citizens of each service that it moved; of one that was not measured nothing"""


@dataclass(frozen=True, slots=True)
class HeldDrill:
    """A drill that was held in the network."""

    id: str
    drill: DrillName
    passed: bool
    ended_at: datetime
    felt: Felt | None


def practised(plan: RecoveryPlan, report: str | None) -> Practised | None:
    """Return what the run of ``plan`` came to, by its ``report`` as JSON; None: it has none yet."""
    if report is None:
        return None
    said = json.loads(report)
    felt = {
        ServiceName(one["service"]): _felt(one["measure"])
        for one in said.get("services", ())
        if one["measure"]
    }
    ended_at = datetime.fromisoformat(said["ended_at"])
    return Practised(plan.id, plan, Outcome[said["outcome"].upper()], ended_at, felt)


def held_drill(report: str | None) -> HeldDrill | None:
    """Return the drill that ``report`` tells of, as JSON; None: it did not come to a report."""
    if report is None:
        return None
    said = json.loads(report)
    return HeldDrill(
        id=said["id"],
        drill=DrillName(said["drill"]),
        passed=said["passed"],
        ended_at=datetime.fromisoformat(said["ended_at"]),
        felt=_felt(said) if said["gap_seconds"] is not None else None,
    )


def _felt(said: Mapping[str, Any]) -> Felt:
    return Felt(timedelta(seconds=said["gap_seconds"]), said["lost"])


def last_proof(
    network: Network, name: DrillName, drill: DrillEntry, shown: Iterable[Practised | HeldDrill]
) -> DrillProof | None:
    """Return the last of what was ``shown`` in the network that proves ``drill``; None: none does.

    A run in earnest proves as much as a practised one. That a loss is borne without a run, only a
    drill shows.
    """
    proofs = (_proof(network, name, drill, each) for each in shown)
    return max(filter(None, proofs), key=lambda proof: proof.ended_at, default=None)


def _proof(
    network: Network, name: DrillName, drill: DrillEntry, shown: Practised | HeldDrill
) -> DrillProof | None:
    match shown:
        case HeldDrill():
            proves = shown.passed and shown.drill == name
            return DrillProof(shown.id, shown.ended_at, shown.felt) if proves else None
        case Practised():
            proves = shown.outcome in _PROVES and _practises(network, drill, shown.plan)
            felt = shown.felt.get(drill.service)
            return DrillProof(shown.run, shown.ended_at, felt) if proves else None


def due(network: Network, drill: DrillEntry, proof: DrillProof | None) -> datetime | None:
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
        case Taken.REGION:
            return lost in [
                {h.name for h in network.hosts if network.site(h.site).region == region}
                for region in {site.region for site in network.sites}
            ]
        case Taken.PAIR | Taken.VOTER:
            return False
