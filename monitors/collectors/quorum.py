"""The voters, seen from one site."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client.metrics_core import Metric

from inventory.names import HostName
from monitors.catalogue import QUORUM_NO_SPACE, QUORUM_TOLERATES, QUORUM_VOTER_UP
from monitors.families import family
from monitors.readers.etcd import VoterHealth


def quorum_families(voters: Mapping[HostName, VoterHealth | None]) -> list[Metric]:
    """Return each voter's health (all voters are keys), and how many more may be lost.

    A collector turns what was seen into series, and asks nobody. Of three voters two answer, so
    none more may be lost::

        quorum_families({a: well, b: well, c: None})  # ndc_quorum_tolerates 0
    """
    healthy = {voter: health is not None and health.votes for voter, health in voters.items()}
    majority = len(healthy) // 2 + 1
    spare = max(sum(healthy.values()) - majority, -1)
    rooms = {v: h.has_room for v, h in voters.items() if h is not None and h.has_room is not None}
    return [
        family(QUORUM_VOTER_UP, (((voter,), float(up)) for voter, up in healthy.items())),
        family(QUORUM_TOLERATES, [((), float(spare))]),
        family(QUORUM_NO_SPACE, (((voter,), float(not room)) for voter, room in rooms.items())),
    ]
