"""Asking a Prometheus for the newest value of a metric, or for when it was told lately."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Literal, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from access.clients.http import look_async
from core.errors import NotSeen


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one series."""

    labels: Mapping[str, str]
    """with ``__name__``"""
    value: float
    at: datetime
    """when the query was evaluated"""

    @property
    def name(self) -> str:
        """The metric's name; empty where the expression removed it."""
        return self.labels.get("__name__", "")


@dataclass(frozen=True, slots=True)
class Track:
    """When one series was told lately."""

    labels: Mapping[str, str]
    moments: tuple[datetime, ...]
    """by the clock of the Prometheus, in order"""


class _Series(BaseModel):
    model_config = ConfigDict(extra="ignore")

    metric: dict[str, str]
    value: tuple[float, float]


class _Vector(BaseModel):
    model_config = ConfigDict(extra="ignore")

    resultType: Literal["vector"]  # noqa: N815 - Prometheus' name
    result: list[_Series]


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore")

    metric: dict[str, str]
    values: list[tuple[float, float]]


class _Matrix(BaseModel):
    model_config = ConfigDict(extra="ignore")

    resultType: Literal["matrix"]  # noqa: N815 - Prometheus' name
    result: list[_Told]


_VectorT = TypeVar("_VectorT", _Vector, _Matrix)


class _Answer(BaseModel, Generic[_VectorT]):
    model_config = ConfigDict(extra="ignore")

    data: _VectorT


async def instant(
    client: httpx.AsyncClient, root: str, expression: str, *, deadline: timedelta
) -> tuple[Sample, ...]:
    """Return the instant vector of ``expression`` at the Prometheus under ``root``.

    A series that has ended is absent. The whole answer has ``deadline``.

    Raises:
        NotSeen: nothing is known.
    """
    answer = await _ask(client, root, expression, _Answer[_Vector], deadline)
    return tuple(
        Sample(one.metric, one.value[1], datetime.fromtimestamp(one.value[0], UTC))
        for one in answer.result
    )


async def tracks(
    client: httpx.AsyncClient,
    root: str,
    selector: str,
    lately: timedelta,
    *,
    deadline: timedelta,
) -> tuple[Track, ...]:
    """Return when each series of ``selector`` was told ``lately``.

    It is as it lies at the Prometheus under ``root``: nothing is filled in where nothing was told.
    The whole answer has ``deadline``.

    Raises:
        NotSeen: nothing is known.
    """
    expression = f"{selector}[{max(1, math.ceil(lately.total_seconds()))}s]"
    answer = await _ask(client, root, expression, _Answer[_Matrix], deadline)
    return tuple(
        Track(one.metric, tuple(datetime.fromtimestamp(at, UTC) for at, _ in one.values))
        for one in answer.result
    )


async def _ask(
    client: httpx.AsyncClient,
    root: str,
    expression: str,
    kind: type[_Answer[_VectorT]],
    deadline: timedelta,
) -> _VectorT:
    url = f"{root}/api/v1/query"
    answer = await look_async(client, url, deadline=deadline, parameters={"query": expression})
    try:
        return kind.model_validate(answer).data
    except ValidationError as error:
        raise NotSeen(
            f"{url} did not answer as it was asked",
            refused=True,
            expected="what Prometheus answers to an expression of this kind",
            actual=f"{error.error_count()} problems, first: {error.errors()[0]['msg']}",
            next_step=f"try the expression by hand: {expression}",
        ) from error
