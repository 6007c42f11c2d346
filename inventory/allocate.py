"""Give a number to everything that is declared and has none; take none away.

New names are served in alphabetical order, stores after services, so that the order of files means
nothing. When a name is gone, its number is at rest: the name gets it back if it
returns, and another name gets it only if no number is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.errors import InventoryInvalid
from inventory import addresses
from inventory.allocations import Allocations, Series
from inventory.hosts import hosts_of
from inventory.model import Inventory
from inventory.names import LinkName

__all__ = ["Allocations", "allocate", "management_blocks", "pair_of"]


def allocate(inventory: Inventory, profile: str, allocations: Allocations) -> Allocations:
    """Return ``allocations``, and a number for all that ``inventory`` has under ``profile``.

    No number that ``allocations`` has in use changes its name. Equal arguments give
    equal allocations.

    Raises:
        PlanRefused: there is no such profile.
        InventoryInvalid: a number given earlier has left the pools.
    """
    hosts = hosts_of(inventory, profile)
    pools = inventory.pools
    demands: dict[str, tuple[Sequence[str], range]] = {
        "sites": (sorted(inventory.sites), addresses.sites(pools)),
        "links": (sorted(inventory.links), addresses.links(pools)),
        "management": (
            sorted(host.name for host in hosts),
            _management(len(hosts), allocations),
        ),
        "services": (
            (*sorted(inventory.services), *sorted(inventory.stores)),
            addresses.services(pools),
        ),
    }
    for site in inventory.sites:
        site_hosts = sorted(host.name for host in hosts if host.site == site)
        demands[f"hosts of {site}"] = (site_hosts, addresses.HOSTS)
    old_hosts = {
        name: ((), addresses.HOSTS) for name in allocations.series if name.startswith("hosts of ")
    }
    series = {
        name: _numbered(name, allocations.series.get(name, Series()), names, numbers)
        for name, (names, numbers) in (old_hosts | demands).items()
    }
    return Allocations({**series, **_places(inventory, allocations)})


def management_blocks(allocations: Allocations) -> int:
    """Return how many /24s the management network takes in which ``allocations`` were given.

    What rests counts: a name that returns finds its number again.
    """
    series = allocations.series.get("management", Series())
    return max(
        map(addresses.blocks_with, [*series.given.values(), *series.released.values()]), default=1
    )


def pair_of(ends: Iterable[str]) -> str:
    """Return the name of the pair that joins the sites ``ends``, the same from both sides.

    Where a site's own name has a dash, ``a`` with ``b-c`` is another pair than ``a-b`` with ``c``.
    """
    names = sorted(ends)
    return (" and " if any("-" in name for name in names) else "-").join(names)


def _management(hosts: int, earlier: Allocations) -> range:
    """Return the numbers for ``hosts``: as many as before, unless they need more."""
    return addresses.management(max(addresses.blocks_for(hosts), management_blocks(earlier)))


def _numbered(name: str, earlier: Series, names: Sequence[str], numbers: range) -> Series:
    """Return series ``name`` with a number for each of ``names``, which are served in this order.

    ``earlier`` is the series before; ``numbers`` are those that the pools have now.
    """
    old = {**earlier.released, **earlier.given}
    in_use = {owner: old[owner] for owner in names if owner in old}
    at_rest = {owner: number for owner, number in old.items() if owner not in in_use}
    old_numbers = set(old.values())
    free = iter([number for number in numbers if number not in old_numbers])
    for owner in names:
        if owner not in in_use:
            number = next(free, None)
            in_use[owner] = _longest_resting(at_rest) if number is None else number
    for owner, number in in_use.items():
        _must_exist(name, owner, number, numbers)
    return Series(dict(sorted(in_use.items())), at_rest)


def _longest_resting(at_rest: dict[str, int]) -> int:
    """Take the number that has been at rest the longest; the check of pools saw that one is."""
    return at_rest.pop(next(iter(at_rest)))


def _must_exist(series: str, name: str, number: int, numbers: range) -> None:
    """Return if ``numbers``, those that the pools have now, hold ``number`` of ``name``."""
    if number not in numbers:
        raise InventoryInvalid(
            f"{name} holds number {number} among {series}, and the pools no longer have it",
            expected=f"{numbers.start} to {numbers.stop - 1}",
            actual=str(number),
            next_step="give the pool its old size back; numbers that are in use do not change",
        )


def _places(inventory: Inventory, allocations: Allocations) -> Mapping[str, Series]:
    """Return which place each link has in its pair: 0 lands on the first border host.

    No place is ever at rest: the link that replaces another takes over its border hosts.
    """
    pairs: dict[str, list[LinkName]] = {}
    for name, link in inventory.links.items():
        pairs.setdefault(f"places in {pair_of(link.ends)}", []).append(name)
    places = {}
    for series, names in pairs.items():
        earlier = allocations.series.get(series, Series()).given
        by_link: dict[str, int] = {name: earlier[name] for name in sorted(names) if name in earlier}
        free = iter([place for place in range(len(names)) if place not in by_link.values()])
        for name in sorted(names):
            if name not in by_link:
                by_link[name] = next(free)
        places[series] = Series(dict(sorted(by_link.items())))
    return places
