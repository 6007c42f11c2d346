"""Clocks outside the network: each is outside, is there once, and is asked by somebody."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from inventory.checks.pools import is_usable
from inventory.documents import Document
from inventory.hosts import hosts_of
from inventory.model import Inventory
from inventory.names import TimeServerName
from inventory.network import Role
from inventory.problems import Problem, Related, listed
from inventory.timing import TimeServerEntry


def time_servers(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every time server that is no clock outside, or that tells nobody."""
    first: dict[IPv4Address, TimeServerName] = {}
    for name, server in inventory.time_servers.items():
        yield from _inside(name, server, inventory, document)
        yield from _unasked(name, server, inventory, document)
        before = first.setdefault(server.address, name)
        if before != name:
            yield Problem(
                document.at("time_servers", name, "address"),
                "NDC-E1102",
                f"{name} is {before} under another name",
                expected="an address of its own: who is asked twice is no second witness",
                actual=str(server.address),
                next_step="remove one of them; `sites` may name several",
                related=Related(before, document.at("time_servers", before, "address")),
            )


def _inside(
    name: TimeServerName, server: TimeServerEntry, inventory: Inventory, document: Document
) -> Iterator[Problem]:
    """Yield a problem where ``server`` is in the network, or nowhere."""
    address = server.address
    pool = next(
        (name for name, pool in inventory.pools if address in pool and is_usable(pool)), None
    )
    is_nobodys = address.is_multicast or address.is_reserved or address.is_unspecified
    if pool or is_nobodys or address.is_loopback or address.is_link_local:
        yield Problem(
            document.at("time_servers", name, "address"),
            "NDC-E1101",
            f"{name} is no host outside the network",
            expected="the address of a host, in none of the pools",
            actual=f"{address}, of pool {pool}" if pool else f"{address}, which is no such host's",
            next_step="name a clock outside; hosts of the network compare theirs anyway",
        )


def _unasked(
    name: TimeServerName, server: TimeServerEntry, inventory: Inventory, document: Document
) -> Iterator[Problem]:
    """Yield a problem for every site that is to ask ``server``, and where nobody would."""
    for profile in inventory.profiles:
        hosts = hosts_of(inventory, profile)
        asking = {host.site for host in hosts if Role.MONITOR in host.roles}
        for index, site in enumerate(server.sites):
            if site in inventory.sites and site not in asking:
                yield Problem(
                    document.at("time_servers", name, "sites", index),
                    "NDC-E1103",
                    f"nobody at {site} asks {name}",
                    expected="a host with role monitor",
                    actual=listed({r for h in hosts if h.site == site for r in h.roles}),
                    next_step="give the role to a host there, or name another site",
                    conditions=(f"under profile {profile}",),
                )
