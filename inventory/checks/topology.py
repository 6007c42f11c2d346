"""After any one loss, every site that is left still has a path to every other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations
from math import ceil

from inventory.checks.causes import blamed
from inventory.checks.link_graph import LinkGraph
from inventory.checks.losses import Loss, of_border_hosts, of_each_link, of_risks, of_sites
from inventory.checks.pairs import as_apart
from inventory.derive import failure_sets
from inventory.documents import Document
from inventory.model import Inventory
from inventory.names import SiteName
from inventory.problems import Problem, Related, listed


def topology(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every loss that cuts the rest in two, or makes it too slow."""
    graph, apart = LinkGraph(inventory), as_apart(inventory)
    *lonely, largest = sorted(graph.parts(), key=len) or [[]]
    for part in lonely:
        yield _apart(part, [*lonely, largest], document)
    of_each, of_several = [*of_each_link(apart, document)], [*of_risks(apart, document)]
    only = {name for loss in of_each if graph.parts_without(loss) for name in loss.links}
    for loss in chain(of_each, of_sites(inventory, document)):
        yield from _cut(graph, loss)
    for loss in chain(of_several, _of_hosts(inventory, document)):
        # what the loss of one link does by itself is told of that link
        yield from _cut(graph, replace(loss, links=loss.links - only))
    yield from _single_routers(inventory, document)
    yield from _too_slow(graph, apart, document)


def _of_hosts(inventory: Inventory, document: Document) -> Iterator[Loss]:
    """Yield the loss of each border host that is not the only one of its site."""
    for profile in inventory.profiles:
        losses = of_border_hosts(profile, inventory, document)
        yield from (loss for loss in losses if not loss.sites)


def _single_routers(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every site that is lost with its router, which nothing promises."""
    promises = {failure.sites for failure in failure_sets(inventory)}
    for profile in inventory.profiles:
        for loss in of_border_hosts(profile, inventory, document):
            if loss.sites and loss.sites not in promises:
                (site,) = loss.sites
                yield Problem(
                    document.at("failure_policy", "any_site"),
                    "NDC-E0606",
                    "no promise to survive the loss of a site that has a single router:",
                    expected="a promise to survive its loss, or a second router",
                    actual="no promise",
                    next_step="set any_site in the failure policy, or add a host with role border",
                    related=Related("the profile", document.key_at("profiles", profile)),
                    conditions=(f"{site} {loss.condition}",),
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
            f"the loss of {loss.what} cuts off {' and '.join(lonely)}",
            expected="a path from every site that is left to every other",
            actual=_shown(parts),
            next_step=f"give {lonely[0]} a link that does not depend on {loss.what}",
            conditions=(loss.condition,) if loss.condition else (),
        )


def _shown(parts: list[list[SiteName]]) -> str:
    return " | ".join(" ".join(part) for part in parts)


def _too_slow(graph: LinkGraph, inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for two sites whose synchronous copies would be too far apart."""
    worst = _slowest(graph, inventory, document)
    for name, database in inventory.databases.items():
        own, sites = database.synchronous_rtt_ms, database.synchronous
        budget_ms = inventory.network.synchronous_rtt_ms if own is None else own
        budget = ("network",) if own is None else ("databases", name)
        too_far = [pair for pair in combinations(sites, 2) if worst[pair][0] > budget_ms]
        needed_ms = max((worst[pair][0] for pair in too_far), default=0.0)
        for one, other in blamed(too_far):
            rtt_ms, after = worst.get((one, other)) or worst[other, one]
            yield Problem(
                document.at("databases", name, "synchronous", sites.index(one)),
                "NDC-E0607",
                f"{one} is too far away for synchronous copies of {name}:",
                expected=f"{budget_ms:g} ms round trip at most, after the loss of any one link",
                actual=f"{rtt_ms:g} ms{after}",
                next_step=f"hold {name} at {one} asynchronously; or say what each commit of "
                f"{name} may wait, synchronous_rtt_ms: {ceil(needed_ms)}",
                related=Related("budget", document.at(*budget, "synchronous_rtt_ms")),
                conditions=(f"from {other}",),
                about=f"{name} at {listed([one, other])}",
            )


def _slowest(
    graph: LinkGraph, inventory: Inventory, document: Document
) -> dict[tuple[SiteName, SiteName], tuple[float, str]]:
    """Return the slowest best path between the sites of each synchronous pair, and after what."""
    losses = [*of_each_link(inventory, document), *of_risks(inventory, document)]
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
