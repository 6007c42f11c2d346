"""Drills that could never be due, or never be held."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.checks.policy import as_allowed
from inventory.derive import failure_sets
from inventory.documents import Document
from inventory.model import DrillEntry, Inventory
from inventory.names import DrillName
from inventory.practice import Statement, Taken
from inventory.problems import Problem, listed

_NEEDS_A_REFUGE = {Taken.NOTHING, Taken.SITE, Taken.REGION, Taken.PAIR}


def drills(inventory: Inventory, document: Document) -> Iterator[Problem]:
    """Yield a problem for every drill that cannot be held as it is declared."""
    for name, drill in inventory.drills.items():
        yield from _cadence(name, drill, inventory, document)
        yield from _refuge(name, drill, inventory, document)
        yield from _contradiction(name, drill, document)


def _cadence(
    name: DrillName, drill: DrillEntry, inventory: Inventory, document: Document
) -> Iterator[Problem]:
    """Yield a problem for a drill of which nobody can say when it is due."""
    tier = inventory.services[drill.service].tier
    if not drill.every.get(tier):
        yield Problem(
            document.at("drills", name, "every"),
            "NDC-E0901",
            f"{name} does not say how often it is due for {tier}, the tier of {drill.service}",
            expected=f"{tier}: a time above 0 s, such as 90 d",
            actual=f"only {listed(drill.every)}" if tier not in drill.every else "0 s",
            next_step=f"add {tier}",
        )


def _refuge(
    name: DrillName, drill: DrillEntry, inventory: Inventory, document: Document
) -> Iterator[Problem]:
    """Yield a problem for a drill that needs another site, of a service that has none."""
    service = inventory.services[drill.service]
    # where a promised loss leaves no place, that is told of the service
    is_told = any(service.home in x.sites for x in failure_sets(as_allowed(inventory)))
    if drill.takes in _NEEDS_A_REFUGE and not service.refuges and not is_told:
        yield Problem(
            document.at("drills", name, "takes"),
            "NDC-E0902",
            f"{name} needs another site for {drill.service}, which has no refuge",
            expected="a service with a refuge",
            actual="none",
            next_step=f"declare a refuge of {drill.service}, or practise another loss",
        )


def _contradiction(name: DrillName, drill: DrillEntry, document: Document) -> Iterator[Problem]:
    """Yield a problem for a drill whose end can never be as it has to be."""
    if {Statement.MOVED, Statement.STAYED} <= {*drill.after}:
        yield Problem(
            document.at("drills", name, "after"),
            "NDC-E0903",
            f"{name} ends with {drill.service} moved and not moved",
            expected="`moved`, or `stayed`, or neither",
            actual="both",
            next_step="remove one of them",
        )
