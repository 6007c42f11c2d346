"""Admits what was given up, and has borders accept again what nobody is kept out for any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from core.errors import NotSeen, Rejected
from core.runs.plan import RunName, StepId
from core.runs.ports import Token
from dr.admission import Exclusion
from dr.doors import Doors
from dr.planning.refusing import borders
from inventory.names import HostName, PlacedName, SiteName
from inventory.network import Network
from inventory.placed import placed_called

_RUN: Final = RunName("admit")


def admit(network: Network, doors: Doors, waiting: Mapping[HostName, Exclusion]) -> Iterator[str]:
    """Let hosts take part again that were given up; yield a sentence for each border that accepts.

    Borders first: nothing is moved to where nobody would come. Who is said to write a store that a
    run moves is admitted when that is over: the store may be written elsewhere already. Of services
    ``demand_unmoved`` asks, which a person does first.

    Raises:
        Rejected: one of them was given up anew, or somebody moves a store that is theirs now.
        NotSeen: nobody told where that is placed, or whether somebody moves it.
        Unreachable: a border did not answer, and they are kept out; or they may be admitted.
    """
    _demand_stores_unmoved(network, doors, waiting)
    kept_out = doors.exclusions.excluded().keys() - waiting.keys()
    yield from accept_again(network, doors, waiting.keys(), kept_out)
    doors.exclusions.admit(waiting)


def demand_unmoved(network: Network, doors: Doors, waiting: Collection[HostName]) -> None:
    """Return if no run moves what hosts that are ``waiting`` take part in.

    That is a service that they can serve, or whose database they hold a copy of; and a store that
    they are said to write: it may be written elsewhere already.

    Raises:
        Rejected: a run does.
        NotSeen: whether one does, or where a store is placed, cannot be seen.
    """
    for service in network.services:
        kept = (one for one in network.databases if one.name == service.database)
        members = {member.host for database in kept for member in database.members}
        run = doors.records.claim(service.name).run
        theirs = sorted({*service.hosts, *members} & {*waiting})
        if run is not None and theirs:
            raise _moved(run, service.name, f"while {', '.join(theirs)} may take part in it")
    _demand_stores_unmoved(network, doors, waiting)


def _demand_stores_unmoved(network: Network, doors: Doors, waiting: Collection[HostName]) -> None:
    for store in network.stores:
        run, placed = doors.records.claim(store.name).run, doors.records.placement(store.name)
        writer = store.copy_at(placed.site) if placed else None
        if run is not None and writer is not None and writer.host in waiting:
            raise _moved(run, store.name, f"away from {writer.host}")


def _moved(run: RunName, name: PlacedName, how: str) -> Rejected:
    return Rejected(
        f"{run} moves {name} {how}",
        expected="that no run does",
        actual="it is not over",
        next_step=f"ndc dr resume {run}; then admit again",
    )


def accept_again(
    network: Network,
    doors: Doors,
    admitted: Collection[HostName],
    kept_out: Collection[HostName],
) -> Iterator[str]:
    """Have every border accept what it refuses on account of ``admitted``; yield a sentence each.

    What a site announces of which a host is ``kept_out`` still stays refused. So does what a border
    at such a site refuses: it is lost itself, and is put right when it is admitted.

    Raises:
        Rejected: a border knows a newer epoch: somebody moves the service now.
        NotSeen: nobody told where a service is placed.
        Unreachable: a border did not answer; the same call goes on from there.
    """
    for border, origin in _asked(network, admitted, kept_out):
        try:
            refused = doors.routes.refused(border, origin)
        except NotSeen as error:
            raise error.of_a_change() from error
        for service in sorted(refused):
            if not _is_kept_out(network, service, origin, kept_out):
                doors.routes.accept(border, service, origin, _token(doors, service))
                yield f"{border} accepts {service} from {origin} again"


def _asked(
    network: Network, admitted: Collection[HostName], kept_out: Collection[HostName]
) -> Iterator[tuple[HostName, SiteName]]:
    """Yield each border with the site that it is asked about."""
    back = {network.host(host).site for host in admitted}
    out = {network.host(host).site for host in kept_out}
    for site in network.sites:
        for border in borders(network, site.name):
            its = network.host(border).site
            if its not in out and (site.name in back or its in back):
                yield border, site.name


def _is_kept_out(
    network: Network, name: PlacedName, origin: SiteName, kept_out: Collection[HostName]
) -> bool:
    hosts = placed_called(network, name).hosts
    return any(host in kept_out and network.host(host).site == origin for host in hosts)


def _token(doors: Doors, service: PlacedName) -> Token:
    """Return what is asked under the next epoch: a run may have ended before its move."""
    placed = doors.records.placement(service)
    return Token(_RUN, StepId("accept"), placed.epoch + 1 if placed else 1, attempt=1)
