"""A voter's health, and where services are placed by the records that it reads with a majority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from access.clients.etcd import key_values, range_under
from access.clients.http import look_async
from core.errors import JournalCorrupt, NotSeen
from dr.placement import Placement, read_placements
from inventory.etcd import placements
from inventory.names import EnvironmentName, ServiceName


@dataclass(frozen=True, slots=True)
class VoterReading:
    """What one voter answered; one that does not answer has no reading."""

    healthy: bool
    """whether it can read with a majority"""
    placements: Mapping[ServiceName, Placement] = field(default_factory=dict)


async def voter_reading(
    client: httpx.AsyncClient,
    root: str,
    environment: EnvironmentName,
    *,
    auth: httpx.Auth,
    deadline: timedelta,
) -> VoterReading:
    """Return what the voter at ``root`` tells; one connection of ``client`` carries both questions.

    ``auth`` says who we are to it. The placements are those of ``environment``. Each question
    has half of ``deadline``.

    Raises:
        NotSeen: the voter itself does not answer.
    """
    try:
        # first what it can answer alone: a read that needs a majority may hang without one
        alone = f"{root}/health?serializable=true"
        await look_async(client, alone, deadline=deadline / 2)
    except NotSeen as error:
        if error.refused:
            return VoterReading(healthy=False)
        raise
    records = placements(environment)
    try:
        url, body = f"{root}/v3/kv/range", range_under(records)
        answer = await look_async(client, url, body=body, deadline=deadline / 2, auth=auth)
    except NotSeen:
        return VoterReading(healthy=False)
    try:
        placed = read_placements(records, ((pair.key, pair.value) for pair in key_values(answer)))
    except JournalCorrupt:
        return VoterReading(healthy=True)
    return VoterReading(healthy=True, placements=placed)
