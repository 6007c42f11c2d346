"""Asks a probe how services do now, what a window came to, and to sign what it is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from access.clients.http import look_async
from core.errors import NotSeen
from core.measure import FRESH, Measure

ModelT = TypeVar("ModelT", bound=BaseModel)


class LedgerHead(BaseModel):
    """The end of a service's ledger."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: int
    hash: str


class ServiceSummary(BaseModel):
    """How one service did in the last seconds; the probe's own steady clock gives every moment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    taken_at: datetime
    window_seconds: float
    acknowledged: int
    refused: int
    unknown: int
    last_acknowledged_at: datetime | None
    """None: never since the probe started"""
    site: str
    """the site that acknowledged last; empty: none yet"""
    host: str
    missing: int
    """acknowledged writes that were denied when they were last read back: they are lost"""
    missing_since: datetime | None
    """when the first of them was denied; None: nothing is lost"""
    slip_seconds: float
    head: LedgerHead

    @property
    def answers(self) -> bool:
        """Whether the service acknowledged a write within ``FRESH``."""
        last = self.last_acknowledged_at
        return last is not None and self.taken_at - last <= FRESH


class ProbeSummary(BaseModel):
    """How every probed service does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    services: dict[str, ServiceSummary]


class Signed(BaseModel):
    """A statement of a probe: JSON in one line, and the signature of exactly this text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    signature: str
    """as ssh-keygen writes it, for the namespace ``ndc-probe``"""


class LedgerTestimony(BaseModel):
    """What a probe says of one service and window under its signature, and what it says it of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statement: Signed
    ledger: str
    """a line a write, as they are on the probe's disk; the statement names the chain's two ends"""
    ids: str
    """JSON: under which ids the service holds each key; the statement names its hash"""


class MeasureAnswer(BaseModel):
    """What the writes of a window came to, as it goes over the wire: durations are ISO 8601."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: str
    measure: Measure
    testimony: LedgerTestimony


class ProbeKey(BaseModel):
    """By which key a probe signs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    key: str
    """the public half, as OpenSSH writes it"""


async def summary(client: httpx.AsyncClient, root: str, *, deadline: timedelta) -> ProbeSummary:
    """Return how the services do, as the probe under ``root`` tells.

    Raises:
        NotSeen: nothing is known.
    """
    answer = await look_async(client, f"{root}/summary", deadline=deadline)
    return _parsed(ProbeSummary, answer, root)


async def measured(
    client: httpx.AsyncClient,
    root: str,
    service: str,
    *,
    window: tuple[datetime, datetime],
    deadline: timedelta,
) -> MeasureAnswer:
    """Return what the writes to ``service`` due in ``window`` came to; each is read back now.

    ``root`` is the probe's address; ``window`` is its first moment and the one after its last;
    ``deadline`` is for the whole answer, reading back included.

    Raises:
        NotSeen: nothing is known.
    """
    since, until = window
    answer = await look_async(
        client,
        f"{root}/measure/{service}",
        deadline=deadline,
        parameters={"since": since.isoformat(), "until": until.isoformat()},
    )
    return _parsed(MeasureAnswer, answer, root)


async def witnessed(
    client: httpx.AsyncClient, root: str, text: str, *, deadline: timedelta
) -> Signed:
    """Return a statement of when the probe was told ``text``, and how its ledgers ended then.

    Raises:
        NotSeen: it did not say so.
    """
    answer = await look_async(
        client, f"{root}/witness", deadline=deadline, parameters={"told": text}
    )
    return _parsed(Signed, answer, root)


async def probe_key(client: httpx.AsyncClient, root: str, *, deadline: timedelta) -> ProbeKey:
    """Return by which key the probe under ``root`` signs.

    Raises:
        NotSeen: nothing is known.
    """
    answer = await look_async(client, f"{root}/key", deadline=deadline)
    return _parsed(ProbeKey, answer, root)


def _parsed(model: type[ModelT], answer: object, root: str) -> ModelT:
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        raise NotSeen(
            f"{root} is not as our probe answers",
            refused=True,
            expected=model.__name__,
            actual=f"{error.error_count()} problems",
            next_step="run `ndc up`: the probe's host may run an older version",
        ) from error
