"""What a person asks for: that a site serves a service, whatever was lost. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from core.errors import PlanRefused
from dr.facts import Facts
from inventory.names import HostName, ServiceName, SiteName
from inventory.network import Member, Network, Service
from inventory.problems import nearest
from inventory.storage import Store


class GivenUp(Protocol):
    """Whatever is asked for because hosts are lost."""

    @property
    def lost(self) -> frozenset[HostName]:
        """Hosts that are given up."""

    @property
    def attested(self) -> bool:
        """Whether two people are to attest that what too few can look for is off."""


@dataclass(frozen=True, slots=True)
class StoreMove:
    """Have ``host`` write ``store``, whose writer is lost."""

    store: Store
    host: HostName
    lost: frozenset[HostName]
    """hosts that are given up: nothing is asked of them, and nothing of theirs is waited for"""
    accepted_loss: str = ""
    """why a person accepts that more may be lost than is promised; "": nobody does"""
    attested: bool = False
    """whether two people are to attest that what too few can look for is off"""


@dataclass(frozen=True, slots=True)
class Move:
    """Have ``target`` serve ``service``, with its database."""

    service: ServiceName
    target: SiteName
    lost: frozenset[HostName] = field(default=frozenset())
    """hosts that are given up: nothing is asked of them, and nothing of theirs is waited for"""
    accepted_loss: str = ""
    """why a person accepts that acknowledged writes may be lost; "": nobody does"""
    attested: bool = False
    """whether two people are to attest that what too few can look for is off"""
    despite: str = ""
    """why a person passes over soft findings; "": nobody does"""


def moves_text(moves: Iterable[Move]) -> str:
    """Return ``moves`` as people say them: services that go to one site are named together."""
    targets: dict[SiteName, list[ServiceName]] = {}
    for move in moves:
        targets.setdefault(move.target, []).append(move.service)
    return ", ".join(f"{' and '.join(names)} to {site}" for site, names in targets.items())


def service_in(network: Network, request: Move) -> Service:
    """Return the service that ``request`` names.

    Raises:
        PlanRefused: there is none of that name.
    """
    try:
        return network.service(request.service)
    except KeyError:
        meant = nearest(request.service, (service.name for service in network.services))
        raise PlanRefused(
            f"there is no service called {request.service}",
            expected=", ".join(service.name for service in network.services),
            actual=request.service,
            next_step=f"did you mean {meant}?" if meant else "ndc show workloads lists them",
        ) from None


def candidates(network: Network, request: Move) -> list[Member]:
    """Return the members of the service's database at the target that may lead it, best first.

    Asynchronous ones come last, and only where something is lost: they may lack what it had.
    """
    members = network.database(service_in(network, request).database).members
    able = [m for m in members if m.site == request.target and m.host not in request.lost]
    return [m for m in able if m.synchronous] + [
        m for m in able if not m.synchronous and request.lost
    ]


def candidate(network: Network, facts: Facts, request: Move) -> Member | None:
    """Return who is to lead the database afterwards; None: nobody at the target may.

    Who leads already; or else one that commits wait for now; or else any. Of several it is the
    first; while nobody leads, the one that came furthest, which no more write changes by then.
    """
    able = candidates(network, request)
    if facts.leader in {None, *request.lost}:
        able.sort(key=lambda one: how_far(facts, one.host), reverse=True)
    waited_for = facts.synchronous or frozenset()
    leading = [member for member in able if member.host == facts.leader]
    in_step = [member for member in able if member.host in waited_for]
    return next(iter((*leading, *in_step, *able)), None)


def how_far(facts: Facts, host: HostName) -> tuple[int, int]:
    """Return how far the log of ``host`` goes, to compare: who has the greater lacks less.

    A later timeline is further than any position on an earlier one. Who told nothing has the least.
    What it shows counts as well: one whose leader went as it began to receive, says of that less.
    """
    own = facts.progress.get(host)
    return (own.timeline or 0, max(own.received, own.replayed)) if own else (0, 0)


def members_at_target(network: Network, request: Move) -> list[HostName]:
    """Return the hosts of ``candidates``."""
    return [member.host for member in candidates(network, request)]
