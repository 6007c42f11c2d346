"""Links between the same two sites, which one event must not take together."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.documents import Document
from inventory.model import Inventory
from inventory.names import LinkName, SiteName
from inventory.problems import Problem, Related, listed


def pairs(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for each link that falls together with another between its sites."""
    shared: dict[tuple[LinkName, str], list[tuple[int, str, LinkName]]] = {}
    for name, key, index, first in _together(inventory):
        thing = getattr(inventory.links[name], key)[index]
        shared.setdefault((name, key), []).append((index, thing, first))
    for (name, key), things in shared.items():
        index, _, first = things[0]
        yield Problem(
            document.at("links", name, key, index),
            "NDC-E0608",
            f"{first} and {name} join the same sites, and fall together",
            expected="ducts and risks that links of a pair do not share",
            actual=listed(thing for _, thing, _ in things),
            next_step="lead one of them elsewhere, or declare one link",
            related=Related(first, document.key_at("links", first)),
        )


def as_apart(inventory: Inventory) -> Inventory:
    """Return ``inventory`` with links that fall together with no other between their sites.

    Those that do have a problem of their own; what else comes of it needs no second one.
    """
    links = dict(inventory.links)
    for name, key, index, _ in _together(inventory):
        things = [*getattr(links[name], key)]
        things[index] = f"{things[index]} of {name}"  # no declared word has a space
        links[name] = links[name].model_copy(update={key: tuple(things)})
    return inventory.model_copy(update={"links": links})


def _together(inventory: Inventory) -> Iterator[tuple[LinkName, str, int, LinkName]]:
    """Yield link, key and index of a duct or risk, and an earlier link of the pair that has it."""
    having: dict[tuple[frozenset[SiteName], str, str], LinkName] = {}
    for name, link in inventory.links.items():
        for key in ("ducts", "shared_risks"):
            for index, thing in enumerate(getattr(link, key)):
                first = having.setdefault((frozenset(link.ends), key, thing), name)
                if first != name:
                    yield name, key, index, first
