"""The highest epoch per workload, in a file that survives a power cut."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from core import files, host_paths
from core.audit import AuditLog
from core.clock import Clock
from core.errors import JournalCorrupt
from core.formats import FIRST, Format
from core.locks import Lock

FOLDER = Path(host_paths.AGENT_STATE)

_TURN = timedelta(seconds=10)
"""an act takes milliseconds; who waits this long waits for a process that hangs"""


class EpochRecord:
    """One file of a host, and the lock under which it is read, written and acted upon."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._file = folder / "epochs.json"
        self._lock = folder / "epochs.lock"
        self.clock = clock
        """this host's"""
        self.audit = AuditLog(folder / "audit", clock)
        """what was obeyed and refused here"""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the lock: from comparing epochs until the act is done nobody else compares.

        Without it a process that stopped between the two could act after its successor.

        Raises:
            Unreachable: another process keeps it.
            Rejected: the folder cannot be written.
        """
        files.make_folder(self._lock.parent)
        with Lock(self._lock) as lock:
            lock.wait(self.clock, _TURN, what=f"the lock {self._lock}")
            yield

    def read(self) -> dict[str, int]:
        """Return the highest epoch per workload; empty on a host that was never asked.

        Raises:
            JournalCorrupt: the file is there and is not what we write, or of a format that is
                not read.
        """
        text = files.read_if_there(self._file)
        if text is None:
            return {}
        number = Format.EPOCHS.demand(text, self._file)
        try:
            plain = json.loads(text)
            epochs = plain if number == FIRST else plain["epochs"]
        except (ValueError, KeyError) as error:
            raise _damaged(self._file, str(error)) from error
        if not isinstance(epochs, dict) or not all(type(epoch) is int for epoch in epochs.values()):
            raise _damaged(self._file, text[:80])
        return epochs

    def write(self, epochs: Mapping[str, int]) -> None:
        """Make the file hold ``epochs``; when it returns, a power cut does not undo it.

        Raises:
            Rejected: it could not be written; the file holds what it held.
        """
        text = Format.EPOCHS.text({"epochs": dict(sorted(epochs.items()))})
        files.write(self._file, text + "\n", mode=0o600)


def _damaged(path: Path, actual: str) -> JournalCorrupt:
    return JournalCorrupt(
        f"{path} is damaged: no epoch can be trusted to be new",
        expected='{"format": 2, "epochs": {"WORKLOAD": EPOCH, …}}',
        actual=actual,
        next_step="write the epochs of the placement records in etcd into it, by hand",
    )
