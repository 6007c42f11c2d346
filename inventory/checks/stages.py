"""The order of the checks: a stage begins when the stages before it found nothing.

The first is also asked of what is left of an inventory with misshapen parts, so
its checks take nothing for granted but the shape of what they are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

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
    (placement,),
    (topology, survival),
)
