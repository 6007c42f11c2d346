"""Drills: how often each is due, and what it came to when it was last held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prometheus_client.metrics_core import Metric

from dr.drills.cadence import DrillProof, Felt
from inventory.names import DrillName
from inventory.practice import Practice
from monitors.families import family
from monitors.practice_metrics import DRILL_EVERY, DRILL_FAILED, DRILL_LOST, DRILL_PROVED, DRILL_RTO


def drill_families(
    drills: Sequence[Practice],
    proved: Mapping[DrillName, DrillProof],
    failed: Mapping[DrillName, DrillProof],
) -> list[Metric]:
    """Return what is known of each of ``drills``; one that is not in a mapping was never so."""
    keys = {one.drill: (one.drill, one.service) for one in drills}
    felt = [(key, what) for name, key in keys.items() if (what := _felt(proved.get(name)))]
    gaps = ((key, what.gap.total_seconds()) for key, what in felt if what.gap is not None)
    losses = ((key, float(what.lost)) for key, what in felt if what.lost is not None)
    return [
        family(DRILL_EVERY, ((keys[one.drill], one.every.total_seconds()) for one in drills)),
        family(DRILL_PROVED, ((key, _moment(proved.get(name))) for name, key in keys.items())),
        family(DRILL_FAILED, ((key, _moment(failed.get(name))) for name, key in keys.items())),
        family(DRILL_RTO, gaps),
        family(DRILL_LOST, losses),
    ]


def _felt(proof: DrillProof | None) -> Felt | None:
    return proof.felt if proof else None


def _moment(proof: DrillProof | None) -> float:
    return proof.ended_at.timestamp() if proof else 0.0
