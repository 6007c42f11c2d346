"""From a declared drill to what it takes away of the network as it stands. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.errors import PlanRefused
from dr.facts import Facts
from inventory.model import DrillEntry
from inventory.names import DrillName, HostName, LinkName, SiteName
from inventory.network import Network, Role, Service
from inventory.practice import Taken
from inventory.problems import nearest


@dataclass(frozen=True, slots=True)
class Exercise:
    """What one drill takes away, of the network as it stood when it began."""

    name: DrillName
    drill: DrillEntry
    active: SiteName
    """that serves when the drill begins"""
    refuge: SiteName
    """the best place to go to from there; ``active`` itself, where there is no other"""
    hosts: tuple[HostName, ...] = ()
    """that lose their power"""
    links: tuple[LinkName, ...] = ()
    """that are cut"""
    called: str = ""
    """what people call the hosts that are lost"""

    @property
    def moves(self) -> bool:
        """Whether a plan is made and carried; the other losses must need none."""
        return self.drill.takes not in {Taken.PAIR, Taken.VOTER}

    @property
    def sentence(self) -> str:
        """What it takes away, for a person."""
        if self.hosts:
            return f"take the power of {', '.join(self.hosts)}"
        if self.links:
            return f"cut {', '.join(self.links)}"
        return f"take nothing away; move {self.drill.service} to {self.refuge}"


def drill_named(drills: Mapping[DrillName, DrillEntry], name: str) -> DrillEntry:
    """Return the drill called ``name``.

    Raises:
        PlanRefused: none is declared under that name.
    """
    drill = drills.get(DrillName(name))
    if drill is None:
        meant = nearest(name, drills)
        raise PlanRefused(
            f"there is no drill called {name}",
            expected=", ".join(drills) or "a drill in the inventory",
            actual=name,
            next_step=f"did you mean {meant}?" if meant else "ndc drill list",
        )
    return drill


def exercise(network: Network, facts: Facts, name: DrillName, drill: DrillEntry) -> Exercise:
    """Return what ``drill`` takes away now; ``facts`` was seen of its service a moment ago.

    Raises:
        PlanRefused: it cannot be seen where the service is, or who leads its database; or there is
            nothing of the kind that the drill takes.
    """
    placed = facts.placement
    if placed is None or facts.leader is None:
        raise PlanRefused(
            f"nobody can say what {drill.service} stands on",
            expected="one site that serves it, and one leader of its database",
            actual="no placement record" if placed is None else "no leader, or more than one",
            next_step="ndc status; when it is green, ask again",
        )
    others = _others(network, network.service(drill.service), placed.site, drill.takes)
    plain = Exercise(name, drill, placed.site, others[0] if others else placed.site)
    hosts, links = _taken(network, facts.leader, plain)
    if drill.takes is not Taken.NOTHING and not (hosts or links):
        raise PlanRefused(
            f"there is no {drill.takes} that {name} could take",
            expected=f"a {drill.takes} beside {placed.site}",
            actual="none",
            next_step="choose another drill: ndc drill list",
        )
    return replace(plain, hosts=hosts, links=links, called=_called(network, plain, hosts))


def _others(
    network: Network, service: Service, active: SiteName, takes: Taken
) -> tuple[SiteName, ...]:
    """Return where ``service`` may go from ``active``, best first, while that is taken."""
    region = network.site(active).region
    return tuple(
        site
        for site in (service.home, *service.refuges)
        if site != active and (takes is not Taken.REGION or network.site(site).region != region)
    )


def _called(network: Network, plain: Exercise, hosts: tuple[HostName, ...]) -> str:
    match plain.drill.takes:
        case Taken.SITE:
            return plain.active
        case Taken.REGION:
            return network.site(plain.active).region
        case _:
            return " and ".join(hosts)


def _taken(
    network: Network, leader: HostName, plain: Exercise
) -> tuple[tuple[HostName, ...], tuple[LinkName, ...]]:
    match plain.drill.takes:
        case Taken.NOTHING:
            return (), ()
        case Taken.LEADER:
            return (leader,), ()
        case Taken.SITE:
            return tuple(h.name for h in network.hosts if h.site == plain.active), ()
        case Taken.REGION:
            return _region(network, plain), ()
        case Taken.PAIR:
            ends = {plain.active, plain.refuge}
            return (), tuple(
                link.name for link in network.links if {link.a.site, link.z.site} == ends
            )
        case Taken.VOTER:
            return _voter(network, leader, plain)[:1], ()


def _region(network: Network, plain: Exercise) -> tuple[HostName, ...]:
    """Return the hosts of the region that serves; none, where there is no refuge outside it."""
    if plain.refuge == plain.active:
        return ()
    region = network.site(plain.active).region
    return tuple(h.name for h in network.hosts if network.site(h.site).region == region)


def _voter(network: Network, leader: HostName, plain: Exercise) -> tuple[HostName, ...]:
    """Return the voters that may be taken, first one that is missed least."""
    database = network.database(network.service(plain.drill.service).database)
    waited_for = {member.host for member in database.members if member.synchronous}
    probes = {host.name for host in network.hosts_with(Role.PROBE)}
    able = [
        host
        for host in map(HostName, network.voters)
        if host != leader and host not in probes and network.host(host).site != plain.active
    ]
    return tuple(sorted(able, key=lambda host: host in waited_for))
