"""A journal that a quorum keeps, of which two runners may hold a handle, and one stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from core.errors import NotSeen, Rejected, Unreachable
from core.runs.journal import Codec, Entry, Record, Where
from dr.actions import Action
from dr.planning.plan import Basis, RecoveryRecord, codec
from dr.simulation.quorum import Quorum
from dr.simulation.timeline import Timeline

Line = Callable[[RecoveryRecord], None]


@cache
def shared_codec() -> Codec[Action, Basis]:
    return codec()


@dataclass(slots=True)
class Lines:
    """What the quorum has of one run."""

    quorum: Quorum
    clock: Timeline
    heard: Line
    """told of each record that was written"""
    foreseen: Callable[[Entry[Action, Basis]], None]
    """told of each that is about to be"""
    where: Where
    """a file needs no quorum, and has one runner"""
    text: list[bytes] = field(default_factory=list)
    records: list[RecoveryRecord] = field(default_factory=list)


@dataclass(slots=True)
class SharedJournal:
    """One runner's handle: it writes the next line, or stops."""

    lines: Lines
    touch: Callable[[], None]
    known: int | None = None

    def append(self, entry: Entry[Action, Basis]) -> RecoveryRecord:
        self.touch()
        self.lines.foreseen(entry)
        if self.lines.where is Where.ETCD:
            self._demand_quorum()
        if self.known is None:
            self.records()
        if self.known != len(self.lines.text):
            raise Rejected("another process carries the run")
        record = Record(len(self.lines.text), self.lines.clock.now(), entry)
        self.lines.text.append(shared_codec().encode(record))
        self.lines.records.append(record)
        self.known = len(self.lines.text)
        self.lines.heard(record)
        self.touch()
        return record

    def records(self) -> Sequence[RecoveryRecord]:
        if self.lines.where is Where.ETCD and not self.lines.quorum.answers:
            raise NotSeen("no quorum answers", refused=False)
        self.known = len(self.lines.text)
        return list(self.lines.records)

    def _demand_quorum(self) -> None:
        if not self.lines.quorum.answers:
            raise Unreachable("no quorum answers")
        if self.lines.quorum.alarms:
            raise Rejected("the quorum takes no writes")
