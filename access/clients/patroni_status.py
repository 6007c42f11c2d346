"""What one Patroni says of its own member, as PostgreSQL tells it now: ``GET /patroni``.

``GET /cluster`` shows what every member last wrote into etcd; this is one member's own word.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from access.clients.http import json_of, look, look_async, look_whole
from access.clients.patroni import BAR, LOOK, strange
from inventory.names import HostName

_PRIMARY: Final = "primary"
_SENDING: Final = frozenset({"streaming", "catchup"})


class LogAnswer(BaseModel):
    """How far a member came in the log, in bytes from its beginning."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    location: int | None = None
    """what a leader has written to its disk"""
    received_location: int | None = None
    replayed_location: int | None = None
    replayed_timestamp: AwareDatetime | None = None
    """of the last commit replayed, by the clock of the leader that made it"""


class SenderAnswer(BaseModel):
    """One connection over which a member sends its log."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    application_name: str
    state: str


class StatusAnswer(BaseModel):
    """One member by its own word; without positions where PostgreSQL did not answer it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: str
    role: str
    """``primary`` where PostgreSQL is not in recovery, whoever holds the leader key"""
    timeline: int | None = None
    xlog: LogAnswer = LogAnswer()
    replication: tuple[SenderAnswer, ...] = ()
    tags: Mapping[str, object] = {}
    """only those that are set"""

    @property
    def is_open(self) -> bool:
        """Whether it is out of recovery and runs: it takes writes, whoever it should follow."""
        return self.role == _PRIMARY and self.state == "running"

    @property
    def barred(self) -> bool:
        """Whether it is told never to lead."""
        return bool(self.tags.get(BAR))

    @property
    def received(self) -> int | None:
        """How much of the log it has; None: not told."""
        return self.xlog.location if self.is_open else self.xlog.received_location

    @property
    def replayed(self) -> int | None:
        """How much of the log its tables show; None: not told."""
        return self.xlog.location if self.is_open else self.xlog.replayed_location

    @property
    def sends_to(self) -> frozenset[HostName]:
        """The members that it sends its log to now."""
        senders = self.replication
        return frozenset(HostName(s.application_name) for s in senders if s.state in _SENDING)


def status(over: httpx.Client, root: str) -> StatusAnswer:
    """Return what the Patroni under ``root`` says of its own member.

    Raises:
        NotSeen: nothing is known.
    """
    url = f"{root}/patroni"
    return _read(look(over, url, deadline=LOOK), url)


async def status_async(over: httpx.AsyncClient, root: str, *, deadline: timedelta) -> StatusAnswer:
    """Return what ``status`` does; the whole look has ``deadline``.

    Raises:
        NotSeen: nothing is known.
    """
    url = f"{root}/patroni"
    return _read(await look_async(over, url, deadline=deadline), url)


def leads(over: httpx.Client, root: str) -> bool:
    """Tell whether the member under ``root`` holds the leader key, and is out of recovery.

    A member holds the key some time before its promotion is over. Until then it takes no write.

    Raises:
        NotSeen: nothing is known.
    """
    url = f"{root}/primary"
    reply = look_whole(over, url, deadline=LOOK)
    if reply.status != httpx.codes.OK:
        return False
    return _read(json_of(reply, url), url).is_open


def _read(answer: Any, url: str) -> StatusAnswer:
    try:
        return StatusAnswer.model_validate(answer)
    except ValidationError as error:
        problems = f"{error.error_count()} problems"
        raise strange(url, "a member with role and state", problems) from error
