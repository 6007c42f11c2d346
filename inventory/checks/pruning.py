"""What is left of an inventory to be judged, where some of its workloads lead nowhere. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from inventory.checks.references import namings
from inventory.documents import Path
from inventory.model import Inventory

PRUNED: Final = frozenset({"databases", "services", "stores", "drills"})
"""sections of which each entry can be judged without the others"""
LEADS_TO: Final = PRUNED | {"tiers"}
"""sections of which an entry that is not whole takes no more along than who names it"""


def pruned(inventory: Inventory, wrong: Collection[Path]) -> Inventory:
    """Return ``inventory`` without ``wrong`` entries (section, name) and without who names them.

    Of what is left in ``PRUNED`` every name leads to something.
    """
    gone = {path[:2] for path in wrong}
    while gone:
        left = {section: _without(inventory, section, gone) for section in PRUNED}
        inventory = inventory.model_copy(update=left)
        gone = {
            naming.path[:2]
            for naming in namings(inventory)
            if naming.path[0] in PRUNED
            and not {*naming.names} <= {*getattr(inventory, naming.section)}
        }
    return inventory


def _without(inventory: Inventory, section: str, gone: Collection[Path]) -> dict[str, object]:
    return {
        name: entry
        for name, entry in getattr(inventory, section).items()
        if (section, name) not in gone
    }
