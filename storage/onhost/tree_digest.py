"""The digest of a folder with everything in it: equal folders have equal digests."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from hashlib import file_digest, sha256
from pathlib import Path

_NOT_BELOW = os.O_RDONLY | os.O_NOFOLLOW


def tree_digest(folder: Path) -> str:
    """Return the hex SHA-256 of all names, kinds, owners, modes, links and contents in ``folder``.

    Raises OSError where something cannot be read.
    """
    whole = sha256()
    for path in _below(folder):
        whole.update(
            f"{path.relative_to(folder)}\0{_entry(path)}\n".encode(errors="surrogateescape")
        )
    return whole.hexdigest()


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)


def _entry(path: Path) -> str:
    status = path.lstat()
    said = f"{status.st_mode:o} {status.st_uid} {status.st_gid}"
    if stat.S_ISLNK(status.st_mode):
        return f"{said} {path.readlink()}"
    if stat.S_ISREG(status.st_mode):
        with open(path, "rb", opener=lambda name, _: os.open(name, _NOT_BELOW)) as file:
            return f"{said} {file_digest(file, 'sha256').hexdigest()}"
    return said
