"""From declared pools and stores to where each of them lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.host_paths import POOLS
from inventory.hosts import profile_of
from inventory.model import Inventory, StoreEntry
from inventory.names import HostName, PoolName, SiteName, StoreName
from inventory.network import Host, Role
from inventory.storage import Pool, Store, StoreCopy


def pools(inventory: Inventory, profile: str, hosts: Sequence[Host]) -> Iterator[Pool]:
    """Yield the storage pools in the order of ``hosts``: a site has each of them once."""
    storage = profile_of(inventory, profile).storage
    for host in hosts:
        if host.name in _for_storage(hosts, host.site):
            for name, entry in sorted(storage.items()):
                full = _pool_of(host.name, name)
                yield Pool(full, host.name, POOLS / name, entry.size_at(host.site))


def stores(inventory: Inventory, hosts: Sequence[Host]) -> Iterator[Store]:
    """Yield the stores in the order of their names."""
    for name, entry in sorted(inventory.stores.items()):
        yield _store(name, entry, inventory, hosts)


def _store(
    name: StoreName, entry: StoreEntry, inventory: Inventory, hosts: Sequence[Host]
) -> Store:
    rate = entry.rate_mbps
    return Store(
        name=name,
        title=entry.title,
        dataset=entry.dataset,
        tier=entry.tier,
        recovery_point=inventory.tiers[entry.tier].recovery_point,
        home=entry.home,
        refuges=entry.refuges,
        copies=tuple(
            StoreCopy(host, site, _pool_of(host, entry.pool))
            for site in (entry.home, *entry.refuges)
            for host in _for_storage(hosts, site)
        ),
        interval=entry.interval,
        transfer=entry.transfer,
        retention=entry.retention,
        read_back=entry.read_back,
        rate_bits_per_second=None if rate is None else rate * 1_000_000,
    )


def _for_storage(hosts: Sequence[Host], site: SiteName) -> list[HostName]:
    """Return the one host of ``site`` that has its pools; none if no host there is for storage."""
    return [h.name for h in hosts if h.site == site and Role.STORAGE in h.roles][:1]


def _pool_of(host: HostName, pool: PoolName) -> PoolName:
    return PoolName(f"{host}-{pool}")
