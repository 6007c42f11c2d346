"""Finds the modules that a program needs: those that it imports, and those that they import."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path


def closure(root: Path, *folders: str) -> list[Path]:
    """Return every file below ``root`` that a module in one of ``folders`` needs, in order.

    An import inside a function counts as well. A module that is not below ``root`` is not ours.
    """
    queue = [path for folder in folders for path in (root / folder).rglob("*.py")]
    files: set[Path] = set()
    while queue:
        path = queue.pop()
        if path in files:
            continue
        files.add(path)
        queue += _packages(root, path)
        queue += _files(root, _imported(path))
    return sorted(files)


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{alias.name}" for alias in names)
            case _:
                pass


def _files(root: Path, modules: Iterable[str]) -> Iterator[Path]:
    for module in modules:
        place = root.joinpath(*module.split("."))
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                yield file


def _packages(root: Path, path: Path) -> Iterator[Path]:
    for folder in path.relative_to(root).parents:
        init = root / folder / "__init__.py"
        if init.is_file():
            yield init
