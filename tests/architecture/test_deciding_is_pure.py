"""A package that decides may import what is listed here, and nothing else.

An allow-list, because a list of forbidden things always misses one.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LANGUAGE = {
    "__future__",
    "abc",
    "bisect",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "functools",
    "graphlib",
    "hashlib",
    "heapq",
    "html",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "statistics",
    "string",
    "struct",
    "textwrap",
    "types",
    "typing",
    "typing_extensions",
    "uuid",
}
OURS = {
    "core.errors",
    "core.clock",
    "core.formats",
    "core.measure",
    "core.runs",
    "core.text",
    "core.host_paths",
    "inventory",
    "stacks.resources",
    "stacks.changes",
}
DECIDING = {
    "core/errors.py": set(),
    "core/clock.py": set(),
    "core/text.py": {"pydantic"},
    "core/measure.py": set(),
    "core/host_paths.py": {"pathlib"},
    "core/formats.py": set(),
    "core/runs": {"pydantic", "queue"},
    "inventory": {"base64", "pydantic", "pydantic_core", "yaml", "networkx"},
    "dr/*.py": {"pydantic", "dr", "storage.placed", "storage.points", "storage.standing"},
    "dr/hosts": {"pydantic", "dr", "storage.placed", "storage.points", "storage.standing"},
    "dr/logs": {"pydantic", "dr", "storage.placed", "storage.points", "storage.standing"},
    "dr/looking": {"pydantic", "dr", "storage.placed", "storage.points", "storage.standing"},
    "dr/planning": {"pydantic", "dr", "storage.placed", "storage.points", "storage.standing"},
    "dr/reporting": {"pydantic", "dr", "storage.placed", "storage.points", "storage.standing"},
    "dr/watch": {"pydantic", "dr", "storage.placed", "storage.points", "storage.standing"},
    "dr/simulation": {"dr", "random", "storage.placed", "storage.points", "storage.standing"},
    "stacks/programs": {"pulumi", "stacks.programs"},
    "stacks/removals.py": {"stacks.diff", "stacks.programs"},
    "playbooks/waves.py": set(),
    "storage/placed.py": set(),
    "storage/hindrance.py": set(),
    "storage/points.py": set(),
    "storage/page.py": {"storage"},
    "routing/*.py": {"hmac", "pydantic", "routing"},
    "monitors/tallies.py": {"struct"},
    "monitors/health": {
        "monitors.health",
        "stacks.substrates.port",
        "storage.hindrance",
        "storage.points",
        "dr.logs.log_end",
        "dr.logs.seam",
        "dr.watch.judging",
        "dr.watch.watching",
        "dr.admission",
        "dr.placement",
    },
}


def _files(place: str) -> list[Path]:
    if (ROOT / place).is_dir():
        return sorted((ROOT / place).rglob("*.py"))
    return sorted(ROOT.glob(place))


FILES = [(place, path) for place in DECIDING for path in _files(place)]


@pytest.mark.parametrize("place", DECIDING)
def test_a_place_that_decides_is_there(place: str) -> None:
    assert _files(place)


@pytest.mark.parametrize(
    ("folder", "path"), FILES, ids=[str(path.relative_to(ROOT)) for _, path in FILES]
)
def test_it_imports_only_what_it_may(folder: str, path: Path) -> None:
    allowed = LANGUAGE | OURS | DECIDING[folder]

    outside = {name for name in _imports(path) if not _is_allowed(name, allowed)}

    assert not outside


@pytest.mark.parametrize(
    ("folder", "path"), FILES, ids=[str(path.relative_to(ROOT)) for _, path in FILES]
)
def test_it_opens_nothing(folder: str, path: Path) -> None:
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }

    assert not calls & {"open", "exec", "eval", "compile", "__import__", "input", "print"}, folder


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), level=0):
                found.add(module)
            case ast.ImportFrom():
                found.add("relative import")
            case _:
                pass
    return found


def _is_allowed(name: str, allowed: set[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:length]) in allowed for length in range(1, len(parts) + 1))
