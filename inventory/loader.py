"""From the texts of the declared files to an inventory, or to everything wrong with it.

Checking runs in stages. A stage reports all of its problems, and the next stage
begins only if there is none. An entry that is written wrongly is left out, and the
names, pools and policies of the rest are checked nevertheless. Only a whole
inventory is asked whether it would work as a network. An inventory in an unknown
format is asked nothing else.
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
    document, text_problems = read(texts)
    if any(problem.code in HIDING for problem in text_problems):
        raise _problems(document, text_problems)
    if format_problems := unknown_format(document):
        raise _problems(document, format_problems)
    inventory, shape_problems = shaped(document)
    places = {problem.place for problem in text_problems}
    problems = [*text_problems, *(p for p in shape_problems if p.place not in places)]
    for stage in STAGES:
        for check in stage:
            problems += check(inventory, document)
        if problems:
            raise _problems(document, problems)
    return inventory


def _problems(document: Document, problems: Iterable[Problem]) -> InventoryProblems:
    return InventoryProblems(replace(p, source=document.line(p.place)) for p in problems)
