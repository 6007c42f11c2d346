"""What a host's router is to do, as a value: neighbours, filters, what it announces.

A border router has one external session per link, on the link's own addresses,
so that a session stands for a link. Inside a site the border routers reflect:
every other host has sessions with them alone, on the LAN. Loopbacks and service
addresses are announced and never peered on.

**Filters bind a prefix to its origin, not to the neighbour.** When the direct
links between two sites are cut, each learns the other's prefixes from a third:
a filter that let a neighbour speak for itself alone would forbid just the path
that is left. So a route is accepted from anybody, if the autonomous system at
the far end of its path is the site whose prefix it is, or a site that may serve
that service address. Our own prefixes are nobody else's: no entry admits them.
The same entries, and one for what starts here, bound what we announce. Inside a site
a border router believes a host without links about that host's own addresses, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from ipaddress import IPv4Address, IPv4Network

from inventory.names import HostName, SiteName
from inventory.network import Host, Network, Role, Site
from inventory.placed import placed_in, placed_on


class NeighbourKind(Enum):
    """What a neighbour is to this router."""

    EXTERNAL = auto()
    """another site's border router, at the other end of a link"""
    BORDER = auto()
    """a border router of this site"""
    CLIENT = auto()
    """a host of this site without links, seen by its border router, which reflects for it"""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One BGP session that the router is to have; no two have one address."""

    host: HostName
    address: IPv4Address
    asn: int
    kind: NeighbourKind
    here: IPv4Address
    """our own end of the session"""
    own: tuple[IPv4Network, ...]
    """what it announces of itself, sorted: of a client we believe nothing else"""


@dataclass(frozen=True, slots=True)
class Origin:
    """The prefixes that one site, and no other, may be the origin of.

    Only the address of a service or a store may have several: every site that may serve it.
    """

    site: SiteName
    number: int
    """of the site: fixes the place of its entry in a filter for good"""
    asn: int
    loopbacks: IPv4Network
    """each address of it may be announced by itself"""
    lan: IPv4Network
    services: tuple[IPv4Address, ...]
    """of what it may serve, sorted"""


@dataclass(frozen=True, slots=True)
class BfdProfile:
    """How fast a silent neighbour is noticed: after ``multiplier`` intervals."""

    name: str
    interval: timedelta
    multiplier: int


@dataclass(frozen=True, slots=True)
class RouterIntent:
    """Everything that the router of one host is to do.

    It follows from the network alone, so two intents are equal if the routers need not
    differ. It holds no secret: ``text_of`` adds the password.
    """

    host: HostName
    asn: int
    router_id: IPv4Address
    """the loopback; also the source of what this host sends over routes it learned"""
    neighbours: tuple[Neighbour, ...]
    """sorted by address"""
    own: Origin
    others: tuple[Origin, ...]
    """every other site, by number; empty where there is no external session"""
    announced: tuple[IPv4Network, ...]
    """sorted; a service address among them is announced only while it is on ``lo``"""
    bfd: BfdProfile
    forwards: bool
    """a setting of the kernel, made by Ansible; FRR prints it as if it were its own"""

    @property
    def is_border(self) -> bool:
        """Whether this router has sessions with other sites."""
        return any(neighbour.kind is NeighbourKind.EXTERNAL for neighbour in self.neighbours)


BFD = BfdProfile("ndc", timedelta(milliseconds=300), 4)
"""of every session: after 1.2 s of silence a link, or the router behind it, counts as gone"""


def intent(network: Network, host: HostName) -> RouterIntent:
    """Return what the router on ``host`` is to do; KeyError if there is no such host."""
    me = network.host(host)
    site = network.site(me.site)
    neighbours = [*_across_links(network, me), *_inside(network, me)]
    origins = [_origin(network, each) for each in network.sites]
    has_links = bool(network.links_of(host))
    return RouterIntent(
        host=host,
        asn=site.asn,
        router_id=me.loopback,
        neighbours=tuple(sorted(neighbours, key=lambda neighbour: neighbour.address)),
        own=_origin(network, site),
        others=tuple(o for o in _by_number(origins) if has_links and o.site != site.name),
        announced=_announced(network, me),
        bfd=BFD,
        forwards=me.forwards,
    )


def _across_links(network: Network, me: Host) -> list[Neighbour]:
    ends = [
        (end, link.other_end(end))
        for link in network.links_of(me.name)
        if (end := link.end_at(me.name))
    ]
    return [
        Neighbour(
            host=end.host,
            address=end.address.ip,
            asn=network.site(end.site).asn,
            kind=NeighbourKind.EXTERNAL,
            here=here.address.ip,
            own=_announced(network, network.host(end.host)),
        )
        for here, end in ends
    ]


def _inside(network: Network, me: Host) -> list[Neighbour]:
    others = [host for host in network.hosts_at(me.site) if host.name != me.name]
    asn = network.site(me.site).asn
    return [
        Neighbour(
            host=host.name,
            address=host.lan.ip,
            asn=asn,
            kind=NeighbourKind.BORDER if Role.BORDER in host.roles else NeighbourKind.CLIENT,
            here=me.lan.ip,
            own=_announced(network, host),
        )
        for host in others
        if Role.BORDER in me.roles or Role.BORDER in host.roles
    ]


def _origin(network: Network, site: Site) -> Origin:
    site_hosts = {host.name for host in network.hosts_at(site.name)}
    return Origin(
        site=site.name,
        number=site.number,
        asn=site.asn,
        loopbacks=site.loopbacks,
        lan=site.lan,
        services=tuple(sorted(s.address for s in placed_in(network) if site_hosts & set(s.hosts))),
    )


def _by_number(origins: list[Origin]) -> list[Origin]:
    return sorted(origins, key=lambda origin: origin.number)


def _announced(network: Network, me: Host) -> tuple[IPv4Network, ...]:
    prefixes = {IPv4Network(me.loopback)}
    prefixes |= {IPv4Network(placed.address) for placed in placed_on(network, me.name)}
    if Role.BORDER in me.roles:
        prefixes.add(network.site(me.site).lan)
    return tuple(sorted(prefixes))
