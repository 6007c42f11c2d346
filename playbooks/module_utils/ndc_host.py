"""A host as the module ``ndc_tree`` sees it: what lies at its paths, and what is still due there.

What is written here is on disk when the method returns: a host that loses its power finds
whole files, and the marks of what it had not done yet.
"""

from __future__ import annotations

import base64
import io
import os
import shutil
import stat
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

DUE = "/var/lib/ndc/due"
"""holds a file per unit that must be restarted or reloaded, and says which"""


class Refused(Exception):
    """The host cannot be made as its roles ask; the message says why."""


@dataclass(frozen=True)
class Entry:
    """A file or folder that is on the host, or must be; equal: nothing has to be written."""

    path: str
    kind: str
    mode: int
    owner: str
    group: str
    content: bytes = b""
    secret: bool = field(default=False, compare=False)

    def text(self) -> str:
        """Return the text that a diff shows."""
        head = f"{self.kind} {self.owner}:{self.group} {self.mode:04o}\n"
        return head + ("(secret)\n" if self.secret else self.content.decode("utf-8", "replace"))


@dataclass(frozen=True)
class Due:
    """What an earlier change still asks of a unit."""

    action: str = ""
    """``restart`` or ``reload``; empty: nothing"""
    well: frozenset[str] = frozenset()
    """what was well before the change, and has not been well again since"""


def synced(path: Path) -> None:
    """Return when what ``path`` holds, a file's content or a folder's names, is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)  # noqa: TID251 hosts have no core.files before this ran
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Host:
    """The machine: its files under ``root`` and its commands behind ``run``."""

    root: Path
    run: Callable[[list[str]], str]
    sync: Callable[[Path], None] = synced
    wait: Callable[[float], None] = time.sleep  # noqa: TID251 hosts have no Clock before this ran
    now: Callable[[], float] = time.monotonic  # noqa: TID251 hosts have no Clock before this ran
    """seconds"""

    def at(self, path: str) -> Path:
        """Return where ``path`` of the host really is."""
        return self.root / path.lstrip("/")

    def look(self, path: str) -> Entry | None:
        """Return what lies at ``path``; None: nothing."""
        real = self.at(path)
        if not os.path.lexists(real):
            return None
        if real.is_symlink() or not (real.is_dir() or real.is_file()):
            return Entry(path, "neither file nor folder", 0, "", "")
        kind, content = ("folder", b"") if real.is_dir() else ("file", real.read_bytes())
        mode = stat.S_IMODE(real.stat().st_mode)
        return Entry(path, kind, mode, real.owner(), real.group(), content)

    def write(self, entry: Entry) -> None:
        """Make ``entry`` true in one step; ``keep`` makes its name last as well."""
        real = self.at(entry.path)
        new = real if entry.kind == "folder" else real.with_name(f".{real.name}.ndc-new")
        self._make(real.parent)
        if entry.kind == "folder":
            self._make(new)
        else:
            new.unlink(missing_ok=True)
            new.touch(0o600)
            new.write_bytes(entry.content)
        shutil.chown(new, entry.owner, entry.group)
        new.chmod(entry.mode)
        self.sync(new)
        new.replace(real)

    def keep(self, paths: Iterable[str]) -> None:
        """Return when the names of what was written at ``paths`` are on disk."""
        for folder in sorted({self.at(path).parent for path in paths}):
            self.sync(folder)

    def due(self, unit: str) -> Due:
        """Return what is marked for ``unit``."""
        mark = self.look(f"{DUE}/{unit}")
        action, *well = mark.content.decode().splitlines() if mark else [""]
        return Due(action, frozenset(well))

    def mark(self, unit: str, due: Due) -> None:
        """Write down what is ``due`` for ``unit``."""
        path = self.at(f"{DUE}/{unit}")
        self._make(path.parent)
        path.write_text("\n".join([due.action, *sorted(due.well)]))
        self.sync(path)
        self.sync(path.parent)

    def unmark(self, unit: str) -> None:
        """Let nothing be due for ``unit``."""
        self.at(f"{DUE}/{unit}").unlink(missing_ok=True)

    def unpack(self, wheel: str, folder: str) -> None:
        """Make ``folder``, if it is not there, hold what is in ``wheel``, whole or not at all."""
        if not self.look(folder):
            beside = self.at(f"{folder}.new")
            zipfile.ZipFile(io.BytesIO(base64.b64decode(wheel))).extractall(beside)
            for path in (*beside.rglob("*"), beside):
                self.sync(path)
            beside.replace(self.at(folder))
            self.sync(beside.parent)

    def _make(self, folder: Path) -> None:
        """Make ``folder`` and what leads to it; the names of all of them are on disk."""
        if not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir()
            self.sync(folder.parent)
