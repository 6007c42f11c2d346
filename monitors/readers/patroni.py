"""What a member's Patroni says of its cluster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from access.clients.json_get import get_json
from core.errors import Rejected


@dataclass(frozen=True, slots=True)
class MemberReading:
    """One member, as the cluster's store last knew it."""

    name: str
    """the host's"""
    role: str
    """Patroni's word: ``leader``, ``sync_standby``, ``quorum_standby``, ``replica``"""
    state: str
    timeline: int | None
    lag_bytes: int | None
    """None: not known, or it leads"""


class _Member(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str
    role: str
    state: str
    timeline: int | str | None = None
    lag: int | str | None = None


class _Cluster(BaseModel):
    model_config = ConfigDict(extra="ignore")

    members: list[_Member]


async def members(
    client: httpx.AsyncClient, root: str, *, deadline: timedelta
) -> tuple[MemberReading, ...]:
    """Return the members of the cluster whose REST is at ``root`` (``https://address:port``).

    Raises:
        Rejected, Unreachable: nothing is known.
    """
    answer = await get_json(client, f"{root}/cluster", deadline=deadline)
    try:
        found = _Cluster.model_validate(answer)
    except ValidationError as error:
        raise Rejected(
            f"{root}/cluster is not as Patroni answers",
            expected="members with name, role, state",
            actual=f"{error.error_count()} problems",
            next_step="compare Patroni's version with requirements-host.lock",
        ) from error
    return tuple(
        MemberReading(m.name, m.role, m.state, _number(m.timeline), _number(m.lag))
        for m in found.members
    )


def _number(value: int | str | None) -> int | None:
    # Patroni writes "unknown" where it has no number
    return value if isinstance(value, int) else None
