"""From declared pools and stores to where each of them lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address
from typing import TypeAlias

from core.host_paths import POOLS
from inventory.hosts import profile_of
from inventory.model import Inventory
from inventory.names import HostName, PoolName, SiteName, StoreName
from inventory.network import Host, Role
from inventory.storage import Pool, Store, StoreCopy
from inventory.storing import StoreEntry

HostsAt: TypeAlias = Mapping[SiteName, Sequence[Host]]
"""the hosts of every site, in the order of their numbers; sites too"""


def pools(inventory: Inventory, profile: str, hosts_at: HostsAt) -> Iterator[Pool]:
    """Yield the storage pools in the order of their hosts: a site has each of them once."""
    storage = profile_of(inventory, profile).storage
    for site, hosts in hosts_at.items():
        for host in _for_storage(hosts):
            for name, entry in sorted(storage.items()):
                yield Pool(_pool_of(host, name), host, POOLS / name, entry.size_at(site))


def stores(
    inventory: Inventory, hosts_at: HostsAt, address_of: Callable[[StoreName], IPv4Address]
) -> Iterator[Store]:
    """Yield the stores in the order of their names."""
    for name, entry in sorted(inventory.stores.items()):
        yield _store(name, entry, inventory, hosts_at, address_of(name))


def _store(
    name: StoreName,
    entry: StoreEntry,
    inventory: Inventory,
    hosts_at: HostsAt,
    address: IPv4Address,
) -> Store:
    rate = entry.rate_mbps
    return Store(
        name=name,
        title=entry.title,
        address=address,
        access=entry.access,
        owner=entry.owner,
        readers=entry.readers,
        dataset=entry.dataset,
        tier=entry.tier,
        recovery_point=inventory.tiers[entry.tier].recovery_point,
        home=entry.home,
        refuges=entry.refuges,
        copies=tuple(
            StoreCopy(host, site, _pool_of(host, entry.pool))
            for site in (entry.home, *entry.refuges)
            for host in _for_storage(hosts_at[site])
        ),
        interval=entry.interval,
        transfer=entry.transfer,
        retention=entry.retention,
        read_back=entry.read_back,
        rate_bits_per_second=None if rate is None else rate * 1_000_000,
    )


def _for_storage(hosts: Sequence[Host]) -> list[HostName]:
    """Return the one of a site's ``hosts`` that has its pools; none if no one is for storage."""
    return [host.name for host in hosts if Role.STORAGE in host.roles][:1]


def _pool_of(host: HostName, pool: PoolName) -> PoolName:
    return PoolName(f"{host}-{pool}")
