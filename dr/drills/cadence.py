"""Which run proved a drill, when it is due again, and how that is kept in etcd. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.errors import JournalCorrupt
from core.formats import Format
from core.runs.plan import RunName
from dr.planning.plan import RecoveryPlan
from dr.planning.proofs import practises
from dr.reporting.ending import Outcome
from inventory.names import DrillName, ServiceName
from inventory.network import Network
from inventory.practice import Practice

_PROVES = {Outcome.DONE, Outcome.UNPROTECTED}
"""what failed, or what nobody measured, proved nothing; a lost site cannot protect what left it"""


@dataclass(frozen=True, slots=True)
class Felt:
    """What citizens of one service felt, as far as it was measured."""

    gap: timedelta | None
    """None: nobody measured it, or the probe slipped its own schedule"""
    lost: int | None
    """None: nobody measured it, or not all was read back"""


@dataclass(frozen=True, slots=True)
class StoresFelt:
    """What owners of stores felt whose writer was taken away."""

    gone: int
    """tracers that were acknowledged; of those that were read back"""
    reach: timedelta | None
    """how far back before the loss it goes; None: not known of each"""


@dataclass(frozen=True, slots=True)
class DrillProof:
    """What shows that a drill goes well; or of one that was held and failed, that it did not."""

    by: str
    """a run, or a drill that was held"""
    ended_at: datetime
    felt: Felt | None = None
    """None: it was not measured"""
    stores: StoresFelt | None = None
    """None: none lost its writer, or nobody wrote tracers"""


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
    stores: StoresFelt | None = None


def practised(plan: RecoveryPlan, report: str | None) -> Practised | None:
    """Return what the run of ``plan`` came to, by its ``report`` as JSON; None: it has none yet."""
    if report is None:
        return None
    said = json.loads(report)
    felt = {
        ServiceName(one["service"]): figures
        for one in said.get("services", ())
        if one["measure"] and (figures := _felt(one["measure"]))
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
        felt=_felt(said),
        stores=_of_stores(said.get("stores", ())),
    )


def _felt(said: Mapping[str, Any]) -> Felt | None:
    """Return each figure that was measured; None: none was.

    A void gap tells nothing of losses, and writes that nobody read back tell nothing of the gap.
    """
    gap = None if said.get("void") else said["gap_seconds"]
    lost = None if said.get("not_read_back") else said["lost"]
    if gap is None and lost is None:
        return None
    return Felt(None if gap is None else timedelta(seconds=gap), lost)


def _of_stores(said: Sequence[Mapping[str, Any]]) -> StoresFelt | None:
    if not said:
        return None
    reaches = [one["lost_reach_seconds"] for one in said]
    known = None if None in reaches else timedelta(seconds=max(reaches))
    return StoresFelt(sum(one["lost"] or 0 for one in said), known)


def last_proof(
    network: Network, practice: Practice, shown: Iterable[Practised | HeldDrill]
) -> DrillProof | None:
    """Return the last of what was ``shown`` that proves ``practice``; None: none does.

    A run in earnest proves as much as a practised one. That a loss is borne without a run, only a
    drill shows.
    """
    proofs = (proof_by(network, practice, each) for each in shown)
    return max(filter(None, proofs), key=lambda proof: proof.ended_at, default=None)


def proof_by(
    network: Network, practice: Practice, shown: Practised | HeldDrill
) -> DrillProof | None:
    """Return what ``shown`` proves of ``practice``; None: nothing."""
    match shown:
        case HeldDrill():
            proves = shown.passed and shown.drill == practice.drill
            proof = DrillProof(shown.id, shown.ended_at, shown.felt, shown.stores)
            return proof if proves else None
        case Practised():
            proves = shown.outcome in _PROVES and practises(network, practice, shown.plan)
            felt = shown.felt.get(practice.service)
            return DrillProof(shown.run, shown.ended_at, felt) if proves else None


def failure_by(practice: Practice, shown: Practised | HeldDrill) -> DrillProof | None:
    """Return how ``practice`` was held and failed, if ``shown`` is that; a run in earnest never."""
    if isinstance(shown, Practised) or shown.passed or shown.drill != practice.drill:
        return None
    return DrillProof(shown.id, shown.ended_at, shown.felt, shown.stores)


def due(practice: Practice, proof: DrillProof | None) -> datetime | None:
    """Return until when it is to be held again; None: it was never proved, so it is due."""
    return None if proof is None else proof.ended_at + practice.every


_PROOF: TypeAdapter[DrillProof] = TypeAdapter(DrillProof)


def proof_text(proof: DrillProof) -> str:
    """Return ``proof`` as etcd keeps it."""
    return Format.DRILL_WORD.text(_PROOF.dump_python(proof, mode="json"))


def read_proof(text: str, source: object) -> DrillProof:
    """Return the proof that ``text`` holds; ``source`` is named in the complaint.

    Raises:
        JournalCorrupt: it holds none, or one of a format that is not read.
    """
    Format.DRILL_WORD.demand(text, source)
    try:
        return _PROOF.validate_json(text)
    except ValidationError:
        raise JournalCorrupt(
            f"{source} cannot be read",
            expected="what ndc wrote when a drill or a run had ended",
            actual=text[:80],
            next_step="hold the drill again: ndc drill list",
        ) from None
