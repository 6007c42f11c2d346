"""Lists for people and machines: one name a line, its reason behind a ``#``."""

from __future__ import annotations

from pathlib import Path


def names_in(path: Path) -> list[str]:
    """Return the names that the file lists, in its order."""
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in lines if line]
