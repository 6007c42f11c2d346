"""A router's intent as the text of FRR 8.4, in the form in which FRR prints it back.

Only what differs from ``frr defaults datacenter`` is written, so that
``running-config`` can be compared with it as it is. (Its defaults are: hold time 9 s,
keepalive 3 s, no advertisement interval, import check, next-hop resolution.) A policy
object is written before the lines that refer to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Network

from inventory.names import HostName
from inventory.network import Network
from routing.avoidance import AVOID, RECEIVE
from routing.intent import BfdProfile, Neighbour, NeighbourKind, Origin, RouterIntent, intent
from routing.passwords import session_password
from routing.refusals import NOBODYS, list_of

ANNOUNCE = "ANNOUNCE"
"""the route-map for what we tell other sites"""
SOURCE = "SOURCE"
"""the route-map that makes this host send from its loopback"""
LOCAL = "LOCAL"
"""the as-path list for what starts in this site"""

_DEFAULT_BFD_INTERVAL = timedelta(milliseconds=300)

_MOST_PREFIXES = {
    NeighbourKind.EXTERNAL: 10_000,
    NeighbourKind.BORDER: 10_000,
    NeighbourKind.CLIENT: 300,
}
"""more is nobody's intent: 31 sites of 255 loopbacks, and 255 services; then the session rests"""


def frr_text(network: Network, host: HostName, bgp_secret: str) -> str:
    """Return the whole configuration of the router on ``host``.

    It holds the passwords of its sessions, which ``bgp_secret`` makes.
    """
    return text_of(intent(network, host), bgp_secret)


def session_passwords(network: Network, host: HostName, bgp_secret: str) -> tuple[str, ...]:
    """Return every password in the configuration of the router on ``host``."""
    neighbours = intent(network, host).neighbours
    return tuple(session_password(bgp_secret, each.here, each.address) for each in neighbours)


def text_of(router: RouterIntent, bgp_secret: str) -> str:
    """Return ``router`` as FRR's integrated configuration, ending with a newline."""
    sections = [
        ["frr defaults datacenter", f"hostname {router.host}", "log syslog informational"],
        [*_forwarding(router), "service integrated-vtysh-config"],
        list(_prefix_lists(router)),
        list(_path_lists(router)),
        *_route_maps(router),
        [f"ip protocol bgp route-map {SOURCE}"],
        list(_bfd(router.bfd)),
        list(_bgp(router, bgp_secret)),
    ]
    return "\n!\n".join("\n".join(lines) for lines in sections if lines) + "\n!\nend\n"


def frr_daemons_text() -> str:
    """Return ``/etc/frr/daemons``: which of FRR's daemons run; no console has a port."""
    # vtysh asks through sockets that have an owner; a port is anybody's who is on the host
    options = "".join(f'{daemon}_options="-P 0"\n' for daemon in ("bgpd", "bfdd", "staticd"))
    # routes of a whole network come at once when it starts: a buffer that does not overflow
    zebra = 'zebra_options="-P 0 -s 8388608"\n'
    # the second death of a daemon within a minute would leave the router without it for one
    watchfrr = 'watchfrr_options="--min-restart-interval 5 --max-restart-interval 60"\n'
    return f"bgpd=yes\nbfdd=yes\nvtysh_enable=yes\n{watchfrr}{zebra}{options}"


def _forwarding(router: RouterIntent) -> Iterator[str]:
    # what is on is not printed
    if not router.forwards:
        yield "no ip forwarding"
    yield "no ipv6 forwarding"


def _prefix_lists(router: RouterIntent) -> Iterator[str]:
    for origin in _filtered(router):
        name = _list_of(origin)
        yield f"ip prefix-list {name} seq 5 permit {origin.loopbacks} le 32"
        yield f"ip prefix-list {name} seq 10 permit {origin.lan}"
        # the address itself numbers its entry: another service moves nobody's
        for address in origin.services:
            yield f"ip prefix-list {name} seq {int(address)} permit {IPv4Network(address)}"
    for origin in router.others:
        # what is in it besides is said by whoever gives up that site
        yield f"ip prefix-list {list_of(origin.site)} {NOBODYS}"
    for client in router.neighbours:
        if client.kind is NeighbourKind.CLIENT:
            for prefix in client.own:
                number = int(prefix.network_address)
                yield f"ip prefix-list {_list_of_host(client)} seq {number} permit {prefix}"


def _path_lists(router: RouterIntent) -> Iterator[str]:
    if router.is_border:
        yield f"bgp as-path access-list {LOCAL} seq 5 permit ^$"
    for origin in router.others:
        yield f"bgp as-path access-list {_list_of(origin)} seq 5 permit _{origin.asn}$"


def _route_maps(router: RouterIntent) -> Iterator[list[str]]:
    for origin in router.others:
        yield _refusal(origin)
        for name in (RECEIVE, ANNOUNCE):
            yield _entry(name, origin, _list_of(origin))
    if router.is_border:
        yield _entry(ANNOUNCE, router.own, LOCAL)
        # every eBGP speaker of FRR gives what carries this the least preference (RFC 8326)
        marks = " set community graceful-shutdown additive"
        yield [f"route-map {AVOID} permit 10", f" call {RECEIVE}", marks, "exit"]
    yield [f"route-map {SOURCE} permit 10", f" set src {router.router_id}", "exit"]


def _entry(name: str, origin: Origin, path_list: str) -> list[str]:
    return [
        f"route-map {name} permit {10 * origin.number}",
        f" match as-path {path_list}",
        f" match ip address prefix-list {_list_of(origin)}",
        "exit",
    ]


def _refusal(origin: Origin) -> list[str]:
    """Return the entry before that of ``origin``: a service address that is refused from it."""
    return [
        f"route-map {RECEIVE} deny {10 * origin.number - 5}",
        f" match as-path {_list_of(origin)}",
        f" match ip address prefix-list {list_of(origin.site)}",
        "exit",
    ]


def _bfd(profile: BfdProfile) -> Iterator[str]:
    yield "bfd"
    yield f" profile {profile.name}"
    yield f"  detect-multiplier {profile.multiplier}"
    if profile.interval != _DEFAULT_BFD_INTERVAL:
        milliseconds = profile.interval // timedelta(milliseconds=1)
        yield f"  transmit-interval {milliseconds}"
        yield f"  receive-interval {milliseconds}"
    yield from (" exit", " !", "exit")


def _bgp(router: RouterIntent, secret: str) -> Iterator[str]:
    yield f"router bgp {router.asn}"
    yield f" bgp router-id {router.router_id}"
    yield " no bgp default ipv4-unicast"
    yield " bgp bestpath as-path multipath-relax"
    for neighbour in router.neighbours:
        yield from _session(neighbour, router, secret)
    yield " !"
    yield " address-family ipv4 unicast"
    for prefix in router.announced:
        yield f"  network {prefix}"
    for neighbour in router.neighbours:
        yield from _routes_of(neighbour, router)
    yield "  maximum-paths 4"
    yield "  maximum-paths ibgp 4"
    yield " exit-address-family"
    yield "exit"


def _session(neighbour: Neighbour, router: RouterIntent, secret: str) -> Iterator[str]:
    name = f" neighbor {neighbour.address}"
    yield f"{name} remote-as {neighbour.asn}"
    yield f"{name} description {neighbour.host}"
    yield f"{name} password {session_password(secret, neighbour.here, neighbour.address)}"
    yield f"{name} bfd"
    yield f"{name} bfd profile {router.bfd.name}"
    yield f"{name} timers connect 3"


def _routes_of(neighbour: Neighbour, router: RouterIntent) -> Iterator[str]:
    name = f"  neighbor {neighbour.address}"
    yield f"{name} activate"
    yield f"{name} maximum-prefix {_MOST_PREFIXES[neighbour.kind]} restart 1 force"
    if neighbour.kind is NeighbourKind.EXTERNAL:
        # another route-map holds at once, without asking over a link that may be slow
        yield f"{name} soft-reconfiguration inbound"
        yield f"{name} route-map {RECEIVE} in"
        yield f"{name} route-map {ANNOUNCE} out"
        return
    if router.is_border:
        yield f"{name} next-hop-self"
    if neighbour.kind is NeighbourKind.CLIENT:
        yield f"{name} route-reflector-client"
        yield f"{name} prefix-list {_list_of_host(neighbour)} in"


def _filtered(router: RouterIntent) -> tuple[Origin, ...]:
    return (router.own, *router.others) if router.is_border else ()


def _list_of(origin: Origin) -> str:
    return f"SITE-{origin.site}"


def _list_of_host(client: Neighbour) -> str:
    return f"HOST-{client.host}"
