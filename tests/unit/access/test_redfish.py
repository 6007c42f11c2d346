"""What is made of a baseboard controller's answers, however little they say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from access.clients import redfish
from access.clients.redfish import ComputerSystemAnswer, SystemPowerState
from core.errors import NotSeen, Rejected, Unreachable
from tests.unit.access.servers import SECOND

URL = "https://controller/redfish/v1/Systems/1"
TARGET = "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset"
SYSTEM: dict[str, Any] = {
    "@odata.id": "/redfish/v1/Systems/1",
    "@odata.etag": '"7"',
    "Id": "1",
    "PowerState": "On",
    "LastResetTime": "2030-01-01T12:00:00Z",
    "BiosVersion": "4.0",
    "Actions": {"#ComputerSystem.Reset": {"target": TARGET, "title": "Reset"}},
}


def _look(system: Any, headers: Mapping[str, str] | None = None) -> ComputerSystemAnswer:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=json.dumps(system), headers=headers)

    async def look() -> ComputerSystemAnswer:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as over:
            return await redfish.look(over, URL, deadline=SECOND)

    return asyncio.run(look())


def _force_off(status: int) -> httpx.Request:
    """Return what was sent to a controller that answers ``status``."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(status, text="because")

    async def force_off() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as over:
            system = ComputerSystemAnswer.model_validate(SYSTEM)
            await redfish.force_off(over, URL, system, deadline=SECOND)

    asyncio.run(force_off())
    return sent[0]


def test_a_system_is_told_by_its_power_its_last_reset_and_its_etag() -> None:
    system = _look(SYSTEM)

    assert (system.power, system.last_reset) == (SystemPowerState.ON, "2030-01-01T12:00:00Z")
    assert (system.etag, system.actions.reset.target) == ('"7"', TARGET)


def test_the_etag_of_the_answer_counts_more_than_the_one_in_it() -> None:
    assert _look(SYSTEM, {"ETag": '"8"'}).etag == '"8"'
    assert (
        _look({k: v for k, v in SYSTEM.items() if "etag" not in k}, {"ETag": '"9"'}).etag == '"9"'
    )


@pytest.mark.parametrize("absent", ["@odata.etag", "PowerState", "LastResetTime", "Actions"])
def test_a_controller_that_leaves_out_what_is_needed_is_not_believed(absent: str) -> None:
    rest = {key: value for key, value in SYSTEM.items() if key != absent}
    for system in (rest, {**rest, absent: None}):
        with pytest.raises(NotSeen) as refused:
            _look(system)

        assert refused.value.refused
        assert "by hand" in refused.value.next_step


@pytest.mark.parametrize("target", ["https://elsewhere/x", "//elsewhere/x", "", "x"])
def test_our_certificate_is_shown_to_nobody_else(target: str) -> None:
    with pytest.raises(NotSeen):
        _look({**SYSTEM, "Actions": {"#ComputerSystem.Reset": {"target": target}}})


@pytest.mark.parametrize("system", [[], "On", None, {**SYSTEM, "PowerState": "Sleeping"}])
def test_what_is_no_system_is_not_believed(system: Any) -> None:
    with pytest.raises(NotSeen):
        _look(system)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_reset_is_asked_for_where_the_system_says_and_only_while_it_is_so(status: int) -> None:
    sent = _force_off(status)

    assert (sent.method, str(sent.url)) == ("POST", f"https://controller{TARGET}")
    assert sent.headers["If-Match"] == '"7"'
    assert json.loads(sent.content) == {"ResetType": "ForceOff"}


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Rejected), (403, Rejected), (412, Rejected), (500, Unreachable), (503, Unreachable)],
)
def test_what_a_controller_says_else_tells_whether_it_may_have_happened(
    status: int, error: type[Exception]
) -> None:
    with pytest.raises(error) as told:
        _force_off(status)

    assert isinstance(told.value, Rejected | Unreachable)
    assert told.value.actual == f"HTTP {status}: because"
