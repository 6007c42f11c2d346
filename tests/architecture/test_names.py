"""A name says one thing, and is a noun: no two public classes share one; no value is `told`."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.documents import ROOMS, tracked
from tests.networks import ROOT

PARTICIPLES = {"told", "found", "seen", "made", "mine", "there", "heard"}
"""what happened to a value, or whose it is; not what it is"""

EXCUSED = {
    "playbooks/module_utils/ndc_host.py": "runs on hosts alone, beside the module that it is of",
    "playbooks/module_utils/ndc_units.py": "runs on hosts alone, beside the module that it is of",
}
"""files that may use a name a second time, and why"""

PRODUCT = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
    for room in ROOMS
    for path in tracked(f"{room}/*.py")
}


def _types(tree: ast.Module) -> Iterator[str]:
    """Yield the classes of a module, and the names that it gives to types."""
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="TypeAlias")):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript()):
                yield name
            case _:
                pass


def _values(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a module gives to parameters, variables and attributes."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.arg(arg=name) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case _:
                pass


@pytest.mark.parametrize("file", PRODUCT)
def test_a_value_is_called_by_a_noun(file: str) -> None:
    participles = {name for name in _values(PRODUCT[file]) if name.lstrip("_") in PARTICIPLES}

    assert not participles, "say what it is: a noun can be used in a sentence about the code"


def test_a_public_class_has_a_name_of_its_own() -> None:
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for file, tree in PRODUCT.items():
        for name in _types(tree):
            if not (name.startswith("_") or name.isupper() or file in EXCUSED):
                homes[name].append(file)

    shared = {name: files for name, files in homes.items() if len(files) > 1}

    assert not shared, "name the less central one for its owner, or for what only it is"


def test_whoever_is_excused_needs_it() -> None:
    elsewhere = {name for file in PRODUCT.keys() - EXCUSED for name in _types(PRODUCT[file])}

    for file in EXCUSED:
        assert elsewhere & set(_types(PRODUCT[file]))
