"""Everything that may be lost, and the links and sites that go with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inventory.allocate import allocate
from inventory.allocations import Allocations
from inventory.derive import derive, failure_sets
from inventory.documents import Document
from inventory.model import Inventory
from inventory.names import EnvironmentName, LinkName, ProfileName, SiteName
from inventory.network import Network, Role
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
    """when it takes that much with it; empty: always"""


def of_links(inventory: Inventory, document: Document) -> Iterator[Loss]:
    """Yield the loss of each link, each duct and each shared risk."""
    for name in inventory.links:
        place = document.key_at("links", name)
        yield Loss(f"link {name}", frozenset({name}), frozenset(), "NDC-E0602", place)
    for key, word in (("ducts", "duct"), ("shared_risks", "shared risk")):
        links_with: dict[str, set[LinkName]] = {}
        first: dict[str, Place] = {}
        for name, link in inventory.links.items():
            for index, thing in enumerate(getattr(link, key)):
                links_with.setdefault(thing, set()).add(name)
                first.setdefault(thing, document.at("links", name, key, index))
        for thing, links in links_with.items():
            if len(links) > 1:  # the loss of one alone was yielded above
                what = f"{word} {thing}"
                yield Loss(what, frozenset(links), frozenset(), "NDC-E0603", first[thing])


def of_sites(inventory: Inventory, document: Document) -> Iterator[Loss]:
    """Yield the loss of each site, and of each set of sites that the policy names."""
    losses = {failure.sites: ("regions", failure.name) for failure in failure_sets(inventory)}
    losses |= {frozenset({site}): ("sites", site) for site in inventory.sites}
    for sites, path in losses.items():
        yield Loss(path[-1], frozenset(), sites, "NDC-E0604", document.key_at(*path))


def of_border_hosts(
    profile: ProfileName, inventory: Inventory, document: Document
) -> Iterator[Loss]:
    """Yield the loss of each border host; a site with no other router goes with it."""
    # what is placed there has mistakes of its own
    bare = inventory.model_copy(update={"services": {}, "databases": {}})
    network = sample(bare, profile)
    for host in network.hosts_with(Role.BORDER):
        others = [h for h in network.hosts_at(host.site) if Role.BORDER in h.roles and h != host]
        yield Loss(
            host.name,
            frozenset(link.name for link in network.links_of(host.name)),
            frozenset() if others else frozenset({host.site}),
            "NDC-E0605",
            document.key_at("sites", host.site),
            f" under profile {profile}",
        )


def sample(inventory: Inventory, profile: ProfileName) -> Network:
    """Return the network that ``inventory`` would be in an environment that is new, undrilled."""
    # what is practised there has mistakes of its own
    bare = inventory.model_copy(update={"drills": {}})
    numbers = allocate(bare, profile, Allocations())
    return derive(bare, numbers, profile=profile, environment=EnvironmentName("check"), number=1)
