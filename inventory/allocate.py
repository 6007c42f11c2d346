"""Give a number to everything that is declared and has none; take none away.

New names are served in alphabetical order, so that the order of files means
nothing. A name that is gone leaves its number to rest: if the name returns, it
has its number back; nobody else gets it while another is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.errors import InventoryInvalid
from inventory import addresses
from inventory.allocations import Allocations, Series
from inventory.hosts import hosts_of
from inventory.model import Inventory
from inventory.names import LinkName

__all__ = ["Allocations", "allocate", "pair_of"]


def allocate(inventory: Inventory, profile: str, known: Allocations) -> Allocations:
    """Return ``known`` with a number for everything that ``inventory`` has under ``profile``.

    Raises:
        PlanRefused: there is no such profile.
        InventoryInvalid: a number given earlier has left the pools.
    """
    hosts = hosts_of(inventory, profile)
    pools = inventory.pools
    wanted: dict[str, tuple[Iterable[str], range]] = {
        "sites": (inventory.sites, addresses.sites(pools)),
        "links": (inventory.links, addresses.links(pools)),
        "management": ((host.name for host in hosts), addresses.MANAGEMENT),
        "services": (inventory.services, addresses.services(pools)),
    }
    for site in inventory.sites:
        here = [host.name for host in hosts if host.site == site]
        wanted[f"hosts of {site}"] = (here, addresses.HOSTS)
    gone = {name: ((), addresses.HOSTS) for name in known.series if name.startswith("hosts of ")}
    given = {
        name: _numbered(name, known.series.get(name, Series()), names, numbers)
        for name, (names, numbers) in (gone | wanted).items()
    }
    return Allocations({**given, **_places(inventory, known)})


def pair_of(ends: Iterable[str]) -> str:
    """Return the name of the pair that joins the sites ``ends``, the same from both sides."""
    return "-".join(sorted(ends))


def _numbered(name: str, known: Series, names: Iterable[str], numbers: range) -> Series:
    """Return the series with a number for each of ``names``."""
    wanted = sorted(names)
    every = {**known.released, **known.given}
    given = {who: every[who] for who in wanted if who in every}
    resting = {who: number for who, number in every.items() if who not in given}
    used = set(every.values())
    free = iter([number for number in numbers if number not in used])
    for who in wanted:
        if who not in given:
            number = next(free, None)
            given[who] = _longest_resting(resting) if number is None else number
    for who, number in given.items():
        _must_exist(name, who, number, numbers)
    return Series(dict(sorted(given.items())), resting)


def _longest_resting(resting: dict[str, int]) -> int:
    """Take the number whose owner left first; the check of pools has seen that there is one."""
    return resting.pop(next(iter(resting)))


def _must_exist(series: str, name: str, number: int, numbers: range) -> None:
    if number not in numbers:
        raise InventoryInvalid(
            f"{name} holds number {number} among {series}, and the pools no longer have it",
            expected=f"{numbers.start} to {numbers.stop - 1}",
            actual=str(number),
            next_step="give the pool its old size back; numbers that are in use do not change",
        )


def _places(inventory: Inventory, known: Allocations) -> Mapping[str, Series]:
    """Return which place each link has in its pair: 0 lands on the first border host.

    Places do not rest: the link that replaces another takes over its border hosts.
    """
    pairs: dict[str, list[LinkName]] = {}
    for name, link in inventory.links.items():
        pairs.setdefault(f"places in {pair_of(link.ends)}", []).append(name)
    places = {}
    for series, names in pairs.items():
        before = known.series.get(series, Series()).given
        given: dict[str, int] = {name: before[name] for name in sorted(names) if name in before}
        free = iter([place for place in range(len(names)) if place not in given.values()])
        for name in sorted(names):
            if name not in given:
                given[name] = next(free)
        places[series] = Series(dict(sorted(given.items())))
    return places
