"""Whether what a refuge received is what its source holds: the last comparison, kept on disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core import files
from core.errors import Rejected
from storage.points import CopyComparison


@dataclass(frozen=True, slots=True)
class ComparisonNote:
    """The last comparison of one copy, in the file ``at``: it outlives the program."""

    at: Path

    def read(self) -> CopyComparison | None:
        """Return the last comparison; None: there was none.

        Raises:
            Rejected: the file cannot be read.
        """
        text = files.read_if_there(self.at)
        if text is None:
            return None
        moment, _, word = text.strip().partition(" ")
        try:
            return CopyComparison(
                datetime.fromisoformat(moment), {"equal": True, "differs": False}[word]
            )
        except (ValueError, KeyError):
            raise Rejected(
                f"{self.at} cannot be read",
                expected="a moment, and `equal` or `differs`",
                actual=text[:80],
                next_step="remove it: the copy is compared again at once",
            ) from None

    def write(self, comparison: CopyComparison) -> None:
        """Keep ``comparison`` as the last one.

        Raises:
            Rejected: it could not be written; the one before is kept.
        """
        word = "equal" if comparison.equal else "differs"
        files.write(self.at, f"{comparison.of.isoformat()} {word}\n")
