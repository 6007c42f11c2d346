"""Files that nobody else may read, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from core import files
from core.errors import Rejected

_ANEW = (
    "restore it from a copy; without one the network has to be made anew: "
    "ndc lab sweep, then remove the environment's folder, then ndc up"
)


def make_folder(path: Path) -> None:
    """Make ``path``, and every folder above it that is missing, one that only its owner enters.

    Raises:
        Rejected: a folder cannot be made.
    """
    try:
        for folder in reversed([p for p in (path, *path.parents) if not p.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
    except OSError as error:
        raise _refused(path, error) from error


def write_private(path: Path, text: str) -> None:
    """Make ``path`` hold ``text``, 0600, in one step; an equal file is left alone."""
    if not _holds(path, text.encode()):
        make_folder(path.parent)
        files.write(path, text, mode=0o600)


def lost(path: Path) -> Rejected:
    """Return the refusal that a secret is gone while hosts still know its public half."""
    return Rejected(
        f"a secret is gone: {path}",
        expected="the one that hosts were made with; another one they would refuse",
        actual="no such file",
        next_step=_ANEW,
    )


def damaged(path: Path, expected: str) -> Rejected:
    """Return the refusal that a secret is there, and cannot be the one that was made."""
    return Rejected(
        f"a secret is damaged: {path}",
        expected=expected,
        actual=_size(path),
        next_step=_ANEW,
    )


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _size(path: Path) -> str:
    try:
        count = path.stat().st_size
    except OSError as error:
        return error.strerror or str(error)
    return f"{count} bytes that are none" if count else "an empty file"


def _refused(path: Path, error: OSError) -> Rejected:
    return Rejected(
        f"a folder for secrets cannot be made: {path}",
        expected="a folder of ours, on a file system with space",
        actual=error.strerror or str(error),
        next_step="make room, or correct the folder's owner, and run the command again",
    )
