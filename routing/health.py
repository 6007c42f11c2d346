"""Judges what a router still lacks, by its own answers. Pure."""

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
    """The answers of one router to all questions, asked one right after the other."""

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


def missing(network: Network, host: HostName, view: RouterReading) -> list[Missing]:
    """Return what the router on ``host`` lacks: sessions, BFD, a route to every other loopback.

    ``view`` is the router's own. An empty list means that nothing is missing in it.
    """
    lacks = [*_sessions(network, host, view), *_loopbacks(network, host, view)]
    return [Missing(host, what) for what in lacks]


def _sessions(network: Network, host: HostName, view: RouterReading) -> Iterator[str]:
    sessions = {session.neighbour: session for session in view.sessions}
    bfd_neighbours = {peer.neighbour for peer in view.bfd_peers if peer.is_up}
    for neighbour in intent(network, host).neighbours:
        session = sessions.get(neighbour.address)
        if session is None or not session.is_established:
            state = session.state if session else "not configured"
            yield f"session with {neighbour.host} ({neighbour.address}) is {state}"
        elif neighbour.address not in bfd_neighbours:
            yield f"BFD with {neighbour.host} ({neighbour.address}) is not up"


def _loopbacks(network: Network, host: HostName, view: RouterReading) -> Iterator[str]:
    reachable = {route.prefix for route in view.routes if route.is_installed}
    for other in network.hosts:
        if other.name != host and IPv4Network(other.loopback) not in reachable:
            yield f"no route to {other.name} ({other.loopback})"
