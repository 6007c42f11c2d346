"""What a router still lacks, by what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from typing_extensions import override

from inventory.names import HostName
from inventory.network import Network
from routing.answers import BfdPeer, Route, Session
from routing.intent import intent


@dataclass(frozen=True, slots=True)
class RouterReading:
    """What one router was seen to say and do, at about one moment."""

    sessions: tuple[Session, ...]
    bfd_peers: tuple[BfdPeer, ...]
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that a health gate still waits for."""

    host: HostName
    what: str

    @override
    def __str__(self) -> str:
        return f"{self.host}: {self.what}"


def missing(network: Network, host: HostName, seen: RouterReading) -> list[Missing]:
    """Return what the router on ``host`` lacks: sessions, BFD, a way to every other loopback.

    Empty means that nothing is missing, as far as this host can tell.
    """
    lacks = [*_sessions(network, host, seen), *_loopbacks(network, host, seen)]
    return [Missing(host, what) for what in lacks]


def _sessions(network: Network, host: HostName, seen: RouterReading) -> Iterator[str]:
    known = {session.neighbour: session for session in seen.sessions}
    heard = {peer.neighbour for peer in seen.bfd_peers if peer.is_up}
    for neighbour in intent(network, host).neighbours:
        session = known.get(neighbour.address)
        if session is None or not session.is_established:
            state = session.state if session else "not configured"
            yield f"session with {neighbour.host} ({neighbour.address}) is {state}"
        elif neighbour.address not in heard:
            yield f"BFD with {neighbour.host} ({neighbour.address}) is not up"


def _loopbacks(network: Network, host: HostName, seen: RouterReading) -> Iterator[str]:
    reachable = {route.prefix for route in seen.routes if route.is_installed}
    for other in network.hosts:
        if other.name != host and IPv4Network(other.loopback) not in reachable:
            yield f"no route to {other.name} ({other.loopback})"
