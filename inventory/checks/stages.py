"""The order of the checks: a stage begins when the stages before it found nothing.

The first stage also runs on an inventory whose misshapen parts were left out. So its
checks may rely on the shape of each entry, and not on any name leading to something.

A check is a generator, and a row in ``STAGES``. It yields every problem, not the first::

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
from inventory.checks.placement import placement
from inventory.checks.policy import policy
from inventory.checks.pools import pools
from inventory.checks.references import references
from inventory.checks.survival import survival
from inventory.checks.topology import topology
from inventory.checks.uniqueness import uniqueness
from inventory.documents import Document
from inventory.model import Inventory
from inventory.problems import Problem

Check: TypeAlias = Callable[[Inventory, Document], Iterator[Problem]]

STAGES: tuple[tuple[Check, ...], ...] = (
    (references, uniqueness, pools, policy),
    (placement, drills),
    (topology, survival),
)
