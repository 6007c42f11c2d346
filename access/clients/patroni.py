"""Patroni's REST: who leads, who follows how closely, and a switch that names both."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from access.clients.rest import answered, send
from core.errors import Unreachable
from inventory.names import HostName

LOOK: Final = timedelta(seconds=1)
SWITCH: Final = timedelta(seconds=25)
"""Patroni answers when the new leader is seen, 2 s later as a rule"""

_SYNCHRONOUS: Final = frozenset({"sync_standby", "quorum_standby"})
_LEADING: Final = frozenset({"leader", "standby_leader"})


class MemberAnswer(BaseModel):
    """One member, as ``GET /cluster`` shows it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: HostName
    role: str
    state: str
    timeline: int | None = None
    """that it writes or follows"""
    lag: int | Literal["unknown"] | None = None
    """bytes behind the leader; the leader has none"""

    @property
    def leads(self) -> bool:
        """Whether it holds the leader key and runs."""
        return self.role in _LEADING and self.state == "running"

    @property
    def streams(self) -> bool:
        """Whether it receives what the leader writes, as it writes it."""
        return self.state == "streaming"

    @property
    def synchronous(self) -> bool:
        """Whether a commit may wait for it."""
        return self.role in _SYNCHRONOUS

    @property
    def lag_bytes(self) -> int | None:
        """Bytes behind the leader; None: not known, or it leads."""
        return self.lag if isinstance(self.lag, int) else None


class _Cluster(BaseModel):
    model_config = ConfigDict(extra="ignore")

    members: tuple[MemberAnswer, ...]


def members(over: httpx.Client, root: str) -> tuple[MemberAnswer, ...]:
    """Return every member, as the Patroni under ``root`` reads it from etcd now.

    Raises:
        Rejected, Unreachable: nothing is known.
    """
    url = f"{root}/cluster"
    answer = answered(send(over, "GET", url, deadline=LOOK), url)
    try:
        return _Cluster.model_validate(answer).members
    except ValidationError as error:
        problems = f"{error.error_count()} problems"
        raise _strange(url, "members with name, role, state", problems) from error


def forks(over: httpx.Client, root: str) -> dict[int, int]:
    """Return where each timeline that is over was left, in bytes from the log's beginning.

    Patroni writes a fork down within some seconds of the promotion; until then it is absent.

    Raises:
        Rejected, Unreachable: nothing is known.
    """
    url = f"{root}/history"
    answer = answered(send(over, "GET", url, deadline=LOOK), url)
    try:
        return {int(line[0]): int(line[1]) for line in answer}
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise _strange(url, "lines of timeline, location, …", str(error)) from error


def leads(over: httpx.Client, root: str) -> bool:
    """Tell whether the member under ``root`` says itself that it leads.

    Raises:
        Rejected, Unreachable: nothing is known.
    """
    reply = send(over, "GET", f"{root}/primary", deadline=LOOK)
    return reply.status == httpx.codes.OK


def switch(over: httpx.Client, root: str, *, leader: HostName, candidate: HostName) -> None:
    """Have ``leader`` hand over to ``candidate``; return when the new leader was seen.

    Raises:
        Rejected: nothing happened (another leader, candidate not synchronous, …).
        Unreachable: it may have happened, or may still happen.
    """
    url = f"{root}/switchover"
    body = {"leader": leader, "candidate": candidate}
    reply = send(over, "POST", url, body=body, deadline=SWITCH)
    if reply.status != httpx.codes.OK:
        answered(reply, url)


def _strange(url: str, expected: str, actual: str) -> Unreachable:
    return Unreachable(
        f"{url} did not answer as Patroni does",
        expected=expected,
        actual=actual,
        next_step="look at what listens there: ndc ssh HOST -- ss -tlnp",
    )
