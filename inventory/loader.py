"""From the texts of the declared files to an inventory, or to everything wrong with it.

Everything that can be told is told in one run. What is written wrongly hides nothing else: the rest
is judged with what may have been meant in its place. Of a value that was told wrong nothing more is
said. An inventory in an unknown format, or with a thousand of them, is asked nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from core.text import Unreadable
from inventory.checks.causes import each_once
from inventory.checks.readings import readings
from inventory.checks.references import references
from inventory.checks.shape import MISSING, shape, unknown_format
from inventory.checks.slips import slips
from inventory.checks.stages import CHECKS, told
from inventory.checks.uniqueness import uniqueness
from inventory.documents import Document
from inventory.model import Inventory
from inventory.problems import InventoryProblems, Problem
from inventory.reader import read

_MANY: Final = 1000
"""wrong keys and values after which nothing else is judged: nobody wrote this by hand"""


def load(texts: Mapping[str, str | Unreadable]) -> Inventory:
    """Return the inventory that ``texts`` (file name → YAML) declare together.

    Raises:
        InventoryProblems: with every problem that could be told.
    """
    document, problems = read(texts)
    if format_problems := unknown_format(document):
        raise _problems(document, [*problems, *format_problems])
    problems += slips(document)
    inventory, shape_problems = shape(document)
    problems += _news(shape_problems, problems, document)
    if len(problems) > _MANY:
        raise _problems(document, problems)
    meant = readings(document.tree, document.lost)
    problems += told(references, meant.shaped, document)
    problems += told(uniqueness, meant.shaped, document)
    for check, reads in CHECKS:
        if not reads & meant.lost:
            problems += told(check, meant.judged, document)
    if problems or inventory is None:
        raise _problems(document, problems)
    return inventory


def _news(
    shapes: Iterable[Problem], known: Iterable[Problem], document: Document
) -> Iterator[Problem]:
    """Yield of the problems of ``shapes`` those that do not follow from what was not read."""
    places = {problem.place for problem in known}
    for problem in shapes:
        is_hidden = problem.code == MISSING and problem.place in document.incomplete
        if problem.place not in places and not is_hidden:
            yield problem


def _problems(document: Document, problems: Iterable[Problem]) -> InventoryProblems:
    told_once = each_once(problems)
    return InventoryProblems(replace(p, source=document.line(p.place)) for p in told_once)
