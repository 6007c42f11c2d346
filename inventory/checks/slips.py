"""Entries declared by a slip of the pen: nobody names them, and many name what nobody declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inventory.checks.references import DECLARED_IN
from inventory.checks.stand_ins import entries_of
from inventory.documents import Document, Path
from inventory.problems import Problem, Related, brief, nearest
from inventory.values import NAME

_MANY = 2
"""places that name the same: fewer are themselves a slip"""


def slips(document: Document) -> list[Problem]:
    """Return a problem for each such entry; in ``document`` it has the name that is used."""
    uses: dict[str, dict[str, list[Path]]] = {}
    for section, name, path in _uses(document.tree):
        uses.setdefault(section, {}).setdefault(name, []).append(path)
    return [
        _renamed(section, wrong, name, paths, document)
        for section, named in uses.items()
        for name, paths in named.items()
        if (wrong := _meant_by(name, paths, section, named, document))
    ]


def _meant_by(
    name: str,
    paths: Sequence[Path],
    section: str,
    named: Mapping[str, object],
    document: Document,
) -> str | None:
    """Return the entry declared in the place of ``name``; None: there is none, or it is itself."""
    entries = entries_of(document.tree, section)
    if name in entries or len(paths) < _MANY or section in document.lost:
        return None
    unnamed = [entry for entry in entries if entry not in named]
    odd = [entry for entry in unnamed if not re.fullmatch(f"{NAME}|^T[0-9]$", entry)]
    return nearest(name, unnamed) or (odd[0] if len(odd) == 1 else None)


def _renamed(
    section: str, wrong: str, name: str, paths: Sequence[Path], document: Document
) -> Problem:
    place = document.key_at(section, wrong)
    document.rename(section, wrong, name)
    return Problem(
        place,
        "NDC-E0308",
        f'"{brief(wrong)}" is declared in {section}, and "{brief(name)}" is named',
        expected="one name for one thing",
        actual=f"{len(paths)} places name {brief(name)}, and none {brief(wrong)}",
        next_step=f"call it {brief(name)}, or name it there",
        related=Related("the first", document.at(*paths[0])),
    )


def _uses(tree: Mapping[str, Any]) -> Iterator[tuple[str, str, Path]]:
    """Yield section, name and place of all that is named, as it is written."""
    for section, keys in DECLARED_IN.items():
        for name, entry in entries_of(tree, section).items():
            for key, target in keys.items():
                yield from _named(entry, target, (section, name, key))
    for path, target in (
        (("network", "default_profile"), "profiles"),
        (("failure_policy", "regions"), "regions"),
    ):
        yield from _named(entries_of(tree, path[0]), target, path)
    for profile, entry in entries_of(tree, "profiles").items():
        for site in entries_of(entry, "additions"):
            yield "sites", site, ("profiles", profile, "additions", site)


def _named(entry: Any, target: str, path: Path) -> Iterator[tuple[str, str, Path]]:
    value = entry.get(path[-1]) if isinstance(entry, Mapping) else None
    for index, name in enumerate(value) if isinstance(value, list) else [(None, value)]:
        if isinstance(name, str):
            yield target, name, path if index is None else (*path, index)
