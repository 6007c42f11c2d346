"""How much lies in what a host alone wrote of a store and gave up, kept on disk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from core import files
from core.errors import Rejected
from storage.points import PointDifference


@dataclass(frozen=True, slots=True)
class ApartNote:
    """What was counted of one store, in the file ``at``: a line for each time it was given up."""

    at: Path

    def read(self) -> dict[str, PointDifference]:
        """Return what was counted, by the name under which it is kept apart.

        Raises:
            Rejected: the file cannot be read.
        """
        lines = [line.split() for line in (files.read_if_there(self.at) or "").splitlines()]
        try:
            return {name: PointDifference(int(count), int(size)) for name, count, size in lines}
        except ValueError:
            raise Rejected(
                f"{self.at} cannot be read",
                expected="lines of a name, a number of files and one of bytes",
                actual=" ".join(lines[0])[:80],
                next_step="remove it: what is kept apart stays, and is counted no more",
            ) from None

    def add(self, name: str, counted: PointDifference) -> None:
        """Keep that so much is kept as ``name``, beside what was counted before.

        Raises:
            Rejected: it could not be written.
        """
        known = self.read() | {name: counted}
        files.make_folder(self.at.parent)
        files.write(
            self.at, "".join(f"{of} {one.files} {one.size_bytes}\n" for of, one in known.items())
        )

    def total(self, names: Collection[str]) -> PointDifference | None:
        """Return how much is kept under ``names`` together; None: of one nobody counted it.

        Raises:
            Rejected: the file cannot be read.
        """
        known = self.read()
        if not known.keys() >= {*names}:
            return None
        counted = [known[name] for name in names]
        return PointDifference(
            sum(one.files for one in counted), sum(one.size_bytes for one in counted)
        )
