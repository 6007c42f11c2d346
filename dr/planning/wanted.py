"""From what a person names to what moves on purpose, and where to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.errors import PlanRefused
from dr.facts import Facts
from dr.planning.losses import best
from dr.planning.request import Move, service_in
from dr.planning.rules.table import hard_refusals
from inventory.names import ServiceName, SiteName
from inventory.needs import in_order
from inventory.network import Network, Service
from inventory.problems import nearest


def moves_to(network: Network, names: Iterable[ServiceName], target: SiteName) -> list[Move]:
    """Return that each service of ``names`` moves to ``target``, what others need first.

    Raises:
        PlanRefused: there is no service of such a name.
    """
    return [Move(service.name, target) for service in _named(network, names)]


def moves_home(network: Network, names: Iterable[ServiceName]) -> list[Move]:
    """Return that each service of ``names`` moves to its home, what others need first.

    Raises:
        PlanRefused: there is no service of such a name.
    """
    return [Move(service.name, service.home) for service in _named(network, names)]


def moves_from(
    network: Network,
    facts: Mapping[ServiceName, Facts],
    site: SiteName,
    target: SiteName | None,
) -> list[Move]:
    """Return what moves so that nothing acts at ``site`` any more, stores apart: needed ones first.

    ``facts`` was seen of every service. Each goes to ``target``; if that is None, its database
    comes to where it is served, or both go to the best of its other places to which nobody objects.

    Raises:
        PlanRefused: there is no such site, or nothing of a service acts there.
    """
    moves = [
        Move(service.name, target) if target else _away(network, facts[service.name], service, site)
        for service in _acting(network, facts, site)
    ]
    if not moves:
        raise _empty(network, facts, site, "a service that is served there, or its database led")
    return moves


def moves_home_from(
    network: Network, facts: Mapping[ServiceName, Facts], site: SiteName
) -> list[Move]:
    """Return that each service that acts at ``site``, and is at home elsewhere, moves home.

    ``facts`` was seen of every service. What others need comes first.

    Raises:
        PlanRefused: there is no such site, or no such service.
    """
    acting = _acting(network, facts, site)
    moves = [Move(one.name, one.home) for one in acting if one.home != site]
    if not moves:
        raise _empty(network, facts, site, "a service that is there, and at home elsewhere")
    return moves


def _named(network: Network, names: Iterable[ServiceName]) -> list[Service]:
    """Return the services of ``names``, each once."""
    return in_order({service_in(network, Move(name, SiteName(""))) for name in names})


def _acting(network: Network, facts: Mapping[ServiceName, Facts], site: SiteName) -> list[Service]:
    sites = [each.name for each in network.sites]
    if site not in sites:
        meant = nearest(site, sites)
        raise PlanRefused(
            f"there is no site called {site}",
            expected=", ".join(sites),
            actual=site,
            next_step=f"did you mean {meant}?" if meant else "ndc show sites lists them",
        )
    services = in_order(network.services)
    return [each for each in services if _acts(network, facts[each.name], each, site)]


def _acts(network: Network, facts: Facts, service: Service, site: SiteName) -> bool:
    """Tell whether ``service`` is served at ``site``, or its database led; unknown: it may be."""
    members = network.database(service.database).members
    holding = [member.host for member in members if member.site == site]
    led = facts.leader in holding if facts.leader else bool(holding)
    placed = facts.placement
    served = placed.site == site if placed else site in (service.home, *service.refuges)
    return led or served


def _away(network: Network, facts: Facts, service: Service, site: SiteName) -> Move:
    if facts.placement and facts.placement.site != site:
        stays = Move(service.name, facts.placement.site)
        if not hard_refusals(network, facts, stays):
            return stays
    at_site = frozenset(host.name for host in network.hosts_at(site))
    return best(network, facts, service, Move, at_site)


def _empty(
    network: Network, facts: Mapping[ServiceName, Facts], site: SiteName, expected: str
) -> PlanRefused:
    placed = {each.name: facts[each.name].placement for each in network.services}
    actual = ", ".join(f"{name} at {one.site}" for name, one in placed.items() if one)
    return PlanRefused(
        f"nothing has to move from {site}",
        expected=expected,
        actual=actual or "no service",
        next_step="ndc status shows where services are, and who leads databases",
    )
