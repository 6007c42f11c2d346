"""Redfish, as baseboard controllers speak it: whether a system has power, and taking it away.

The names are those of DMTF's DSP0266 and of its schema ComputerSystem, from version 1.12 on.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from access.clients import http
from access.clients.http import Reply
from access.redfish import FORCE_OFF, RESET, RESET_TYPE
from core.errors import NotSeen, Rejected, Unreachable
from core.text import first_problem

_NO: Final = range(400, 500)
_YES: Final = range(200, 300)


class SystemPowerState(StrEnum):
    """What a controller says of a system's power."""

    ON = "On"
    OFF = "Off"
    POWERING_ON = "PoweringOn"
    POWERING_OFF = "PoweringOff"
    """not off yet"""
    PAUSED = "Paused"


class _Action(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    target: str = Field(pattern="^/[^/]")
    """a path of the same server: nobody else is shown our certificate"""


class _Actions(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    reset: _Action = Field(alias=RESET)


class ComputerSystemAnswer(BaseModel):
    """How one system is; what else a controller tells of it is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    power: SystemPowerState = Field(alias="PowerState")
    last_reset: str = Field(alias="LastResetTime", min_length=1)
    actions: _Actions = Field(alias="Actions")
    etag: str = Field(alias="@odata.etag", min_length=1)


async def look(over: httpx.AsyncClient, url: str, *, deadline: timedelta) -> ComputerSystemAnswer:
    """Return how the system at ``url`` is, by its controller.

    Raises:
        NotSeen: its controller did not say, or not all that is needed.
    """
    reply = await http.look_whole_async(over, url, deadline=deadline)
    plain = http.json_of(reply, url)
    if isinstance(plain, dict) and reply.etag:
        plain["@odata.etag"] = reply.etag
    try:
        return ComputerSystemAnswer.model_validate(plain)
    except ValidationError as error:
        raise NotSeen(
            f"{url} does not tell what is needed to switch its system off",
            refused=True,
            expected="PowerState, LastResetTime, an ETag, and where a reset is asked for",
            actual=first_problem(error),
            next_step="who does not tell these cannot fence: take that power away by hand",
        ) from error


async def force_off(
    over: httpx.AsyncClient, url: str, system: ComputerSystemAnswer, *, deadline: timedelta
) -> None:
    """Ask for the power of the system at ``url`` to be taken, while it is as ``system`` says.

    A yes says that it was asked for: whether it is off, a look tells.

    Raises:
        Rejected: it is otherwise by now, or we may not; nothing happened.
        Unreachable: it may be off, or become so.
    """
    target = str(httpx.URL(url).join(system.actions.reset.target))
    body = {RESET_TYPE: FORCE_OFF}
    reply = await http.send_async(over, target, body=body, etag=system.etag, deadline=deadline)
    if reply.status not in _YES:
        raise (Rejected if reply.status in _NO else Unreachable)(
            f"{target} did not say that it would",
            expected="HTTP 200, 202 or 204",
            actual=_said(reply),
            next_step="ndc status; then plan again",
        )


def _said(reply: Reply) -> str:
    return f"HTTP {reply.status}: {' '.join(reply.text.split())[:200]}"
