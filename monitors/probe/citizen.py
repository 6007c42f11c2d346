"""One citizen in front of one service: writes, and reads back what was promised."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

import anyio
import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from access.clients.fates import Fate, fate, is_our_own
from access.clients.handshakes import closing_transport
from access.clients.http import look_async
from core.errors import NotSeen, Rejected
from monitors.ledger import WriteOutcome

ConnectionKind = Literal["new", "kept"]

DEADLINE_SECONDS = 1.0
_READ_BACK = timedelta(seconds=5)

MOST_KEYS = 64
"""in one question"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a write ended."""

    outcome: WriteOutcome
    id: int | None = None
    site: str = ""
    host: str = ""


class _Acknowledgement(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: int
    key: str
    site: str
    host: str


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: int
    key: str


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    submissions: list[_Row]


class Citizen:
    """Uses the service under ``root``, on new and on kept connections."""

    def __init__(self, root: str, authority: Path | None) -> None:
        """Trust ``authority`` alone; None: whom the system trusts."""
        tls = ssl.create_default_context(cafile=authority)
        self._root = root
        self._new = _client(tls, connections=0)
        self._lasting = _client(tls, connections=4)
        # an hour of writes is a thousand questions: not a handshake for each
        self._reading = _client(tls, connections=1)

    async def close(self) -> None:
        """Close all connections."""
        await self._new.aclose()
        await self._lasting.aclose()
        await self._reading.aclose()

    async def write(self, key: str, connection: ConnectionKind) -> Ended:
        """Return how a submission with ``key`` ended, within the deadline.

        Raises:
            Rejected: it was never sent, because this process has no socket left for it.
        """
        client = self._new if connection == "new" else self._lasting
        try:
            # not asyncio's: it would end the library's closing of a connection as well
            with anyio.fail_after(DEADLINE_SECONDS):
                response = await client.post(
                    f"{self._root}/submissions",
                    json={"marker": key},
                    headers={"Idempotency-Key": key},
                )
        except TimeoutError:
            return Ended(WriteOutcome.UNKNOWN)
        except httpx.HTTPError as error:
            if is_our_own(error):
                raise _no_socket(error) from error
            return Ended(
                WriteOutcome.REFUSED if fate(error) is Fate.UNTAKEN else WriteOutcome.UNKNOWN
            )
        return ended(response, key)

    async def ids_of(self, keys: Sequence[str]) -> dict[str, list[int]]:
        """Return the ids that the service holds under each of up to ``MOST_KEYS`` keys.

        A key with an empty list is denied.

        Raises:
            NotSeen: nobody answered for any of them.
        """
        answer = await look_async(
            self._reading,
            f"{self._root}/submissions",
            deadline=_READ_BACK,
            parameters={"key": keys},
        )
        try:
            rows = _Answer.model_validate(answer).submissions
        except ValidationError as error:
            raise NotSeen(
                f"{self._root} did not say what it holds",
                refused=True,
                expected=f"the submissions of {len(keys)} keys",
                actual=f"{error.error_count()} problems",
                next_step="ask again when the service answers",
            ) from error
        return {key: [row.id for row in rows if row.key == key] for key in keys}


def ended(response: httpx.Response, key: str) -> Ended:
    """Return what the answer to a write with ``key`` says; only a clear word is believed."""
    if response.status_code in {200, 201}:
        try:
            answer = _Acknowledgement.model_validate_json(response.content)
        except ValidationError:
            return Ended(WriteOutcome.UNKNOWN)
        if answer.key == key:
            return Ended(WriteOutcome.OK, answer.id, answer.site, answer.host)
        return Ended(WriteOutcome.UNKNOWN)
    if response.is_client_error or b'"outcome":"refused"' in response.content:
        return Ended(WriteOutcome.REFUSED)
    return Ended(WriteOutcome.UNKNOWN)


def _client(tls: ssl.SSLContext, *, connections: int) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=connections)
    # connecting is told apart from being answered, within the deadline: twice for TCP and TLS
    timeout = httpx.Timeout(_READ_BACK.total_seconds(), connect=0.45 * DEADLINE_SECONDS)
    transport = closing_transport(tls, limits)
    return httpx.AsyncClient(transport=transport, trust_env=False, timeout=timeout)


def _no_socket(error: httpx.HTTPError) -> Rejected:
    return Rejected(
        "this machine has no socket left for a citizen",
        expected="a socket for each write",
        actual=str(error.__cause__ or error),
        next_step="the probe ends and is started again; what it missed is void",
    )
