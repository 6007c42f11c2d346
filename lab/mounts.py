"""Reads the mounts of this machine, and unmounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.tools import run

_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


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
        text = Path("/proc/self/mountinfo").read_text("utf-8")
    return list(_parsed(text))


def mounted_at(path: Path) -> Mount | None:
    """Return what is mounted at ``path``, the topmost; None if nothing is."""
    return next((mount for mount in reversed(mounts()) if mount.at == path), None)


def unmount(path: Path) -> None:
    """Make ``path`` a plain folder again; nothing to do is no error.

    Raises:
        Rejected: somebody works in it.
    """
    while mounted_at(path) is not None:
        run("umount", path)


def unmount_below(folder: Path) -> None:
    """Unmount everything at or below ``folder``, last mounted first."""
    for mount in reversed(mounts()):
        if mount.at.is_relative_to(folder):
            run("umount", mount.at)


def _parsed(text: str) -> Iterator[Mount]:
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        kind, source, options = after.split(" ", 2)
        yield Mount(
            at=Path(_unescaped(before.split(" ")[4])),
            kind=kind,
            source=_unescaped(source),
            options=tuple(_unescaped(options).split(",")),
        )


def _unescaped(text: str) -> str:
    for escape, character in _ESCAPES.items():
        text = text.replace(escape, character)
    return text
