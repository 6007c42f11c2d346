"""What nobody wrote as an inventory: nested deep, or small only because aliases repeat it."""

from __future__ import annotations

from typing import Final

import yaml

DEEPEST: Final = 32
"""levels of lists and sections in each other; the model has six"""
MOST: Final = 20_000
"""values in a file, aliases written out; a network of a thousand hosts has 3,500"""


class TooMuch(Exception):
    """The file is no inventory that anybody wrote; carries where that shows."""

    def __init__(self, at: yaml.Node | yaml.Event, actual: str) -> None:
        super().__init__(actual)
        self.at = at


def demand_moderate(root: yaml.Node) -> None:
    """Return if ``root``, with its aliases written out, is no more than a person would write.

    What stands inside itself is left to whoever reads it.

    Raises:
        TooMuch: it nests deeper, or has more values; at the first place that does by itself.
    """
    _measure(root, {})


def _measure(node: yaml.Node, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Return how many values ``node`` is, and how deep it nests; aliases are measured once."""
    if isinstance(node, yaml.ScalarNode):
        return 1, 0
    if id(node) not in known:
        known[id(node)] = (1, 0)  # until it is known: for an alias inside
        measures = [_measure(child, known) for child in _children(node)]
        size = 1 + sum(size for size, _ in measures)
        depth = 1 + max((depth for _, depth in measures), default=0)
        if size > MOST:
            raise TooMuch(node, f"more than {MOST} values, aliases written out")
        if depth > DEEPEST:
            raise TooMuch(node, f"more than {DEEPEST} levels")
        known[id(node)] = (size, depth)
    return known[id(node)]


def _children(node: yaml.Node) -> list[yaml.Node]:
    match node:
        case yaml.MappingNode():
            return [value for _, value in node.value]
        case yaml.SequenceNode():
            return list(node.value)
        case _:
            return []
