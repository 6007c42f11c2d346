"""The voters, seen from one site."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client.metrics_core import Metric

from inventory.names import HostName
from monitors.catalogue import QUORUM_TOLERATES, QUORUM_VOTER_UP
from monitors.families import family


def quorum_families(healthy: Mapping[HostName, bool]) -> list[Metric]:
    """Return each voter's health (all voters are keys), and how many more may be lost."""
    majority = len(healthy) // 2 + 1
    spare = max(sum(healthy.values()) - majority, -1)
    return [
        family(QUORUM_VOTER_UP, (((voter,), float(up)) for voter, up in healthy.items())),
        family(QUORUM_TOLERATES, [((), float(spare))]),
    ]
