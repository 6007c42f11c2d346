"""What a service was found to have lost: kept over restarts, as long as the ledger beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from core import files
from core.errors import JournalCorrupt
from core.formats import Format


@dataclass(frozen=True, slots=True)
class KnownLoss:
    """An acknowledged write that the service denied when it was asked for it."""

    key: str
    id: int
    """as it was acknowledged"""
    acknowledged_at: AwareDatetime
    denied_at: AwareDatetime
    """for the first time"""


_LOSSES = TypeAdapter(tuple[KnownLoss, ...])


class LossRecord:
    """The known losses of one service; for one process at a time."""

    def __init__(self, path: Path) -> None:
        """Read what ``path`` holds; nothing is lost if it is not there.

        Raises:
            JournalCorrupt: it is not as it was written.
            Rejected: it cannot be read.
        """
        self._path = path
        self._losses = {loss.key: loss for loss in _read(path)}
        self._has_changed = False

    def __len__(self) -> int:
        """Return how many writes are lost."""
        return len(self._losses)

    def all(self) -> tuple[KnownLoss, ...]:
        """Return the losses in the order in which they became known."""
        return tuple(self._losses.values())

    def since(self) -> datetime | None:
        """Return when the first of them became known; None: nothing is lost."""
        return min((loss.denied_at for loss in self._losses.values()), default=None)

    def note(self, loss: KnownLoss) -> None:
        """Add ``loss``; one that is known stays as it was."""
        if loss.key not in self._losses:
            self._losses[loss.key] = loss
            self._has_changed = True

    def forget(self, key: str) -> None:
        """Take back that the write with ``key`` is lost: it was found."""
        if self._losses.pop(key, None) is not None:
            self._has_changed = True

    def keep(self) -> None:
        """Make what is known survive a power cut.

        Raises:
            Rejected: the disk did not take it; the next call tries again.
        """
        if not self._has_changed:
            return
        self._has_changed = False
        plain = {"losses": _LOSSES.dump_python(self.all(), mode="json")}
        try:
            files.write(self._path, Format.LOSSES.text(plain, indent=1) + "\n", mode=0o640)
        except BaseException:
            self._has_changed = True
            raise


def _read(path: Path) -> Iterable[KnownLoss]:
    text = files.read_if_there(path)
    if text is None:
        return ()
    Format.LOSSES.demand(text, path)
    try:
        return _LOSSES.validate_python(json.loads(text)["losses"])
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise JournalCorrupt(
            "what was known to be lost cannot be read",
            expected="the record as the probe wrote it",
            actual=f"{path} is damaged",
            next_step="keep the file as evidence; the ledger beside it tells what was promised",
        ) from error
