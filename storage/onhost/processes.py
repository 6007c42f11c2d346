"""Which accounts run something on this host, as the kernel tells."""

from __future__ import annotations

from pathlib import Path

from core.errors import NotSeen


def runs_as(number: int, processes: Path = Path("/proc")) -> bool:
    """Whether a process of the account with that ``number`` runs.

    Raises:
        NotSeen: the kernel does not tell.
    """
    try:
        return any(_is_of(number, status) for status in processes.glob("[0-9]*/status"))
    except OSError as error:
        raise NotSeen("nobody can tell what runs here", refused=False, actual=str(error)) from error


def _is_of(number: int, status: Path) -> bool:
    try:
        lines = status.read_text("utf-8", "replace").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return False  # it has ended meanwhile
    # four numbers: real, effective, saved, and for files
    words = next((line.split()[1:] for line in lines if line.startswith("Uid:")), [])
    return str(number) in words
