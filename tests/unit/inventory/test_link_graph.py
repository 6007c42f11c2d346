"""The graph of links is built once; what it says without a loss is what one built anew says."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.checks.link_graph import LinkGraph
from inventory.checks.losses import Loss
from inventory.loader import load
from inventory.model import Inventory
from inventory.names import LinkName, SiteName
from inventory.problems import Place
from tests.inventories.generated import as_text, ring

SITES = [SiteName(f"site{number}") for number in range(6)]
RING = load(as_text(ring(SITES)))
ENDS = st.sampled_from(list(combinations(SITES, 2)))
LINKS = st.lists(st.tuples(ENDS, st.integers(1, 9)), max_size=12)


def _with_links(added: list[tuple[tuple[SiteName, SiteName], int]]) -> Inventory:
    """Return a ring with one link a pair, which is sound, and links ``added`` to it."""
    (pattern, *_) = RING.links.values()
    links = {name: link for name, link in RING.links.items() if name.endswith("-1")}
    links |= {
        LinkName(f"more-{index}"): pattern.model_copy(update={"ends": ends, "rtt_ms": rtt_ms})
        for index, (ends, rtt_ms) in enumerate(added)
    }
    return RING.model_copy(update={"links": links})


def _loss(links: set[LinkName], sites: set[SiteName]) -> Loss:
    return Loss("it", frozenset(links), frozenset(sites), "", Place("", 1, 1))


def _anew(inventory: Inventory, loss: Loss) -> nx.Graph[SiteName]:
    graph: nx.Graph[SiteName] = nx.Graph()
    graph.add_nodes_from(site for site in inventory.sites if site not in loss.sites)
    left = [link for name, link in inventory.links.items() if name not in loss.links]
    for link in sorted(left, key=lambda link: -link.rtt_ms):
        if loss.sites.isdisjoint(link.ends):
            graph.add_edge(*link.ends, rtt_ms=link.rtt_ms)
    return graph


@given(LINKS, st.data())
@settings(max_examples=60, deadline=None)
def test_loss_after_loss_it_says_what_a_graph_built_anew_says(
    added: list[tuple[tuple[SiteName, SiteName], int]], data: st.DataObject
) -> None:
    inventory = _with_links(added)
    graph = LinkGraph(inventory)
    losses = st.builds(
        _loss,
        st.sets(st.sampled_from(list(inventory.links)), max_size=4),
        st.sets(st.sampled_from(SITES), max_size=2),
    )

    for loss in data.draw(st.lists(losses, min_size=1, max_size=6)):
        anew = _anew(inventory, loss)
        parts = sorted(sorted(part) for part in nx.connected_components(anew))
        left = [site for site in SITES if site not in loss.sites]

        assert graph.parts_without(loss) == (parts if len(parts) > 1 else [])
        for one, other in combinations(left, 2):
            rtt_ms = graph.rtt_ms_without(loss, one, other)
            if rtt_ms is None:
                assert not nx.has_path(anew, one, other)
            else:
                assert rtt_ms == nx.shortest_path_length(anew, one, other, weight="rtt_ms")


@given(LINKS)
@settings(max_examples=30, deadline=None)
def test_the_loss_of_a_link_that_the_best_path_does_not_use_makes_it_no_slower(
    added: list[tuple[tuple[SiteName, SiteName], int]],
) -> None:
    inventory = _with_links(added)
    graph = LinkGraph(inventory)
    found = graph.quickest(SITES[0], SITES[3])
    assert found is not None
    rtt_ms, used = found

    for link in inventory.links.keys() - used:
        assert graph.rtt_ms_without(_loss({link}, set()), SITES[0], SITES[3]) == rtt_ms
