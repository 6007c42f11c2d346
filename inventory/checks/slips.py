"""What many other places show to be a slip of the pen: names in declarations, kinds of sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from inventory.checks.references import DECLARED_IN
from inventory.checks.stand_ins import entries_of
from inventory.documents import Document, Path
from inventory.model import Inventory
from inventory.network import SiteKind
from inventory.problems import Problem, Related, brief, nearest, some

_PLACED = frozenset({"databases", "services", "stores"})
_MANY = 2
"""places that name the same: fewer are themselves a slip"""


def slips(document: Document) -> list[Problem]:
    """Return a problem for each slip; in ``document`` stands what the other places say."""
    uses: dict[str, dict[str, list[Path]]] = {}
    for section, name, path in _uses(document.tree):
        uses.setdefault(section, {}).setdefault(name, []).append(path)
    renamings = [
        _renamed((section, wrong), name, paths, document)
        for section, named in uses.items()
        for name, paths in named.items()
        if (wrong := _meant_by(name, paths, section, named, document))
    ]
    return [*renamings, *_pools(document), *_kinds(document)]


def _pools(document: Document) -> Iterator[Problem]:
    """Yield a problem for each pool of a profile that no store names, but one like it."""
    named: dict[str, list[Path]] = {}
    for store in entries_of(document.tree, "stores"):
        for _, name, path in _named(document.tree["stores"][store], "", ("stores", store, "pool")):
            named.setdefault(name, []).append(path)
    for profile, entry in entries_of(document.tree, "profiles").items():
        pools = entries_of(entry, "storage")
        for name, paths in named.items():
            wrong = nearest(name, [pool for pool in pools if pool not in named])
            if name not in pools and wrong and len(paths) >= _MANY:
                path = ("profiles", profile, "storage", wrong)
                yield _renamed(path, name, paths, document)


def _kinds(document: Document) -> Iterator[Problem]:
    """Yield a problem for each site that is called a witness, and where much is placed."""
    for site, entry in entries_of(document.tree, "sites").items():
        if not isinstance(entry, dict) or entry.get("kind") != SiteKind.WITNESS:
            continue
        uses = [path for _, name, path in _uses(document.tree) if name == site]
        placed = dict.fromkeys(str(path[1]) for path in uses if path[0] in _PLACED)
        if len(placed) > _MANY:
            entry["kind"] = SiteKind.CENTRE.value
            yield Problem(
                document.at("sites", site, "kind"),
                "NDC-E0814",
                f"{site} is a witness, and {len(placed)} workloads are placed there",
                expected="a centre: a witness holds a vote and no data",
                actual=some([*placed]),
                next_step="call it a centre, or place them elsewhere",
            )


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
    odd = [entry for entry in unnamed if not _may_be_called(section, entry)]
    return nearest(name, unnamed) or (odd[0] if len(odd) == 1 else None)


def _may_be_called(section: str, name: str) -> bool:
    """Whether an entry of ``section`` may have that name."""
    key = get_args(Inventory.model_fields[section].annotation)[0]
    try:
        TypeAdapter(key).validate_python(name)
    except ValidationError:
        return False
    return True


def _renamed(path: Path, name: str, paths: Sequence[Path], document: Document) -> Problem:
    place, wrong = document.key_at(*path), str(path[-1])
    document.rename(path, name)
    return Problem(
        place,
        "NDC-E0308",
        f'"{brief(wrong)}" is declared in {path[-2]}, and "{brief(name)}" is named',
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
    for section, key, target in (
        ("profiles", "additions", "sites"),
        ("databases", "copies", "sites"),
        ("drills", "every", "tiers"),
    ):
        for entry, inner in entries_of(tree, section).items():
            for name in entries_of(inner, key):
                yield target, name, (section, entry, key, name)


def _named(entry: Any, target: str, path: Path) -> Iterator[tuple[str, str, Path]]:
    value = entry.get(path[-1]) if isinstance(entry, Mapping) else None
    for index, name in enumerate(value) if isinstance(value, list) else [(None, value)]:
        if isinstance(name, str):
            yield target, name, path if index is None else (*path, index)
