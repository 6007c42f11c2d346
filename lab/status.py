"""What ``ndc-labd`` tells of its hosts and links, and its form on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from core.errors import Rejected
from lab.relay.status import LaneStatus
from stacks.substrates.port import LinkState, Power

POWER_PORT: Final = "power-port"
"""as what it is cut and healed"""


@dataclass(frozen=True, slots=True)
class HostStatus:
    """One host on record, as its container is at the moment of asking."""

    name: str
    site: str
    state: Power
    management: str
    """address"""
    image: str
    """hash of the golden image that it stands on"""
    pid: int | None
    """of its PID 1, as the machine numbers it; None while it is off"""
    boot_id: str | None
    since: datetime | None
    """of its last boot"""


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """One link on record, as the relay carries it at the moment of asking."""

    name: str
    state: LinkState
    """``down``: a host at an end is not there, or the relay is not"""
    a: str
    z: str
    delay_microseconds: int
    """as declared, one way"""
    forth: LaneStatus | None
    """from a to z; None: nobody carries it at the moment"""
    back: LaneStatus | None


class PowerPortState(StrEnum):
    """Whether the power port can be asked."""

    OPEN = "open"
    CUT = "cut"
    """on purpose: it answers nobody"""
    CLOSED = "closed"
    """nobody listens there"""


@dataclass(frozen=True, slots=True)
class PowerPortStatus:
    """The port over which a host's power can be taken away."""

    at: str
    """address and port"""
    state: PowerPortState
    why: str
    """it is closed; empty: it is not"""

    def text(self) -> str:
        """Return it in a line; without the port nobody can be fenced."""
        if self.state is PowerPortState.OPEN:
            return f"power port: open, {self.at}"
        return f"power port: {' '.join(filter(None, (self.state, self.why)))}: fencing unavailable"


@dataclass(frozen=True, slots=True)
class LabStatus:
    """Everything that one daemon owns."""

    environment: str
    number: int
    pid: int
    """of the daemon"""
    segments: tuple[str, ...]
    hosts: tuple[HostStatus, ...]
    links: tuple[LinkStatus, ...]
    power_port: PowerPortStatus

    @property
    def breakable(self) -> list[str]:
        """Return the names of what ``cut`` breaks and ``heal`` mends."""
        return [*(link.name for link in self.links), POWER_PORT]

    def breakable_called(self, name: str) -> list[str]:
        """Return what of that ``name`` means: itself, or every link of the site of that name."""
        hosts = {host.name for host in self.hosts if host.site == name}
        of_site = [link.name for link in self.links if hosts & {link.a, link.z}]
        return [name] if name in self.breakable else of_site


_WIRE = TypeAdapter(LabStatus)


def to_plain(status: LabStatus) -> dict[str, Any]:
    """Return ``status`` as JSON-ready values."""
    plain: dict[str, Any] = _WIRE.dump_python(status, mode="json")
    return plain


def from_plain(plain: object) -> LabStatus:
    """Return what ``to_plain`` wrote.

    Raises:
        Rejected: it wrote something else.
    """
    try:
        return _WIRE.validate_python(plain)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Rejected(
            "ndc-labd does not tell its status as this version does",
            expected="a daemon of the same version",
            actual=f"{'.'.join(map(str, first['loc']))}: {first['msg']}",
            next_step="ndc up, which starts the daemon anew; hosts and links go on",
        ) from error
