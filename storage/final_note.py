"""Which recovery point was the last that a host made of a store that it wrote, kept on disk.

And from which of other hosts it went on itself, when it began.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core import files


@dataclass(frozen=True, slots=True)
class FinalNote:
    """The origin of the final point of one store here, in the file ``at``.

    It is there from when the host has ended writing until it follows another one, or writes again.
    What it went on from lies beside it.
    """

    at: Path

    def read(self) -> str | None:
        """Return the origin; None: the host writes, or never wrote, or follows.

        Raises:
            Rejected: the file cannot be read.
        """
        text = files.read_if_there(self.at)
        return None if text is None else text.strip()

    def write(self, origin: str) -> None:
        """Keep that the host ended with the point from ``origin``.

        Raises:
            Rejected: it could not be written.
        """
        files.make_folder(self.at.parent)
        files.write(self.at, f"{origin}\n")

    def clear(self) -> None:
        """Keep that the host has not ended, or is over with it.

        Raises:
            Rejected: it could not be removed.
        """
        if self.at.exists():
            files.remove(self.at)

    def account_for(self, finals: Iterable[str]) -> None:
        """Keep that all that hosts held who ended with ``finals`` is in what is written here.

        Raises:
            Rejected: it could not be written.
        """
        files.make_folder(self._past.parent)
        files.write(self._past, "".join(f"{origin}\n" for origin in sorted(finals)))

    def epoch(self) -> int:
        """Return under which epoch this host last made sure that nobody goes on without it.

        Raises:
            Rejected: the file cannot be read.
        """
        return int(files.read_if_there(self._sure) or 0)

    def make_sure(self, epoch: int) -> None:
        """Keep that it made sure under ``epoch``.

        Raises:
            Rejected: it could not be written.
        """
        files.make_folder(self._sure.parent)
        files.write(self._sure, f"{epoch}\n")

    @property
    def _sure(self) -> Path:
        return self.at.with_name(f"{self.at.name}.epoch")

    def past(self) -> tuple[str, ...]:
        """Return what was last accounted for.

        Raises:
            Rejected: the file cannot be read.
        """
        return tuple((files.read_if_there(self._past) or "").split())

    @property
    def _past(self) -> Path:
        return self.at.with_name(f"{self.at.name}.past")
