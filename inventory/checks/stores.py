"""Stores that could not keep what their tier promises, or have no place to lie in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import inf
from typing import Final

from core.text import duration
from inventory.documents import Document
from inventory.model import Inventory, PoolEntry
from inventory.names import ProfileName, SiteName, StoreName
from inventory.problems import Place, Problem, Related, listed, nearest
from inventory.storing import StoreEntry

_SHORTEST: Final = timedelta(seconds=1)
_MOST: Final = 1000
"""recovery points at one place"""


def stores(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every store that cannot be held as it is declared."""
    for name, store in inventory.stores.items():
        yield from _times(name, store, inventory, document)
        yield from _rate(name, store, inventory, document)
        for profile in inventory.profiles:
            yield from _pool(name, store, profile, inventory, document)
    yield from _one_path(inventory, document)


def _times(
    name: StoreName, store: StoreEntry, inventory: Inventory, document: Document
) -> Iterator[Problem]:
    """Yield a problem where the schedule of ``store`` breaks the promise of its tier."""
    for key in ("interval", "read_back"):
        length: timedelta = getattr(store, key)
        if length < _SHORTEST:
            yield Problem(
                document.at("stores", name, key),
                "NDC-E1001",
                f"{key} of {name} is {duration(length)}",
                expected=f"{duration(_SHORTEST)} or more",
                actual=duration(length),
                next_step="write how long lies between one and the next",
            )
    allowed = inventory.tiers[store.tier].recovery_point
    promise = Related(
        f"recovery_point of {store.tier}", document.at("tiers", store.tier, "recovery_point")
    )
    # a change just after a recovery point waits a whole interval for the next one; that one is
    # taken up by a target that may have asked just before, and then it travels
    worst = 2 * store.interval + store.transfer
    if worst > allowed:
        key = "interval" if 2 * _SHORTEST + store.transfer <= allowed else "transfer"
        yield Problem(
            document.at("stores", name, key),
            "NDC-E1002",
            f"the refuges of {name} may be {duration(worst)} behind",
            expected=f"2 x interval + transfer of {duration(allowed)} at most",
            actual=f"2 x {duration(store.interval)} + {duration(store.transfer)}",
            next_step=f"choose a shorter {key}, or a tier that allows more",
            related=promise,
        )
    yield from _retention(name, store, promise, allowed, document.at("stores", name, "retention"))


def _retention(
    name: StoreName, store: StoreEntry, promise: Related, allowed: timedelta, place: Place
) -> Iterator[Problem]:
    """Yield a problem where too few recovery points are kept, or too many."""
    if store.retention < allowed:
        yield Problem(
            place,
            "NDC-E1003",
            f"{name} keeps its recovery points for {duration(store.retention)}",
            expected=f"{duration(allowed)} or more, or none is left to come back to",
            actual=duration(store.retention),
            next_step="keep them longer, or choose a tier that allows less",
            related=promise,
        )
    if store.interval and store.retention / store.interval > _MOST:
        yield Problem(
            place,
            "NDC-E1008",
            f"{name} keeps {store.retention // store.interval} recovery points",
            expected=f"{_MOST} or fewer: each makes the next one slower",
            actual=f"one every {duration(store.interval)} for {duration(store.retention)}",
            next_step="keep them for a shorter time, or make fewer",
        )


def _rate(
    name: StoreName, store: StoreEntry, inventory: Inventory, document: Document
) -> Iterator[Problem]:
    """Yield a problem for a transfer that may take a whole link to a refuge, and starve others."""
    sites = {store.home, *store.refuges}
    between = [name for name, entry in inventory.links.items() if sites >= {*entry.ends}]
    limits = {link: inventory.links[link].rate_mbps or inf for link in between}
    for link, limit in limits.items():
        if (store.rate_mbps or limit) >= limit < inf:
            yield Problem(
                document.at("stores", name, "rate_mbps"),
                "NDC-E1004",
                f"a transfer of {name} may take all of",
                expected=f"less than {min(limits.values())}, so that commits of databases pass",
                actual="not limited" if store.rate_mbps is None else str(store.rate_mbps),
                next_step="declare a smaller rate_mbps",
                related=Related(link, document.at("links", link, "rate_mbps")),
                conditions=(link,),
            )


def _pool(
    name: StoreName,
    store: StoreEntry,
    profile: ProfileName,
    inventory: Inventory,
    document: Document,
) -> Iterator[Problem]:
    """Yield a problem where ``store`` has no pool, or one that cannot hold what comes from home."""
    pools = inventory.profiles[profile].storage
    pool, place = pools.get(store.pool), document.key_at("profiles", profile)
    if pool is None:
        hint = nearest(store.pool, pools)
        yield Problem(
            document.at("stores", name, "pool"),
            "NDC-E1005",
            f'pool of {name} names "{store.pool}", which is no pool',
            expected=f"a pool in the profile's storage: {listed(pools)}",
            actual=store.pool,
            next_step=f"did you mean {hint}?" if hint else "declare the pool, or name another",
            related=Related("the profile", place),
            conditions=(f"under profile {profile}",),
        )
        return
    for site in store.refuges:
        if pool.size_at(site) < pool.size_at(store.home):
            yield _no_room(name, store, site, profile, pool, document)


def _no_room(
    name: StoreName,
    store: StoreEntry,
    site: SiteName,
    profile: ProfileName,
    pool: PoolEntry,
    document: Document,
) -> Problem:
    """Return the problem that ``site`` cannot hold what comes from home."""
    path = ("profiles", profile, "storage", store.pool, "sizes")
    return Problem(
        document.at(*path, site if site in pool.sizes else store.home),
        "NDC-E1006",
        f"{site} has less room in pool {store.pool} than {store.home}",
        expected=f"{pool.size_at(store.home) // 2**20} MiB or more, as there",
        actual=f"{pool.size_at(site) // 2**20} MiB under profile {profile}",
        next_step="give the refuge a pool as large, or choose another refuge",
        related=Related(name, document.at("stores", name, "refuges")),
        conditions=(f"for {name}",),
    )


def _one_path(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every store that would lie in the folder of another."""
    owners: dict[tuple[str, str], StoreName] = {}
    in_order = sorted(inventory.stores, key=lambda name: document.at("stores", name, "dataset"))
    for name in in_order:
        store = inventory.stores[name]
        owner = owners.setdefault((store.pool, store.dataset), name)
        if owner != name:
            yield Problem(
                document.at("stores", name, "dataset"),
                "NDC-E1007",
                f"{name} lies where {owner} lies",
                expected="a dataset of its own in the pool",
                actual=f"{store.dataset} in {store.pool}",
                next_step="name another dataset, or another pool",
                related=Related(owner, document.at("stores", owner, "dataset")),
            )
