"""After any one loss, every site that is left still has a path to every other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import ceil

from inventory.checks.link_graph import LinkGraph
from inventory.checks.losses import Loss, of_border_hosts, of_links, of_sites
from inventory.derive import failure_sets
from inventory.documents import Document
from inventory.model import Inventory, LinkEntry
from inventory.names import LinkName, SiteName
from inventory.problems import Problem, Related, listed


def topology(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every loss that cuts the rest in two, or makes it too slow."""
    graph = LinkGraph(inventory)
    *lonely, largest = sorted(graph.parts(), key=len) or [[]]
    for part in lonely:
        yield _apart(part, [*lonely, largest], document)
    for loss in of_links(inventory, document):
        yield from _cut(graph, loss)
    for loss in of_sites(inventory, document):
        yield from _cut(graph, loss)
    yield from _together(inventory, document)
    yield from _hosts(graph, inventory, document)
    yield from _too_slow(graph, inventory, document)


def _together(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for two links between the same sites that one event takes together."""
    pairs: dict[frozenset[SiteName], list[tuple[LinkName, LinkEntry]]] = {}
    for named in inventory.links.items():
        pairs.setdefault(frozenset(named[1].ends), []).append(named)
    for links in pairs.values():
        for (name, link), (other, second) in combinations(links, 2):
            for key in ("ducts", "shared_risks"):
                shared = [thing for thing in getattr(second, key) if thing in getattr(link, key)]
                if shared:
                    yield Problem(
                        document.at("links", other, key, getattr(second, key).index(shared[0])),
                        "NDC-E0608",
                        f"{name} and {other} join the same sites, and fall together",
                        expected="ducts and risks that links of a pair do not share",
                        actual=listed(shared),
                        next_step="lead one of them elsewhere, or declare one link",
                        related=Related(name, document.key_at("links", name)),
                    )


def _hosts(graph: LinkGraph, inventory: Inventory, document: Document) -> Iterator[Problem]:
    promises = {failure.sites for failure in failure_sets(inventory)}
    for profile in inventory.profiles:
        for loss in of_border_hosts(profile, inventory, document):
            if not loss.sites:
                yield from _cut(graph, loss)
            elif loss.sites not in promises:
                (site,) = loss.sites
                yield Problem(
                    loss.place,
                    "NDC-E0606",
                    f"{site} has a single router under profile {profile}: it is lost with it",
                    expected=f"a promise to survive the loss of {site}, or a second router",
                    actual="no promise",
                    next_step="set any_site in the failure policy, or add a host with role border",
                    related=Related("failure policy", document.key_at("failure_policy")),
                )


def _apart(lonely: list[SiteName], parts: list[list[SiteName]], document: Document) -> Problem:
    return Problem(
        document.key_at("sites", lonely[0]),
        "NDC-E0601",
        f"{lonely[0]} has no path to {parts[-1][0]}",
        expected="a path from every site to every other",
        actual=_shown(sorted(parts)),
        next_step=f"declare links of {lonely[0]}",
    )


def _cut(graph: LinkGraph, loss: Loss) -> Iterator[Problem]:
    if parts := graph.parts_without(loss):
        lonely = min(parts, key=len)
        yield Problem(
            loss.place,
            loss.code,
            f"the loss of {loss.what} cuts off {' and '.join(lonely)}{loss.condition}",
            expected="a path from every site that is left to every other",
            actual=_shown(parts),
            next_step=f"give {lonely[0]} a link that does not depend on {loss.what}",
        )


def _shown(parts: list[list[SiteName]]) -> str:
    return " | ".join(" ".join(part) for part in parts)


def _too_slow(graph: LinkGraph, inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for two sites whose synchronous copies would be too far apart."""
    worst = _slowest(graph, inventory, document)
    for name, database in inventory.databases.items():
        own = database.synchronous_rtt_ms
        budget_ms = inventory.network.synchronous_rtt_ms if own is None else own
        budget = ("network",) if own is None else ("databases", name)
        for one, other in combinations(database.synchronous, 2):
            rtt_ms, after = worst[one, other]
            if rtt_ms > budget_ms:
                index = database.synchronous.index(other)
                yield Problem(
                    document.at("databases", name, "synchronous", index),
                    "NDC-E0607",
                    f"{one} and {other} are too far apart for synchronous copies of {name}",
                    expected=f"{budget_ms:g} ms round trip at most, after the loss of any one link",
                    actual=f"{rtt_ms:g} ms{after}",
                    next_step=f"hold {name} at {other} asynchronously; or say what each commit of "
                    f"{name} may wait, synchronous_rtt_ms: {ceil(rtt_ms)}",
                    related=Related("budget", document.at(*budget, "synchronous_rtt_ms")),
                )


def _slowest(
    graph: LinkGraph, inventory: Inventory, document: Document
) -> dict[tuple[SiteName, SiteName], tuple[float, str]]:
    """Return the slowest best path between the sites of each synchronous pair, and after what."""
    losses = list(of_links(inventory, document))
    pairs = {p for d in inventory.databases.values() for p in combinations(d.synchronous, 2)}
    worst: dict[tuple[SiteName, SiteName], tuple[float, str]] = {}
    for pair in pairs:
        rtt_ms, links = graph.quickest(*pair) or (0.0, frozenset())
        worst[pair] = (rtt_ms, "")
        # what the best path does not use may be lost without making it slower
        for loss in (loss for loss in losses if not links.isdisjoint(loss.links)):
            after = graph.rtt_ms_without(loss, *pair)
            if after is not None and after > worst[pair][0]:
                worst[pair] = (after, f" after the loss of {loss.what}")
    return worst
