"""When a pool was last read as a whole, kept on disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core import files
from core.errors import Rejected


@dataclass(frozen=True, slots=True)
class ScrubNote:
    """The moment of the last scrub, in the file ``at``: it outlives the program."""

    at: Path

    def read(self) -> datetime | None:
        """Return the last moment; None: there was none.

        Raises:
            Rejected: the file cannot be read.
        """
        text = files.read_if_there(self.at)
        try:
            return None if text is None else datetime.fromisoformat(text.strip())
        except ValueError:
            raise Rejected(
                f"{self.at} cannot be read",
                expected="a moment",
                actual=text or "nothing",
                next_step="remove it: the pool is read again at once",
            ) from None

    def write(self, moment: datetime) -> None:
        """Keep ``moment`` as the last one.

        Raises:
            Rejected: it could not be written; the one before is kept.
        """
        files.write(self.at, f"{moment.isoformat()}\n")
