"""Reads what is mounted on this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ESCAPED: Final = re.compile(r"\\([0-7]{3})")
"""how the kernel writes a letter that would end a field"""


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of mountinfo."""

    at: Path
    kind: str
    """as ``overlay``"""
    source: str
    options: tuple[str, ...]
    """of the file system, as ``lowerdir=/a``"""

    def option(self, name: str) -> str:
        """Return the value of option ``name``; empty if it has none."""
        return next(
            (each.partition("=")[2] for each in self.options if each.startswith(f"{name}=")), ""
        )


def mounts(text: str | None = None) -> list[Mount]:
    """Return what is mounted, in order of mounting; ``text`` in place of the kernel's answer."""
    if text is None:
        # others may have mounted something under a name that is no UTF-8
        text = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    return list(_parsed(text))


def mounted_at(path: Path) -> Mount | None:
    """Return what is mounted at ``path``, the topmost; None if nothing is."""
    return next((mount for mount in reversed(mounts()) if mount.at == path), None)


def mounted_below(folder: Path) -> list[Mount]:
    """Return what is mounted at or below ``folder``, last mounted first."""
    return [mount for mount in reversed(mounts()) if mount.at.is_relative_to(folder)]


def _parsed(text: str) -> Iterator[Mount]:
    for line in text.split("\n"):
        before, _, after = line.partition(" - ")
        if not after:
            continue
        kind, source, options = after.split(" ", 2)
        yield Mount(
            at=Path(_unescaped(before.split(" ")[4])),
            kind=kind,
            source=_unescaped(source),
            options=tuple(map(_unescaped, options.split(","))),
        )


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda escape: chr(int(escape[1], 8)), text)
