"""From the texts of the declared files to an inventory, or to everything wrong with it.

Everything that can be told is told in one run. An entry that is written wrongly is left out, and
the rest is checked nevertheless. A check that looks at several sections together is asked only
where all of them are whole: what is missing in one would look like a mistake in another. One that
judges workload by workload is asked about those that lead somewhere. An inventory in an unknown
format is asked nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.text import Unreadable
from inventory.checks.pruning import LEADS_TO, pruned
from inventory.checks.references import references
from inventory.checks.shape import MISSING, is_free_word, shaped, unknown_format
from inventory.checks.stages import BY_WORKLOAD, CHECKS, LEAVE_ALL_WHOLE, OF_REGIONS
from inventory.documents import HIDING, Document, Path, read
from inventory.model import Inventory
from inventory.problems import InventoryProblems, Place, Problem


def load(texts: Mapping[str, str | Unreadable]) -> Inventory:
    """Return the inventory that ``texts`` (file name → YAML) declare together.

    Raises:
        InventoryProblems: with every problem that could be told.
    """
    document, problems = read(texts)
    if format_problems := unknown_format(document):
        raise _problems(document, [*problems, *format_problems])
    hides = any(problem.code in HIDING for problem in problems)
    inventory, shape_problems = shaped(document)
    places = {problem.place for problem in problems}
    problems += [
        problem
        for problem in shape_problems
        if problem.place not in places
        and not (problem.code == MISSING and (hides or problem.place in document.incomplete))
    ]
    for check, reads in CHECKS:
        # nobody knows what a file that cannot be read declares
        if hides and (reads or check is references):
            continue
        broken = {str(path[0]) if path else "" for path in _broken(problems, document)}
        if reads.isdisjoint(broken):
            problems += check(inventory, document)
        elif check in BY_WORKLOAD and (reads - LEADS_TO).isdisjoint(broken):
            sound = pruned(inventory, _broken(problems, document))
            problems += check(sound, document)
    if problems:
        raise _problems(document, problems)
    return inventory


def _broken(problems: Iterable[Problem], document: Document) -> set[Path]:
    """Return the sections and entries that are not whole, or hold what leads nowhere."""
    paths: dict[Place, Path] = {}
    for path, place in (*document.values.items(), *document.keys.items()):
        paths.setdefault(place, () if is_free_word(path) else path[:2])
    return {
        ("regions",) if problem.code == OF_REGIONS else paths.get(problem.place, ())
        for problem in problems
        if problem.code not in LEAVE_ALL_WHOLE
    }


def _problems(document: Document, problems: Iterable[Problem]) -> InventoryProblems:
    return InventoryProblems(replace(p, source=document.line(p.place)) for p in problems)
