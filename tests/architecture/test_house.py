"""The house rules that no linter knows: sizes, names, leftovers."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
ROOMS = tuple(PROJECT["importlinter"]["root_packages"])
TRACKED = subprocess.run(
    ["git", "ls-files", "-co", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.splitlines()
PYTHON = sorted(p for p in TRACKED if p.endswith(".py") and (ROOT / p).exists())
PRODUCT = [path for path in PYTHON if path.split("/")[0] in ROOMS]

UNWELCOME = re.compile(
    r"(Manager|Handler|Helper|Util|Utils|Processor|Base|Impl|Info|Wrapper|Error|Exception)$"
)
WORDS = (ROOT / "docs/words.md").read_text("utf-8")


def test_every_room_has_its_place_in_the_contracts() -> None:
    rooms = {path.split("/")[0] for path in PYTHON if path.count("/")} - {"tests"}
    first, *_ = PROJECT["importlinter"]["contracts"]
    placed = {room for layer in first["layers"] for room in layer.split(" | ")}

    assert rooms == set(ROOMS) == placed | {"toolchain", "reference"}
    assert rooms | {"tests"} == set(PROJECT["mypy"]["files"])
    assert rooms == set(PROJECT["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_no_room_is_a_house_of_its_own() -> None:
    lines = Counter(dict.fromkeys(ROOMS, 0))
    for path in PRODUCT:
        # a world to rehearse in is no part of what moves services
        if not path.startswith("dr/simulation/"):
            lines[path.split("/")[0]] += (ROOT / path).read_text("utf-8").count("\n")

    for room, most in lines.items():
        # what the product exists for may be a third of it; whatever serves that, a sixth
        bound = lines.total() / (3 if room == "dr" else 6)
        assert most <= bound, f"{room} has {most} of {lines.total()} lines: two rooms?"


@pytest.mark.parametrize("path", [p for p in PRODUCT if p.endswith("__init__.py")])
def test_no_room_is_empty(path: str) -> None:
    beside = [other for other in PRODUCT if other.startswith(path.removesuffix("__init__.py"))]

    assert beside != [path]


@pytest.mark.parametrize("path", PYTHON)
def test_a_file_answers_one_question(path: str) -> None:
    lines = (ROOT / path).read_text("utf-8").count("\n")

    assert lines <= 300, f"{path} has {lines} lines: what two things is it?"


@pytest.mark.parametrize("path", PRODUCT)
def test_a_function_fits_on_a_screen(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text("utf-8"))

    long = {
        node.name: size
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := _body_lines(node)) > 30
    }

    assert not long


@pytest.mark.parametrize("path", PRODUCT)
def test_a_class_is_named_for_what_it_is(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text("utf-8"))

    vague = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and UNWELCOME.search(node.name) and node.name not in WORDS
    ]

    assert not vague, "a name that says nothing; or add it to docs/words.md with its meaning"


@pytest.mark.parametrize("path", PRODUCT)
def test_every_module_says_what_it_is_for(path: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8")))


def test_no_host_of_a_package_registry_is_named() -> None:
    hosts = r"(pypi[.]org|pythonhosted[.]org|golang[.]org/|deb[.]debian[.]org)"
    pattern = re.compile(r"https?://[^\s]*" + hosts)

    naming = [p for p in TRACKED if (ROOT / p).is_file() and pattern.search(_text(ROOT / p))]

    assert naming == []


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of ``function`` without its signature and its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _text(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")
