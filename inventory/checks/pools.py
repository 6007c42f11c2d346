"""Pools are large enough, do not overlap, and belong to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations
from typing import Final

from inventory import addresses
from inventory.checks.causes import blamed
from inventory.documents import Document
from inventory.hosts import hosts_of
from inventory.model import Inventory, Pools
from inventory.names import ProfileName
from inventory.problems import Problem, Related, listed

_SHARED: Final = IPv4Network("100.64.0.0/10")
"""of carriers and their customers (RFC 6598): nobody else's, like private ones"""
_SPECIAL: Final = {
    IPv4Network("0.0.0.0/8"): "this network",
    IPv4Network("127.0.0.0/8"): "loopback",
    IPv4Network("169.254.0.0/16"): "link-local",
    IPv4Network("224.0.0.0/4"): "multicast",
    IPv4Network("240.0.0.0/4"): "reserved",
}
_LARGEST_BLOCKS: Final = 64
"""/24s of the largest management network that a /16 has twice, besides its ends"""
_LAST_SYSTEM: Final = 4294967294
"""the last private number of 32 bits (RFC 6996)"""


def pools(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every pool or series of numbers that cannot serve the inventory."""
    yield from _overlaps(inventory.pools, document)
    yield from _public(inventory.pools, document)
    yield from _special(inventory.pools, document)
    yield from _too_many_systems(inventory, document)
    yield from _too_small(inventory, document)
    for profile in inventory.profiles:
        yield from _too_many_hosts(profile, inventory, document)


def _overlaps(prefixes: Pools, document: Document) -> Iterator[Problem]:
    usable = (pool for pool in prefixes if is_usable(pool[1]))
    in_order = sorted(usable, key=lambda pool: document.at("pools", pool[0]))
    pairs = [(x, y) for x, y in combinations(in_order, 2) if x[1].overlaps(y[1])]
    for (name, pool), (other, taken) in blamed(pairs):
        yield Problem(
            document.at("pools", name),
            "NDC-E0501",
            f"pool {name} overlaps",
            expected="a prefix of its own",
            actual=str(pool),
            next_step="move one of them",
            related=Related(other, document.at("pools", other)),
            conditions=(f"pool {other} ({taken})",),
            about=listed([name, other]),
        )


def _public(prefixes: Pools, document: Document) -> Iterator[Problem]:
    for name, pool in prefixes:
        if not (is_usable(pool) or _meaning(pool)):
            yield Problem(
                document.at("pools", name),
                "NDC-E0502",
                f"pool {name} is part of the public internet",
                expected="a private prefix: 10.0.0.0/8, 172.16.0.0/12, 198.18.0.0/15, …",
                actual=str(pool),
                next_step="choose a private prefix",
            )


def _special(prefixes: Pools, document: Document) -> Iterator[Problem]:
    for name, pool in prefixes:
        if meaning := _meaning(pool):
            yield Problem(
                document.at("pools", name),
                "NDC-E0505",
                f"pool {name} holds addresses that no host can have",
                expected="a private prefix: 10.0.0.0/8, 172.16.0.0/12, 198.18.0.0/15, …",
                actual=f"{pool}: {meaning}",
                next_step="choose a private prefix",
            )


def is_usable(pool: IPv4Network) -> bool:
    """Whether hosts of a network like this may have the addresses of ``pool``."""
    return (pool.is_private or pool.subnet_of(_SHARED)) and not _meaning(pool)


def _meaning(pool: IPv4Network) -> str | None:
    """Return what addresses in ``pool`` are reserved for; None: they are those of hosts."""
    return next((what for other, what in _SPECIAL.items() if pool.overlaps(other)), None)


def _too_many_systems(inventory: Inventory, document: Document) -> Iterator[Problem]:
    base, count = inventory.network.autonomous_system_base, len(inventory.sites)
    if base + count > _LAST_SYSTEM:
        yield Problem(
            document.at("network", "autonomous_system_base"),
            "NDC-E0506",
            "there are not enough numbers for autonomous systems",
            expected=f"{_LAST_SYSTEM - count} at most, with {count} sites (RFC 6996)",
            actual=str(base),
            next_step="choose a lower base",
        )


def _too_small(inventory: Inventory, document: Document) -> Iterator[Problem]:
    prefixes = inventory.pools
    needs = (
        ("management", addresses.ENVIRONMENTS, addresses.environments(prefixes), "environments"),
        ("loopbacks", inventory.sites, addresses.blocks(prefixes.loopbacks), "sites"),
        ("lans", inventory.sites, addresses.blocks(prefixes.lans), "sites"),
        ("links", inventory.links, addresses.links(prefixes), "links"),
        (
            "services",
            (*inventory.services, *inventory.stores),
            addresses.services(prefixes),
            "services and stores",
        ),
    )
    for pool, takers, numbers, what in needs:
        if len(takers) > len(numbers):
            yield Problem(
                document.at("pools", pool),
                "NDC-E0503",
                f"pool {pool} is too small",
                expected=f"room for {what}: {len(takers)} or more",
                actual=f"{getattr(prefixes, pool)} has {len(numbers)}",
                next_step="choose a shorter prefix length",
            )


def _too_many_hosts(
    profile: ProfileName, inventory: Inventory, document: Document
) -> Iterator[Problem]:
    hosts = hosts_of(inventory, profile)
    count, room = len(hosts), len(addresses.management(_LARGEST_BLOCKS))
    if count > room:
        yield Problem(
            document.key_at("profiles", profile),
            "NDC-E0504",
            f"profile {profile} has more hosts than a management network may have addresses",
            expected=f"{room} hosts at most",
            actual=f"{count} hosts",
            next_step="give each kind of site fewer hosts, or declare fewer sites",
        )
    for kind in {site.kind for site in inventory.sites.values()}:
        at_site = len(inventory.profiles[profile].kinds.get(kind, ()))
        if at_site > len(addresses.HOSTS):
            yield Problem(
                document.key_at("profiles", profile, "kinds", kind),
                "NDC-E0504",
                f"a {kind} has more hosts than its LAN has addresses",
                expected=f"{len(addresses.HOSTS)} hosts at most",
                actual=f"{at_site} hosts",
                next_step="give this kind of site fewer hosts",
            )
