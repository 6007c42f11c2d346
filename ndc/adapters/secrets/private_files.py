"""Files that nobody else may read, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from ndc.adapters import files
from ndc.kernel.errors import Rejected


def make_folder(path: Path) -> None:
    """Make ``path`` a folder that only its owner can enter, as every folder made on the way."""
    try:
        for missing in reversed([p for p in (path, *path.parents) if not p.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
    except OSError as error:
        raise _refused(path, error) from error


def write_private(path: Path, text: str) -> None:
    """Make ``path`` hold ``text``, 0600, in one step; an equal file is left alone."""
    if files.read_if_there(path) != text:
        make_folder(path.parent)
        files.write(path, text, mode=0o600)


def _refused(path: Path, error: OSError) -> Rejected:
    return Rejected(
        f"a folder for secrets cannot be made: {path}",
        expected="a folder of ours, on a file system with space",
        actual=error.strerror or str(error),
        next_step="make room, or correct the folder's owner, and run the command again",
    )
