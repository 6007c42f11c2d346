"""Asking an Alertmanager which alerts it knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from access.clients.http import look_async
from core.errors import NotSeen


@dataclass(frozen=True, slots=True)
class FiredAlert:
    """One alert that fires now."""

    fingerprint: str
    """of its labels; equal at every Alertmanager"""
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    since: datetime
    """by the clock of the Prometheus that evaluated it"""
    held_back: bool
    """nobody is called about it: another alert explains it, or somebody silenced it"""


class _Status(BaseModel):
    model_config = ConfigDict(extra="ignore")

    state: str


class _Alert(BaseModel):
    model_config = ConfigDict(extra="ignore")

    fingerprint: str
    labels: dict[str, str]
    annotations: dict[str, str]
    startsAt: AwareDatetime  # noqa: N815 - Alertmanager's name
    status: _Status


_ALERTS = TypeAdapter(list[_Alert])


async def alerts_async(
    client: httpx.AsyncClient, root: str, *, deadline: timedelta
) -> tuple[FiredAlert, ...]:
    """Return the alerts that fire, as the Alertmanager under ``root`` knows them.

    Raises:
        NotSeen: nothing is known.
    """
    url = f"{root}/api/v2/alerts"
    answer = await look_async(client, url, deadline=deadline)
    try:
        alerts = _ALERTS.validate_python(answer)
    except ValidationError as error:
        raise NotSeen(
            f"{url} did not answer with alerts",
            refused=True,
            expected="a list of alerts",
            actual=f"{error.error_count()} problems",
            next_step=f"ask it by hand: {url}",
        ) from error
    return tuple(
        FiredAlert(
            one.fingerprint,
            one.labels,
            one.annotations,
            one.startsAt,
            held_back=one.status.state == "suppressed",
        )
        for one in alerts
    )
