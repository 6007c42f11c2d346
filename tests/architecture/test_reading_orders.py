"""A reading order names every module of its package, and nothing else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.documents import ROOMS, tracked
from tests.networks import ROOT

PACKAGES = [
    "access",
    "core",
    "core/runs",
    "dr",
    "dr/hosts",
    "dr/live",
    "dr/logs",
    "dr/looking",
    "dr/onhost",
    "dr/planning",
    "dr/reporting",
    "dr/simulation",
    "dr/verifier",
    "dr/watch",
    "inventory",
    "lab",
    "leadership",
    "monitors",
    "ndc",
    "routing",
    "stacks",
    "storage",
    "tui",
]
NAMED = re.compile(r"``(\w+)``")


def _said(package: Path) -> str:
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8"))) or ""


def _parts(package: Path) -> set[str]:
    """Return the modules and packages that lie in ``package``."""
    inside = (path.relative_to(package) for path in tracked(f"{package.relative_to(ROOT)}/*.py"))
    return {path.parts[0].removesuffix(".py") for path in inside} - {"__init__", "__main__"}


def _anywhere(package: Path) -> set[str]:
    """Return the names of all modules below ``package``, and its own."""
    return {package.name, *(path.stem for path in tracked(f"{package.relative_to(ROOT)}/*.py"))}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_reading_order_names_every_module(name: str) -> None:
    package = ROOT / name

    assert "Read in this order" in _said(package)
    assert _parts(package) - set(NAMED.findall(_said(package))) == set()


@pytest.mark.parametrize("name", PACKAGES)
def test_a_reading_order_names_nothing_that_is_gone(name: str) -> None:
    package = ROOT / name

    named = set(NAMED.findall(_said(package)))

    assert named - _parts(package) - _anywhere(package) == set()


def test_every_reading_order_is_looked_at() -> None:
    packages = [path.parent for room in ROOMS for path in tracked(f"{room}/*__init__.py")]

    ordered = {p.relative_to(ROOT).as_posix() for p in packages if "Read in this" in _said(p)}

    assert ordered == set(PACKAGES)
