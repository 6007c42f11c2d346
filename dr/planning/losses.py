"""From what was lost to what has to move, and where to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from core.errors import PlanRefused
from dr.facts import Facts
from dr.placement import serving_at
from dr.planning.request import Move, how_far, members_at_target
from dr.planning.rules.table import hard_refusals
from inventory.names import HostName, ServiceName, SiteName
from inventory.needs import in_order
from inventory.network import Network, Service
from inventory.problems import nearest


def hosts_named(network: Network, names: Iterable[str]) -> frozenset[HostName]:
    """Return the hosts that ``names`` mean: a name is one host's, or a site's, or a region's.

    Raises:
        PlanRefused: a name is nobody's.
    """
    return frozenset(host for name in names for host in _hosts_of(network, name))


def _hosts_of(network: Network, name: str) -> tuple[HostName, ...]:
    sites = [site.name for site in network.sites if name in {site.name, site.region}]
    hosts = tuple(host.name for host in network.hosts if host.site in sites or host.name == name)
    if hosts:
        return hosts
    known = [*(host.name for host in network.hosts), *(site.name for site in network.sites)]
    known += sorted({site.region for site in network.sites})
    meant = nearest(name, known)
    raise PlanRefused(
        f"nothing is called {name}",
        expected="the name of a host, a site or a region",
        actual=name,
        next_step=f"did you mean {meant}?" if meant else "ndc show hosts lists them",
    )


def moves_after(
    network: Network,
    facts: Mapping[ServiceName, Facts],
    lost: frozenset[HostName],
    target: SiteName | None,
    accepted_loss: str = "",
    *,
    attested: bool = False,
) -> list[Move]:
    """Return what has to move since ``lost`` is given up: nothing, where all of it is served.

    What others need comes first, and then what is more urgent by its tier.

    ``facts`` was seen of every service. Each goes to ``target``; if that is None, to the best of
    its places to which nobody objects, or else to the best of them all: whoever plans hears why.
    ``accepted_loss`` and ``attested`` are as in a ``Move``.
    """
    asked = partial(Move, lost=lost, attested=attested)
    return [
        replace(
            best(network, facts[service.name], service, asked, lost)
            if target is None
            else asked(service.name, target),
            accepted_loss=accepted_loss,
        )
        for service in in_order(network.services)
        if has_lost(network, facts[service.name], service, lost)
    ]


def has_lost(network: Network, facts: Facts, service: Service, lost: Collection[HostName]) -> bool:
    """Tell whether ``service`` cannot go on where it is, without ``lost``.

    It cannot if nobody is left to announce it, or to lead its database.
    """
    members = {member.host for member in network.database(service.database).members}
    led_by_lost = facts.leader in lost or (facts.leader is None and bool(members & set(lost)))
    if facts.placement is None:
        return led_by_lost
    serving = serving_at(network, service, facts.placement.site)
    return led_by_lost or all(host in lost for host in serving)


def best(
    network: Network,
    facts: Facts,
    service: Service,
    asked: Callable[[ServiceName, SiteName], Move],
    without: frozenset[HostName],
) -> Move:
    """Return what is ``asked`` for the best place of ``service`` to which no hard rule objects.

    It is one that is not of those ``without``; where all are objected to, the best of them.
    """
    moves = [asked(service.name, site) for site in _places(network, facts, service, without)]
    allowed = [move for move in moves if not hard_refusals(network, facts, move)]
    return (allowed or moves)[0]


def _places(
    network: Network, facts: Facts, service: Service, lost: frozenset[HostName]
) -> Iterator[SiteName]:
    """Yield where it may go, best first: to its leader, where a copy has all, in declared order.

    Where no copy has all, the one that lacks least comes before its home: what a copy lacks is lost
    for good, and the way home stays open.
    """
    declared = [service.home, *service.refuges]
    alive = [site for site in declared if set(serving_at(network, service, site)) - lost]

    def rank(site: SiteName) -> tuple[bool, bool, tuple[int, ...]]:
        members = members_at_target(network, Move(service.name, site, lost))
        has_all = bool(set(members) & (facts.synchronous or frozenset()))
        came = () if has_all else max((how_far(facts, host) for host in members), default=())
        return facts.leader in members, has_all, came

    yield from sorted(alive or declared, key=rank, reverse=True)
