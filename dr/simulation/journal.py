"""A journal in memory: as text, so that a rehearsal writes what a real run would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic

from core.clock import Clock
from core.runs.journal import Codec, Entry, Record
from core.runs.plan import ActionT, BasisT


class MemoryJournal(Generic[ActionT, BasisT]):
    """Lines that live as long as this object."""

    def __init__(self, codec: Codec[ActionT, BasisT], clock: Clock) -> None:
        self._codec = codec
        self._clock = clock
        self.lines: list[bytes] = []

    def append(self, entry: Entry[ActionT, BasisT]) -> Record[ActionT, BasisT]:
        """Keep ``entry``."""
        record = Record(len(self.lines), self._clock.now(), entry)
        self.lines.append(self._codec.encode(record))
        return record

    def records(self) -> Sequence[Record[ActionT, BasisT]]:
        """Return every record, oldest first."""
        return self._codec.decode(self.lines, "in memory")
