"""What the power port answers: the small part of Redfish that takes a host's power away.

It believes nothing that a client says but the host's name, and that only if it is one of ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from access.redfish import FORCE_OFF, RESET, RESET_TYPE, reset_path, system_path
from core.errors import NdcError, Rejected
from lab.power import HostPower


class PoweredHosts(Protocol):
    """The hosts whose power is switched."""

    def power(self, name: str) -> HostPower:
        """Return how the power of ``name`` is now; Rejected if there is no such host."""

    def fence(self, name: str, power: HostPower) -> None:
        """Take the power of ``name`` if it still is ``power``; return when nothing of it is left.

        Raises:
            Rejected: it is otherwise by now; nothing happened.
            Unreachable: it may be off.
        """


@dataclass(frozen=True, slots=True)
class PortRequest:
    """What one client asks, as far as it matters."""

    method: str
    path: str
    etag: str | None
    """what it was told that is there; None: it did not say"""
    body: bytes
    by_controller: bool
    """by its certificate"""
    by_observer: bool = False
    """as well; who is one alone is told of power, and takes none"""


@dataclass(frozen=True, slots=True)
class PortReply:
    """What it is told."""

    status: HTTPStatus
    body: Mapping[str, Any] = field(default_factory=dict)
    etag: str | None = None

    def text(self) -> bytes:
        """Return the body as it goes over the wire; empty if there is none."""
        return json.dumps(self.body).encode() if self.body else b""


def answered(hosts: PoweredHosts, request: PortRequest) -> PortReply:
    """Do what ``request`` asks of ``hosts``, if it may ask; return what to say."""
    may_ask = request.by_controller or (request.by_observer and request.method == "GET")
    if not may_ask:
        return _no(HTTPStatus.FORBIDDEN, "only a controller may ask; ndc up issues certificates")
    name = request.path.removeprefix(system_path("")).partition("/")[0]
    try:
        power = hosts.power(name)
    except Rejected as error:
        return _no(HTTPStatus.NOT_FOUND, error.what)
    match request.path, request.method:
        case path, "GET" if path == system_path(name):
            return _system(name, power)
        case path, "POST" if path == reset_path(name):
            return _reset(hosts, name, power, request)
        case path, _ if path in {system_path(name), reset_path(name)}:
            return _no(HTTPStatus.METHOD_NOT_ALLOWED, f"no {request.method} here")
        case _:
            return _no(HTTPStatus.NOT_FOUND, "a system and its reset, nothing else")


def _reset(hosts: PoweredHosts, name: str, power: HostPower, request: PortRequest) -> PortReply:
    try:
        wish = json.loads(request.body)
    except ValueError:
        wish = None
    if wish != {RESET_TYPE: FORCE_OFF}:
        return _no(HTTPStatus.BAD_REQUEST, f'{{"{RESET_TYPE}": "{FORCE_OFF}"}} and nothing else')
    if request.etag is None:
        return _no(HTTPStatus.PRECONDITION_REQUIRED, "If-Match with the ETag of the system")
    if request.etag != _etag(power):
        return _no(HTTPStatus.PRECONDITION_FAILED, f"it is {_etag(power)}")
    try:
        hosts.fence(name, power)
    except Rejected as error:
        return _no(HTTPStatus.PRECONDITION_FAILED, error.what)
    except NdcError as error:
        return _no(HTTPStatus.SERVICE_UNAVAILABLE, f"{error.what}: {error.actual}")
    return PortReply(HTTPStatus.NO_CONTENT)


def _system(name: str, power: HostPower) -> PortReply:
    system = {
        "@odata.id": system_path(name),
        "@odata.type": "#ComputerSystem.v1_12_0.ComputerSystem",
        "@odata.etag": _etag(power),
        "Id": name,
        "Name": name,
        "SystemType": "Virtual",
        "PowerState": _state(power),
        "LastResetTime": power.since.isoformat() if power.since else None,
        "Actions": {
            RESET: {
                "target": reset_path(name),
                f"{RESET_TYPE}@Redfish.AllowableValues": [FORCE_OFF],
            }
        },
    }
    return PortReply(HTTPStatus.OK, system, _etag(power))


def _state(power: HostPower) -> str:
    return "On" if power.on else "Off"


def _etag(power: HostPower) -> str:
    """Return what names this life, and whether it goes on."""
    since = power.since.isoformat() if power.since else "never"
    return f'"{since}/{_state(power)}"'


def _no(status: HTTPStatus, why: str) -> PortReply:
    return PortReply(status, {"error": {"code": "Base.1.0.GeneralError", "message": why}})
