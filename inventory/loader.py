"""From the texts of the declared files to an inventory, or to everything wrong with it.

Checking runs in stages. Each reports all of its problems; the next begins only
if it can. What is written wrongly is left out and the rest is still asked about
names, pools and policy; whether it would work as a network is asked only of an
inventory that is whole. Of one in an unknown format nothing else is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from inventory.checks.shape import shaped, unknown_format
from inventory.checks.stages import STAGES
from inventory.documents import HIDING, Document, read
from inventory.model import Inventory
from inventory.problems import InventoryProblems, Problem


def load(texts: Mapping[str, str]) -> Inventory:
    """Return the inventory that ``texts`` (file name → YAML) declare together.

    Raises:
        InventoryProblems: with every problem of every stage that could be reached.
    """
    document, unreadable = read(texts)
    if any(problem.code in HIDING for problem in unreadable):
        raise _problems(document, unreadable)
    if foreign := unknown_format(document):
        raise _problems(document, foreign)
    inventory, misshapen = shaped(document)
    reported = {problem.place for problem in unreadable}
    found = [*unreadable, *(one for one in misshapen if one.place not in reported)]
    for stage in STAGES:
        for check in stage:
            found += check(inventory, document)
        if found:
            raise _problems(document, found)
    return inventory


def _problems(document: Document, found: Iterable[Problem]) -> InventoryProblems:
    return InventoryProblems(replace(one, source=document.line(one.place)) for one in found)
