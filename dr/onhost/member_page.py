"""Keeps the page of this host's members current, where the node exporter reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from core import files
from core.errors import NdcError
from dr.logs.apart import page
from dr.logs.tail import MARK, Tail, read_tail
from dr.onhost.disk_watch import DiskWatch
from dr.onhost.postmaster import Postmaster


@dataclass(slots=True)
class MemberPage:
    """Of the copies that ``disks`` watch on ``host``, in ``path``."""

    host: str
    disks: Sequence[DiskWatch]
    path: Path
    _current: str | None = field(default=None, init=False)

    def write_if_other(self, now: timedelta) -> None:
        """Make it say what is so at ``now``, since boot; what cannot be written is tried again."""
        troubles = {disk.data.name: disk.state.trouble(now) for disk in self.disks}
        text = page(self._tails(), {name: t[0] for name, t in troubles.items() if t})
        if text == self._current:
            return
        try:
            files.write(self.path, text)
        except NdcError:
            self._current = None
        else:
            self._current = text

    def _tails(self) -> Iterator[Tail]:
        for copy in (disk.data for disk in self.disks):
            if Postmaster(copy).writes():
                # who leads stays apart from nobody, whatever was so before
                (copy / MARK).unlink(missing_ok=True)
                continue
            try:
                text = files.read_if_there(copy / MARK)
                tail = read_tail(text, copy / MARK) if text else None
            except (NdcError, ValueError):
                tail = Tail(copy.name, self.host, 0, 0, None, None, None)
            # a copy that was made from this one carries its mark, and is another's
            if tail is not None and tail.host == self.host:
                yield tail
