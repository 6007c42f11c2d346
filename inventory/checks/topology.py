"""After any one loss, every site that is left still has a path to every other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import networkx as nx

from inventory.checks.losses import Loss, of_border_hosts, of_links, of_sites
from inventory.derive import failure_sets
from inventory.documents import Document
from inventory.model import Inventory
from inventory.names import SiteName
from inventory.problems import Problem, Related, listed


def topology(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every loss that cuts the rest in two, or makes it too slow."""
    parts = _parts(inventory, None)
    if len(parts) > 1:
        yield _in_parts(parts, document)
        return
    for loss in of_links(inventory, document):
        yield from _cut(inventory, loss)
    for loss in of_sites(inventory, document):
        yield from _cut(inventory, loss)
    yield from _together(inventory, document)
    yield from _hosts(inventory, document)
    yield from _too_slow(inventory, document)


def _together(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for two links between the same sites that one event takes together."""
    for (name, link), (other, second) in combinations(inventory.links.items(), 2):
        if {*link.ends} != {*second.ends}:
            continue
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


def _hosts(inventory: Inventory, document: Document) -> Iterator[Problem]:
    promises = {failure.sites for failure in failure_sets(inventory)}
    for profile in inventory.profiles:
        for loss in of_border_hosts(profile, inventory, document):
            if not loss.sites:
                yield from _cut(inventory, loss)
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


def _graph(inventory: Inventory, loss: Loss | None) -> nx.Graph[SiteName]:
    """Return the sites and the quickest link between each two of them, without what is lost."""
    graph: nx.Graph[SiteName] = nx.Graph()
    graph.add_nodes_from(site for site in inventory.sites if not (loss and site in loss.sites))
    for name, link in inventory.links.items():
        a, z = link.ends
        if loss is not None and (name in loss.links or not loss.sites.isdisjoint(link.ends)):
            continue
        quickest = min(link.rtt_ms, graph.get_edge_data(a, z, {"rtt_ms": link.rtt_ms})["rtt_ms"])
        graph.add_edge(a, z, rtt_ms=quickest)
    return graph


def _parts(inventory: Inventory, loss: Loss | None) -> list[list[SiteName]]:
    """Return the sites that can reach each other, part by part."""
    return sorted(sorted(part) for part in nx.connected_components(_graph(inventory, loss)))


def _in_parts(parts: list[list[SiteName]], document: Document) -> Problem:
    lonely = min(parts, key=len)
    return Problem(
        document.key_at("sites", lonely[0]),
        "NDC-E0601",
        f"{lonely[0]} has no path to {next(part for part in parts if part != lonely)[0]}",
        expected="a path from every site to every other",
        actual=_shown(parts),
        next_step=f"declare links of {lonely[0]}",
    )


def _cut(inventory: Inventory, loss: Loss) -> Iterator[Problem]:
    parts = _parts(inventory, loss)
    if len(parts) > 1:
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


def _too_slow(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for two sites whose synchronous copies would be too far apart."""
    budget_ms = inventory.network.synchronous_rtt_ms
    worst = _slowest(inventory, document)
    for name, database in inventory.databases.items():
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
                    next_step=f"hold {name} at {other} asynchronously, or change the budget",
                    related=Related("budget", document.at("network", "synchronous_rtt_ms")),
                )


def _slowest(
    inventory: Inventory, document: Document
) -> dict[tuple[SiteName, SiteName], tuple[float, str]]:
    """Return the slowest best path between the sites of each synchronous pair, and after what."""
    pairs = {p for d in inventory.databases.values() for p in combinations(d.synchronous, 2)}
    worst: dict[tuple[SiteName, SiteName], tuple[float, str]] = dict.fromkeys(pairs, (0.0, ""))
    if not pairs:
        return worst
    for loss in (None, *of_links(inventory, document)):
        graph = _graph(inventory, loss)
        for one, other in pairs:
            if nx.has_path(graph, one, other):
                rtt_ms = nx.shortest_path_length(graph, one, other, weight="rtt_ms")
                after = f" after the loss of {loss.what}" if loss else ""
                worst[one, other] = max(worst[one, other], (rtt_ms, after), key=lambda w: w[0])
    return worst
