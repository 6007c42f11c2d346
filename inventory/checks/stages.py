"""The checks in their order, each with the sections that it looks at together.

A check that needs no whole section may rely on the shape of each entry, and not on any name
leading to something. The others may rely on both, in their sections.

A check is a generator, and a row in ``CHECKS``. It yields every problem, not the first::

    def deadlines(inventory: Inventory, document: Document) -> Iterator[Problem]:
        for name, tier in inventory.tiers.items():
            if not tier.recovery_time:
                yield Problem(
                    document.at("tiers", name, "recovery_time"),
                    "NDC-E04…",
                    f"{name} promises to recover in no time",
                    expected="more than 0 s",
                    actual="0 s",
                    next_step="write the time that its recovery takes",
                )
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from inventory.checks.drills import drills
from inventory.checks.people import people
from inventory.checks.placement import placement
from inventory.checks.policy import policy
from inventory.checks.pools import pools
from inventory.checks.readers import readers
from inventory.checks.references import references
from inventory.checks.stores import stores
from inventory.checks.survival import survival
from inventory.checks.topology import topology
from inventory.checks.uniqueness import uniqueness
from inventory.checks.whereabouts import whereabouts
from inventory.documents import Document
from inventory.model import Inventory
from inventory.problems import Problem

Check: TypeAlias = Callable[[Inventory, Document], Iterator[Problem]]

LEAVE_ALL_WHOLE = frozenset(
    {
        "NDC-E0201",  # an unknown key: without it the entry is whole
        *("NDC-E0411", "NDC-E0413"),
        "NDC-E0502",
        *("NDC-E0801", "NDC-E0803", "NDC-E0812", "NDC-E0813", "NDC-E0814", "NDC-E0815"),
    }
)
"""problems with which the inventory still means a network, though none that anybody wants"""
OF_REGIONS = "NDC-E0412"
"""a site in a wrong region: nothing is said of what is lost with a region, the rest is judged"""
_PLACES = frozenset({"sites", "profiles"})
_WORKLOADS = frozenset({"databases", "services", "tiers"})
_PATHS = frozenset({"links", "network", "failure_policy", "pools"})

CHECKS: tuple[tuple[Check, frozenset[str]], ...] = (
    (references, frozenset()),
    (uniqueness, frozenset()),
    (pools, frozenset()),
    (policy, frozenset()),
    (readers, frozenset()),
    (whereabouts, frozenset({"sites"}) | _WORKLOADS),
    (people, _PLACES | {"operators"}),
    (stores, _PLACES | {"stores", "tiers"}),
    (placement, _PLACES | _WORKLOADS | {"links"}),
    (drills, frozenset({"drills"}) | _WORKLOADS),
    (topology, _PLACES | _PATHS | {"databases"}),
    (survival, _PLACES | _PATHS | _WORKLOADS | {"regions"}),
)
"""each with the sections that have to be whole, or it is not asked; none: it takes what there is"""
BY_WORKLOAD: frozenset[Check] = frozenset({whereabouts, stores, placement, drills})
"""checks that find nothing wrong with a workload because another one is missing"""
