"""Everything that may be lost, and the links and sites that go with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inventory.allocate import pair_of
from inventory.checks.policy import as_allowed
from inventory.derive import failure_sets
from inventory.documents import Document
from inventory.hosts import hosts_of
from inventory.model import Inventory
from inventory.names import HostName, LinkName, ProfileName, SiteName
from inventory.network import Role
from inventory.problems import Place


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that may be lost, and every link and site that is lost with it."""

    what: str
    """as a person says it: ``duct red-river-north-ring``"""
    links: frozenset[LinkName]
    sites: frozenset[SiteName]
    code: str
    """of the problem, if the rest does not hold together"""
    place: Place
    condition: str = ""
    """``under profile small``: when it takes that much with it; empty: always"""


def of_each_link(inventory: Inventory, document: Document) -> Iterator[Loss]:
    """Yield the loss of each link."""
    for name in inventory.links:
        place = document.key_at("links", name)
        yield Loss(f"link {name}", frozenset({name}), frozenset(), "NDC-E0602", place)


def of_risks(inventory: Inventory, document: Document) -> Iterator[Loss]:
    """Yield the loss of each duct and each shared risk that takes more than one link."""
    for key, word in (("ducts", "duct"), ("shared_risks", "shared risk")):
        links_with: dict[str, set[LinkName]] = {}
        first: dict[str, Place] = {}
        for name, link in inventory.links.items():
            for index, thing in enumerate(getattr(link, key)):
                links_with.setdefault(thing, set()).add(name)
                first.setdefault(thing, document.at("links", name, key, index))
        for thing, links in links_with.items():
            if len(links) > 1:
                what = f"{word} {thing}"
                yield Loss(what, frozenset(links), frozenset(), "NDC-E0603", first[thing])


def of_sites(inventory: Inventory, document: Document) -> Iterator[Loss]:
    """Yield the loss of each site, and of each set of sites that the policy names."""
    failures = failure_sets(as_allowed(inventory))
    losses = {failure.sites: ("regions", failure.name) for failure in failures}
    losses |= {frozenset({site}): ("sites", site) for site in inventory.sites}
    for sites, path in losses.items():
        yield Loss(path[-1], frozenset(), sites, "NDC-E0604", document.key_at(*path))


def of_border_hosts(
    profile: ProfileName, inventory: Inventory, document: Document
) -> Iterator[Loss]:
    """Yield the loss of each border host; a site with no other router goes with it."""
    routers: dict[SiteName, list[HostName]] = {}
    for host in hosts_of(inventory, profile):
        if Role.BORDER in host.roles:
            routers.setdefault(host.site, []).append(host.name)
    carried = _carried(inventory, routers)
    for site, names in routers.items():
        for name in names:
            yield Loss(
                name,
                frozenset(carried[name]),
                frozenset() if len(names) > 1 else frozenset({site}),
                "NDC-E0605",
                document.key_at("sites", site),
                f"under profile {profile}",
            )


def _carried(
    inventory: Inventory, routers: Mapping[SiteName, Sequence[HostName]]
) -> Mapping[HostName, set[LinkName]]:
    """Return the links of each of ``routers`` in a new environment, dealt out pair by pair."""
    carried: dict[HostName, set[LinkName]] = {name: set() for at in routers.values() for name in at}
    places: Counter[str] = Counter()
    for name, link in sorted(inventory.links.items()):
        pair = pair_of(link.ends)
        for site in {*link.ends} & routers.keys():
            carried[routers[site][places[pair] % len(routers[site])]].add(name)
        places[pair] += 1
    return carried
