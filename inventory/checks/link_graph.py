"""The sites and the links between them: built once, and looked at without each loss in turn.

A check that built the graph anew for each of a thousand losses took nine tenths of `ndc check`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import networkx as nx

from inventory.checks.losses import Loss
from inventory.model import Inventory
from inventory.names import LinkName, SiteName


class LinkGraph:
    """Paths over the links of an inventory whose links lead to declared sites."""

    def __init__(self, inventory: Inventory) -> None:
        self._links = inventory.links
        self._graph: nx.MultiGraph[SiteName] = nx.MultiGraph()
        self._graph.add_nodes_from(inventory.sites)
        for name, link in inventory.links.items():
            a, z = link.ends
            self._graph.add_edge(a, z, key=name, rtt_ms=link.rtt_ms)

    def parts(self) -> list[list[SiteName]]:
        """Return the sites that can reach each other, part by part."""
        return sorted(sorted(part) for part in nx.connected_components(self._graph))

    def parts_without(self, loss: Loss) -> list[list[SiteName]]:
        """Return the parts in which ``loss`` leaves sites that all reach each other before it.

        No part: whoever is left still reaches whom he reached before.
        """
        with self._without(loss):
            if not loss.sites and all(self._joins(link) for link in loss.links):
                return []
            parts = self.parts()
        before = {site: number for number, part in enumerate(self.parts()) for site in part}
        split = Counter(before[part[0]] for part in parts)
        return [part for part in parts if split[before[part[0]]] > 1]

    def quickest(self, one: SiteName, other: SiteName) -> tuple[float, frozenset[LinkName]] | None:
        """Return the round trip of the best path, in ms, and its links; None: there is no path."""
        try:
            path = nx.dijkstra_path(self._graph, one, other, weight="rtt_ms")
        except nx.NetworkXNoPath:
            return None
        links = [self._quickest_link(*hop) for hop in pairwise(path)]
        return sum(self._links[link].rtt_ms for link in links), frozenset(links)

    def rtt_ms_without(self, loss: Loss, one: SiteName, other: SiteName) -> float | None:
        """Return the round trip of the best path that ``loss`` leaves; None: it leaves none."""
        with self._without(loss):
            best = self.quickest(one, other)
        return best and best[0]

    @contextmanager
    def _without(self, loss: Loss) -> Iterator[None]:
        edges = list(self._graph.edges(loss.sites, keys=True, data=True))
        for name in loss.links:
            a, z = self._links[name].ends
            edges.append((a, z, name, self._graph.edges[a, z, name]))
        self._graph.remove_edges_from([edge[:3] for edge in edges])
        self._graph.remove_nodes_from(loss.sites)
        try:
            yield
        finally:
            self._graph.add_nodes_from(loss.sites)
            self._graph.add_edges_from(edges)  # type: ignore[arg-type]  # the stubs know no keys

    def _joins(self, link: LinkName) -> bool:
        """Whether the ends of ``link``, which is lost, still reach each other."""
        return nx.has_path(self._graph, *self._links[link].ends)

    def _quickest_link(self, one: SiteName, other: SiteName) -> LinkName:
        links = self._graph[one][other]
        return LinkName(min(links, key=lambda name: links[name]["rtt_ms"]))
