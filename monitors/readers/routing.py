"""What this host's FRR says of its sessions."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from access.clients import vty
from core.errors import NotSeen

BGP_QUESTION = "show bgp ipv4 unicast summary json"
BFD_QUESTION = "show bfd peers json"


class _Neighbour(BaseModel):
    model_config = ConfigDict(extra="ignore")

    state: str


class _Bgp(BaseModel):
    model_config = ConfigDict(extra="ignore")

    peers: dict[IPv4Address, _Neighbour] = {}


class _BfdPeer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    peer: IPv4Address
    status: str


_BFD = TypeAdapter(list[_BfdPeer])


async def bgp_sessions(
    *, deadline: timedelta, consoles: Path = vty.CONSOLES
) -> dict[IPv4Address, bool]:
    """Return for each neighbour that FRR knows whether the session is established.

    Raises:
        NotSeen: FRR did not tell.
    """
    return parsed_bgp(await vty.ask("bgpd", BGP_QUESTION, deadline=deadline, consoles=consoles))


async def bfd_sessions(
    *, deadline: timedelta, consoles: Path = vty.CONSOLES
) -> dict[IPv4Address, bool]:
    """Return for each BFD peer that FRR knows whether the session is up.

    Raises:
        NotSeen: FRR did not tell.
    """
    return parsed_bfd(await vty.ask("bfdd", BFD_QUESTION, deadline=deadline, consoles=consoles))


def parsed_bgp(text: str) -> dict[IPv4Address, bool]:
    """Return what ``show bgp summary json`` said; raise NotSeen if it is not that."""
    try:
        found = _Bgp.model_validate_json(text)
    except ValidationError as error:
        raise _strange(BGP_QUESTION, error) from error
    return {peer: session.state == "Established" for peer, session in found.peers.items()}


def parsed_bfd(text: str) -> dict[IPv4Address, bool]:
    """Return what ``show bfd peers json`` said; raise NotSeen if it is not that."""
    try:
        found = _BFD.validate_json(text)
    except ValidationError as error:
        raise _strange(BFD_QUESTION, error) from error
    return {session.peer: session.status == "up" for session in found}


def _strange(question: str, error: ValidationError) -> NotSeen:
    return NotSeen(
        f"FRR did not answer as expected: {question}",
        refused=True,
        expected="JSON as FRR 8.4 writes it",
        actual=f"{error.error_count()} problems",
        next_step="compare FRR's version with the golden image's",
    )
