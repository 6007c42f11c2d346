"""The checks of what fits together, each with the sections of which it has to know all.

A check may rely on the shape of every entry, and on every name leading to something in these
sections; on nothing that another check looks for.

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

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from inventory.checks.drills import drills
from inventory.checks.pairs import pairs
from inventory.checks.people import people
from inventory.checks.placement import placement
from inventory.checks.policy import policy
from inventory.checks.pools import pools
from inventory.checks.readers import readers
from inventory.checks.stores import stores
from inventory.checks.survival import survival
from inventory.checks.time_servers import time_servers
from inventory.checks.topology import topology
from inventory.checks.whereabouts import whereabouts
from inventory.documents import Document
from inventory.model import Inventory
from inventory.problems import Problem

Check: TypeAlias = Callable[[Inventory, Document], Iterator[Problem]]

CHECKS: tuple[tuple[Check, frozenset[str]], ...] = (
    (pools, frozenset()),
    (policy, frozenset()),
    (readers, frozenset()),
    (pairs, frozenset()),
    (time_servers, frozenset()),
    (stores, frozenset({"tiers"})),
    (drills, frozenset({"services"})),
    (placement, frozenset({"sites"})),
    (people, frozenset({"sites", "operators"})),
    (whereabouts, frozenset({"sites", "databases"})),
    (topology, frozenset({"sites", "links"})),
    (survival, frozenset({"sites", "tiers"})),
)
"""each with the sections of which all has to be known: it looks names up there, or finds that there
is nothing; of any other section it takes what there is
"""


def told(check: Check, readings: Iterable[Inventory], document: Document) -> Iterator[Problem]:
    """Yield the problems that ``check`` finds in each of ``readings``, as they are in the first."""
    first, *others = (
        {_fact(problem): problem for problem in check(one, document)} for one in readings
    )
    for key, problem in first.items():
        if all(key in other for other in others):
            yield problem


def _fact(problem: Problem) -> tuple[object, ...]:
    """Return what is equal of problems that say the same of two inventories."""
    if problem.about:
        return problem.code, problem.about
    return problem.code, problem.place, problem.what, problem.conditions
