"""What the simulated world answers to a question, if it can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from dr.questions import (
    CanaryIsKept,
    HasAll,
    IsAnnounced,
    IsFree,
    IsHeldBy,
    IsNotHeldBy,
    IsOnlySynchronous,
    IsPlaced,
    IsProtected,
    IsWithdrawn,
    LagsAtMost,
    Leads,
    Question,
    Serves,
)
from inventory.names import HostName, SiteName

if TYPE_CHECKING:
    from dr.simulation.world import World


def answer(world: World, question: Question) -> bool | None:
    """Return what is true in ``world``; None where nobody can see."""
    match question:
        case IsFree() | IsHeldBy() | IsNotHeldBy() | IsPlaced():
            return _of_the_record(world, question) if world.quorum else None
        case Leads() | IsOnlySynchronous() | IsProtected() | LagsAtMost():
            return _of_the_database(world, question)
        case HasAll(_, host, former):
            seen = world.sees(host) and world.sees(former)
            return world.database.has_all(host, former) if seen else None
        case CanaryIsKept(_, host) | IsAnnounced(_, host) | IsWithdrawn(_, host):
            return _of_the_host(world, question) if world.sees(host) else None
        case Serves(_, site):
            return _serves(world, site)
        case _:
            assert_never(question)


def _of_the_record(world: World, question: IsFree | IsHeldBy | IsNotHeldBy | IsPlaced) -> bool:
    match question:
        case IsFree():
            return world.claim.run is None
        case IsHeldBy(_, run):
            return world.claim.run == run
        case IsNotHeldBy(_, run):
            return world.claim.run != run
        case IsPlaced(_, site, epoch, run):
            placed = world.placements[-1]
            return (placed.site, placed.epoch) == (site, epoch) and run in {None, placed.run}
        case _:
            assert_never(question)


def _of_the_database(
    world: World, question: Leads | IsOnlySynchronous | IsProtected | LagsAtMost
) -> bool | None:
    database = world.database
    if not any(world.sees(host) for host in database.alive):
        return None
    match question:
        case Leads(_, host):
            return database.leader == host
        case IsOnlySynchronous(_, host):
            return database.synchronous == {host}
        case IsProtected():
            return bool(database.synchronous)
        case LagsAtMost(_, host, limit_bytes):
            return _lags(world, host, limit_bytes)
        case _:
            assert_never(question)


def _lags(world: World, host: HostName, limit_bytes: int) -> bool | None:
    member = world.observe(world.service.name).members.get(host)
    if member is None or member.lag_bytes is None:
        return None
    return member.lag_bytes <= limit_bytes


def _of_the_host(world: World, question: CanaryIsKept | IsAnnounced | IsWithdrawn) -> bool:
    match question:
        case CanaryIsKept(_, host, key):
            return world.canaries.count((host, key)) == 1 and key in world.database.log
        case IsAnnounced(_, host, epoch):
            return host in world.announcing and world.epochs[host] == epoch
        case IsWithdrawn(_, host):
            return host not in world.announcing
        case _:
            assert_never(question)


def _serves(world: World, site: SiteName) -> bool:
    at = {world.network.host(host).site for host in world.announcing}
    return at == {site} and world.database.acknowledges
