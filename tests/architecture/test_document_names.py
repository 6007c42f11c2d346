"""What a document names is there: paths, modules, classes, variables, commands of make, links."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from dr.actions import Action
from tests.documents import ROOMS, tracked
from tests.networks import ROOT

DOCUMENTS = tracked("*.md")
IDS = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
SOURCES = tracked("*.py", "*.j2", "*.yml", "Makefile", "toolchain/*", ".ci/*")

QUOTED = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")
PATH = re.compile(r"[\w.*-]+(/[\w.*-]+)+/?|[\w-]+\.(py|md|toml)|Makefile")
MODULE = re.compile(r"[a-z_]+(\.\w+)+")
CLASS = re.compile(r"([A-Z][a-z]+){2,}(\.\w+)?")
VARIABLE = re.compile(r"\b(?:NDC|XDG)_[A-Z_]+\b")
MAKE = re.compile(r"(?:`|^ {4}(?:\$ )?)make ([a-z]+)", re.MULTILINE)
WORD = re.compile(r"\w+")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
CONTRACT = re.compile(r"“([^”]+)”")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")

ELSEWHERE = {
    "artifacts/*/stdout": "what ansible-runner leaves of a play",
    "PulumiCommand": "of Pulumi's SDK",
    "bin/go": "of Go's package",
    "go/bin/go": "of Go's package",
    "tasks/main.yml": "what a role of Ansible usually has, and ours do not",
}
"""names that are not ours, and whose they are"""


def _quoted(document: Path) -> list[str]:
    """Return what stands in backticks."""
    return QUOTED.findall(BLOCK.sub("", document.read_text("utf-8")))


def _is_there(name: str, document: Path) -> bool:
    """Whether there is such a path; a word in capitals stands for any name."""
    if name.startswith(".venv/"):
        return True
    if name.startswith("var/"):
        return _is_made_by_us(name.rstrip("/").split("/"))
    pattern = re.sub(r"NNNN|NAME|ROOM|TITLE|CASE", "*", name.rstrip("/"))
    beside = any(document.parent.glob(pattern)) or any(ROOT.glob(pattern))
    return beside or ("/" not in name and any(path.name == name for path in tracked("*.py")))


def _is_made_by_us(parts: list[str]) -> bool:
    """Whether some program makes such a folder of an environment, or of the lab suite."""
    makers = ("access/paths.py", "toolchain/lab-suite")
    words = {word for maker in makers for word in WORD.findall((ROOT / maker).read_text("utf-8"))}
    return parts[min(2, len(parts) - 1)] in words


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_a_path_is_there(document: Path) -> None:
    named = {word for word in _quoted(document) if PATH.fullmatch(word)} - ELSEWHERE.keys()

    assert {name for name in named if not _is_there(name, document)} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_a_link_leads_somewhere(document: Path) -> None:
    targets = LINK.findall(document.read_text("utf-8"))

    assert {target for target in targets if not (document.parent / target).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_a_module_and_what_it_holds_are_there(document: Path) -> None:
    ours = (*ROOMS, "tests")
    dotted = (word for word in _quoted(document) if MODULE.fullmatch(word))
    named = {word for word in dotted if word.split(".")[0] in ours and not _is_file(word)}

    assert {name for name in named if not _resolves(name)} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_a_class_is_there(document: Path) -> None:
    named = {word for word in _quoted(document) if CLASS.fullmatch(word)} - ELSEWHERE.keys()

    assert {name for name in named if name.partition(".")[0] not in _classes()} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_a_variable_is_read_somewhere(document: Path) -> None:
    named = set(VARIABLE.findall(document.read_text("utf-8")))

    assert {name for name in named if not _is_read(name)} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_a_command_of_make_is_there(document: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))

    assert set(MAKE.findall(document.read_text("utf-8"))) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_a_test_is_there(document: Path) -> None:
    for file, name in TEST.findall(document.read_text("utf-8")):
        assert f"def {name}(" in (ROOT / file).read_text("utf-8"), f"{file}::{name}"


def test_the_recipe_of_an_action_names_verbs_that_there_are() -> None:
    kinds = {one.__dataclass_fields__["kind"].default for one in get_args(Action)}
    recipe = ROOT / "docs/recipes/add-an-action.md"

    named = {word for word in _quoted(recipe) if re.fullmatch(r"[a-z]+-[a-z]+", word)}

    assert named
    assert named <= kinds


def test_the_contracts_that_the_architecture_names_are_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = {one["name"] for one in project["tool"]["importlinter"]["contracts"]}

    text = (ROOT / "docs/ARCHITECTURE.md").read_text("utf-8")
    named = {" ".join(name.split()) for name in CONTRACT.findall(text)}

    assert named
    assert named <= contracts


def _is_file(word: str) -> bool:
    return word.rpartition(".")[2] in {"json", "md", "yaml", "yml", "toml", "pth"}


def _resolves(dotted: str) -> bool:
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:length])
        if place.is_dir() or place.with_suffix(".py").is_file():
            return length == len(parts) or parts[length] in _names_in(place)
    return False


def _names_in(place: Path) -> set[str]:
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return set(_defined(ast.parse(file.read_text("utf-8"))))


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name for alias in names)
            case _:
                pass


@cache
def _classes() -> frozenset[str]:
    trees = (ast.parse(path.read_text("utf-8")) for path in tracked("*.py"))
    return frozenset(name for tree in trees for name in _defined(tree))


@cache
def _is_read(variable: str) -> bool:
    """Whether a program has ``variable`` as a word of its own, or a script expands it."""
    read = re.compile(rf"""["']{variable}["']|\$\{{?{variable}\b""")
    return any(read.search(path.read_text("utf-8", errors="replace")) for path in SOURCES)
