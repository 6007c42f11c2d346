"""The questions to FRR 8.4, and its answers in JSON as values. Pure: other modules ask.

Fields that nobody here needs are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from core.errors import NotSeen

SESSIONS: Final = "show bgp ipv4 unicast summary json"
BFD_PEERS: Final = "show bfd peers json"
NEIGHBOURS: Final = "show bgp neighbors json"
ROUTES: Final = "show ip route json"
PREFIX_LISTS: Final = "show ip prefix-list json"
PATHS: Final = "show bgp ipv4 unicast json"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Session:
    """One BGP session, as the router that was asked sees it."""

    neighbour: IPv4Address
    state: str
    """FRR's word: ``Established``, ``Active``, ``Connect``, …"""

    @property
    def is_established(self) -> bool:
        """Whether routes are exchanged."""
        return self.state == "Established"


@dataclass(frozen=True, slots=True)
class BfdPeer:
    """One BFD session, as the router that was asked sees it."""

    neighbour: IPv4Address
    is_up: bool


@dataclass(frozen=True, slots=True)
class Route:
    """The route that a host chose for one prefix."""

    prefix: IPv4Network
    is_installed: bool
    """True: the kernel forwards by it"""
    next_hops: tuple[IPv4Address, ...]
    """sorted; empty for what is on the host itself"""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Peer(_Part):
    state: str


class _Summary(_Part):
    peers: dict[IPv4Address, _Peer] = {}


class _Policies(_Part):
    incoming: Annotated[str | None, Field(alias="routeMapForIncomingAdvertisements")] = None


class _Families(_Part):
    ipv4: Annotated[_Policies | None, Field(alias="ipv4Unicast")] = None


class _Neighbour(_Part):
    families: Annotated[_Families, Field(alias="addressFamilyInfo")] = _Families()


class _BfdPeer(_Part):
    peer: IPv4Address
    status: str


class _NextHop(_Part):
    ip: IPv4Address | None = None
    """None: straight on an interface"""
    active: bool = False


class _Route(_Part):
    selected: bool = False
    installed: bool = False
    next_hops: Annotated[list[_NextHop], Field(alias="nexthops")] = []


class _Entry(_Part):
    type: str
    prefix: IPv4Network


class _List(_Part):
    entries: list[_Entry] = []


class _Path(_Part):
    valid: bool = False
    path: str = ""


class _Paths(_Part):
    routes: dict[IPv4Network, list[_Path]] = {}


_LISTS: Final = TypeAdapter(dict[str, dict[str, _List]])
_PATHS: Final = TypeAdapter(_Paths)
_SUMMARY: Final = TypeAdapter(_Summary)
_NEIGHBOURS: Final = TypeAdapter(dict[IPv4Address, _Neighbour])
_PEERS: Final = TypeAdapter(list[_BfdPeer])
_TABLE: Final = TypeAdapter(dict[IPv4Network, list[_Route]])


def sessions(text: str) -> tuple[Session, ...]:
    """Return the sessions in the answer to ``SESSIONS``, by address.

    Raises:
        NotSeen: the text is no such answer.
    """
    peers = _read(_SUMMARY, SESSIONS, text).peers
    return tuple(Session(address, peer.state) for address, peer in sorted(peers.items()))


def incoming_policies(text: str) -> dict[IPv4Address, str]:
    """Return the route-map for what each neighbour says, by the answer to ``NEIGHBOURS``.

    A neighbour without one is left out; raises as ``sessions``.
    """
    neighbours = _read(_NEIGHBOURS, NEIGHBOURS, text)
    return {
        address: neighbour.families.ipv4.incoming
        for address, neighbour in sorted(neighbours.items())
        if neighbour.families.ipv4 and neighbour.families.ipv4.incoming
    }


def bfd_peers(text: str) -> tuple[BfdPeer, ...]:
    """Return the peers in the answer to ``BFD_PEERS``, by address; raises as ``sessions``."""
    peers = _read(_PEERS, BFD_PEERS, text)
    return tuple(
        BfdPeer(one.peer, is_up=one.status == "up")
        for one in sorted(peers, key=lambda one: one.peer)
    )


def routes(text: str) -> tuple[Route, ...]:
    """Return the chosen route of each prefix in the answer to ``ROUTES``, by prefix.

    Raises:
        NotSeen: the text is no such answer.
    """
    best = [
        Route(prefix, route.installed, _next_hops(route))
        for prefix, candidates in _read(_TABLE, ROUTES, text).items()
        for route in candidates
        if route.selected
    ]
    return tuple(sorted(best, key=lambda route: route.prefix))


def permitted(text: str) -> dict[str, frozenset[IPv4Network]]:
    """Return what each list permits, by its name, in the answer to ``PREFIX_LISTS`` of bgpd.

    Raises as ``sessions``.
    """
    return {
        name: frozenset(entry.prefix for entry in one.entries if entry.type == "permit")
        for lists in _read(_LISTS, PREFIX_LISTS, text).values()
        for name, one in lists.items()
    }


def origins(text: str) -> dict[IPv4Network, frozenset[int | None]]:
    """Return at the ends of which paths each prefix lies, by the answer to ``PATHS``.

    An end is the number of an autonomous system; None: the router's own. Raises as ``sessions``.
    """
    return {
        prefix: frozenset(_end(path.path) for path in paths if path.valid)
        for prefix, paths in _read(_PATHS, PATHS, text).routes.items()
    }


def _end(path: str) -> int | None:
    *_, last = path.split() or [""]
    return int(last) if last.isdigit() else None


def _next_hops(route: _Route) -> tuple[IPv4Address, ...]:
    return tuple(sorted(hop.ip for hop in route.next_hops if hop.active and hop.ip is not None))


def _read(shape: TypeAdapter[T], question: str, text: str) -> T:
    try:
        return shape.validate_json(text)
    except ValidationError as error:
        raise NotSeen(
            f"a router answered `{question}` in a way that cannot be read",
            refused=True,
            expected="JSON of FRR 8.4",
            actual=text[:120] or "nothing",
            next_step="look at it by hand: ndc ssh HOST -- vtysh",
        ) from error
