"""A journal in etcd: a key a record, each written only if it is the next.

Two writers cannot both append: the second finds the key taken, and stops.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic

from access.clients.etcd import Comparison, Etcd, Holds, Put
from core.clock import Clock
from core.errors import NotSeen, Rejected, Unreachable
from core.runs.journal import Codec, Entry, Record
from core.runs.plan import ActionT, BasisT, RunName
from inventory.etcd import runs
from inventory.names import EnvironmentName

_TRIES = 5


class EtcdJournal(Generic[ActionT, BasisT]):
    """The journal of ``run``: a key a record, under ``environment``, in the quorum of ``etcd``.

    A record is written only if its key is absent and the record before it stands. So of two
    writers one stops, and there is never a gap. ``codec`` writes and reads a record as text;
    ``clock`` dates it.
    """

    def __init__(
        self,
        etcd: Etcd,
        environment: EnvironmentName,
        run: RunName,
        codec: Codec[ActionT, BasisT],
        clock: Clock,
    ) -> None:
        self._etcd = etcd
        self._run = run
        self._prefix = f"{runs(environment)}{run}/"
        self._codec = codec
        self._clock = clock
        self._lines: list[str] | None = None
        """what is there; None until this object has read it"""

    def answers(self) -> bool:
        """Whether a quorum can be asked for it now.

        Raises:
            NotSeen: a quorum answers, and refuses us: that is not a quorum that is lost.
        """
        try:
            self._etcd.under(self._prefix)
        except NotSeen as error:
            if error.refused:
                raise
            return False
        return True

    def append(self, entry: Entry[ActionT, BasisT]) -> Record[ActionT, BasisT]:
        """Write ``entry`` and return only once a quorum has it.

        Raises:
            NotSeen: the records before it could not be read; it was not written.
            Rejected: somebody else wrote in its place; this writer must stop.
            Unreachable: it may have been written.
        """
        if self._lines is None:
            self.records()
        lines = self._lines or []
        record = Record(len(lines), self._clock.now(), entry)
        line = self._codec.encode(record).decode()
        self._put(lines, line)
        self._lines = [*lines, line]
        return record

    def records(self) -> Sequence[Record[ActionT, BasisT]]:
        """Return every record, oldest first.

        Raises:
            JournalCorrupt: a record cannot be read, or is missing.
            NotSeen: they could not be read.
        """
        lines = [pair.value for pair in self._etcd.under(self._prefix)]
        records = self._codec.decode([line.encode() for line in lines], self._prefix)
        self._lines = lines
        return records

    def _put(self, lines: Sequence[str], line: str) -> None:
        key = self._key(len(lines))
        conditions: list[Comparison] = [Holds(key, None)]
        if lines:
            # the line before must stand: a journal that was removed is not begun in its middle
            conditions.append(Holds(self._key(len(lines) - 1), lines[-1]))
        for _ in range(_TRIES - 1):
            try:
                return self._put_once(conditions, Put(key, line))
            except Unreachable:
                continue
        return self._put_once(conditions, Put(key, line))

    def _put_once(self, conditions: Sequence[Comparison], change: Put) -> None:
        if self._etcd.change(conditions, [change]):
            return
        # an attempt of ours may have been written, and its answer lost
        try:
            present = self._etcd.get(change.key)
        except NotSeen as error:
            raise error.of_a_change() from error
        if present is None or present.value != change.value:
            raise Rejected(
                f"another process carries the run: {change.key} could not be written",
                expected="that nobody else writes this journal",
                actual="a record that is not ours" if present else "the line before is another",
                next_step=f"ndc dr show {self._run} follows the one that goes on",
            )

    def _key(self, seq: int) -> str:
        return f"{self._prefix}{seq:06d}"
