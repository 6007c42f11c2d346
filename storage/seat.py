"""Whether a host serves a store: as long as the store has its seat there, a file.

Where the file is, systemd lets the store's unit run, and starts it. Where another file says that
the store left, systemd ends the unit. So nobody needs a right over units, and a power cut changes
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core import files


@dataclass(frozen=True, slots=True)
class StoreSeat:
    """The seat of one store on this host, the file ``at``; it left where the file ``left`` is."""

    at: Path
    left: Path

    def is_taken(self) -> bool:
        """Whether the store is served here."""
        return self.at.exists()

    def take(self) -> None:
        """Let the store be served here.

        Raises:
            Rejected: the file could not be written.
        """
        if self.left.exists():
            files.remove(self.left)
        _ensure(self.at)

    def leave(self) -> None:
        """Let the store begin here no more, and end if it runs; that takes a moment.

        Raises:
            Rejected: the file could not be removed.
        """
        if self.is_taken():
            files.remove(self.at)
        _ensure(self.left)


def _ensure(path: Path) -> None:
    if not path.exists():
        files.make_folder(path.parent)
        files.write(path, "")
