"""FRR's answers in JSON, as values."""

from __future__ import annotations

import json
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from core.errors import Unreachable
from routing.health import BfdPeer, Route, Session

SESSIONS = "show bgp ipv4 unicast summary json"
BFD_PEERS = "show bfd peers json"
ROUTES = "show ip route json"


def sessions(text: str) -> tuple[Session, ...]:
    """Return the sessions in the answer to ``SESSIONS``, by address; none without neighbours.

    Raises:
        Unreachable: the text is no such answer.
    """
    peers = _object(SESSIONS, text).get("peers", {})
    return tuple(
        Session(
            neighbour=IPv4Address(address),
            asn=int(peer["remoteAs"]),
            state=str(peer["state"]),
            established_for=_uptime(peer),
            received_prefixes=int(peer.get("pfxRcd", 0)),
        )
        for address, peer in sorted(peers.items(), key=lambda item: IPv4Address(item[0]))
    )


def bfd_peers(text: str) -> tuple[BfdPeer, ...]:
    """Return the peers in the answer to ``BFD_PEERS``, by address; raises as ``sessions``."""
    peers = _list(BFD_PEERS, text)
    return tuple(
        BfdPeer(IPv4Address(peer["peer"]), is_up=peer["status"] == "up")
        for peer in sorted(peers, key=lambda peer: IPv4Address(peer["peer"]))
    )


def routes(text: str) -> tuple[Route, ...]:
    """Return the chosen route of each prefix in the answer to ``ROUTES``, by prefix.

    Raises:
        Unreachable: the text is no such answer.
    """
    chosen = [
        Route(
            prefix=IPv4Network(prefix),
            is_installed=bool(route.get("installed")),
            next_hops=_next_hops(route),
        )
        for prefix, candidates in _object(ROUTES, text).items()
        for route in candidates
        if route.get("selected")
    ]
    return tuple(sorted(chosen, key=lambda route: route.prefix))


def _uptime(peer: dict[str, Any]) -> timedelta:
    if peer["state"] != "Established":
        return timedelta(0)
    return timedelta(milliseconds=int(peer.get("peerUptimeMsec", 0)))


def _next_hops(route: dict[str, Any]) -> tuple[IPv4Address, ...]:
    hops = [hop for hop in route.get("nexthops", []) if hop.get("active")]
    return tuple(sorted(IPv4Address(hop["ip"]) for hop in hops if "ip" in hop))


def _object(command: str, text: str) -> dict[str, Any]:
    value = _json(command, text)
    if not isinstance(value, dict):
        raise _unexpected(command, text)
    return value


def _list(command: str, text: str) -> list[dict[str, Any]]:
    value = _json(command, text)
    if not isinstance(value, list):
        raise _unexpected(command, text)
    return value


def _json(command: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise _unexpected(command, text) from error


def _unexpected(command: str, text: str) -> Unreachable:
    return Unreachable(
        f"a router answered `{command}` in a way that cannot be read",
        expected="JSON of FRR 8.4",
        actual=text[:120],
        next_step="look at it by hand: ndc ssh HOST -- vtysh",
    )
