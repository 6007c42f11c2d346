"""The voters, seen from one site."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client.metrics_core import Metric

from inventory.names import HostName
from monitors.catalogue import QUORUM_TOLERATES, QUORUM_VOTER_UP
from monitors.families import family


def quorum_families(healthy: Mapping[HostName, bool]) -> list[Metric]:
    """Return each voter's health (all voters are keys), and how many more may be lost.

    A collector turns what was seen into series, and asks nobody. Of three voters two answer, so
    none more may be lost::

        quorum_families({a: True, b: True, c: False})  # ndc_quorum_tolerates 0
    """
    majority = len(healthy) // 2 + 1
    spare = max(sum(healthy.values()) - majority, -1)
    return [
        family(QUORUM_VOTER_UP, (((voter,), float(up)) for voter, up in healthy.items())),
        family(QUORUM_TOLERATES, [((), float(spare))]),
    ]
