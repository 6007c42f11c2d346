"""Whether a host serves a store: as long as the store has its seat there, a file.

Where the file is, systemd lets the store's unit run, and starts it; where it is not, the unit
begins no more. So nobody needs a right over units, and a power cut changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core import files


@dataclass(frozen=True, slots=True)
class StoreSeat:
    """The seat of one store on this host, the file ``at``."""

    at: Path

    def is_taken(self) -> bool:
        """Whether the store is served here."""
        return self.at.exists()

    def take(self) -> None:
        """Let the store be served here.

        Raises:
            Rejected: the file could not be written.
        """
        if not self.is_taken():
            files.make_folder(self.at.parent)
            files.write(self.at, "")

    def leave(self) -> None:
        """Let the store begin here no more; what runs goes on until somebody ends it.

        Raises:
            Rejected: the file could not be removed.
        """
        if self.is_taken():
            files.remove(self.at)
