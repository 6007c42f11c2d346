"""Unmounts; ``core.mounts`` reads what is mounted."""

from __future__ import annotations

from pathlib import Path

from core.errors import Rejected
from core.mounts import mounted_at, mounted_below
from lab.tools import run


def unmount(path: Path) -> None:
    """Make ``path`` a plain folder again; nothing to do is no error.

    Raises:
        Rejected: somebody works in it.
    """
    while mounted_at(path) is not None:
        _unmount_one(path)


def unmount_below(folder: Path) -> None:
    """Unmount everything at or below ``folder``, last mounted first.

    Raises:
        Rejected: somebody works in it.
    """
    for mount in mounted_below(folder):
        _unmount_one(mount.at)


def _unmount_one(path: Path) -> None:
    try:
        run("umount", path)
    except Rejected:
        if mounted_at(path) is not None:  # else somebody was faster
            raise
