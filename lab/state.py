"""The records of a lab: one is written before a thing is made, and erased after it is gone.

So everything that a crash leaves behind is on record, and the next daemon finds it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, TypeVar

from pydantic import TypeAdapter, ValidationError

from core import files
from core.errors import Rejected
from core.formats import Format
from core.text import first_problem
from stacks.resources import HostSpec, Kind, LinkSpec, PoolSpec, SegmentSpec


@dataclass(frozen=True, slots=True)
class LaneFault:
    """What was done to one direction of a link on purpose."""

    silent: bool = False
    """carrier stays, packets vanish"""
    delay_microseconds: int | None = None
    """None: as declared"""
    loss_ratio: float = 0.0


@dataclass(frozen=True, slots=True)
class LinkFault:
    """What was done to a link on purpose; by default nothing was."""

    cut: bool = False
    """no carrier at either end"""
    forth: LaneFault = field(default_factory=LaneFault)
    """from end a to end z"""
    back: LaneFault = field(default_factory=LaneFault)


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A segment that was asked for: it exists, or a part of it may."""

    spec: SegmentSpec


@dataclass(frozen=True, slots=True)
class PoolRecord:
    """A storage pool that was asked for: it exists, or a part of it may."""

    spec: PoolSpec


@dataclass(frozen=True, slots=True)
class HostRecord:
    """A host that was asked for: it exists, or a part of it may.

    ``spec`` is the newest that was asked for, and need not be true yet.
    """

    spec: HostSpec
    powered: bool = True
    """False: it was switched off on purpose"""
    power_on_at: datetime | None = None
    """when it was last switched on; None: never, or by a daemon that did not record it"""


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """A link that was asked for, and what is wrong with it on purpose.

    The fault belongs to the record, not to the relay: it outlives the deaths of both.
    """

    spec: LinkSpec
    fault: LinkFault = field(default_factory=LinkFault)


LabRecord: TypeAlias = SegmentRecord | PoolRecord | HostRecord | LinkRecord
RecordT = TypeVar("RecordT", SegmentRecord, PoolRecord, HostRecord, LinkRecord)


@dataclass(frozen=True, slots=True)
class LabRecords:
    """Everything on record, by name; a record is filed under the name in its ``spec``."""

    segments: Mapping[str, SegmentRecord] = field(default_factory=dict)
    pools: Mapping[str, PoolRecord] = field(default_factory=dict)
    hosts: Mapping[str, HostRecord] = field(default_factory=dict)
    links: Mapping[str, LinkRecord] = field(default_factory=dict)
    power_port_cut: bool = False
    """True: on purpose, whoever may switch hosts off is not answered"""

    def holding(self, record: LabRecord) -> LabRecords:
        """Return these with ``record`` in place of the one of its name."""
        name = record.spec.name
        match record:
            case SegmentRecord():
                return replace(self, segments={**self.segments, name: record})
            case PoolRecord():
                return replace(self, pools={**self.pools, name: record})
            case HostRecord():
                return replace(self, hosts={**self.hosts, name: record})
            case LinkRecord():
                return replace(self, links={**self.links, name: record})

    def without(self, kind: Kind, name: str) -> LabRecords:
        """Return these without the record called ``name``."""
        match kind:
            case "segment":
                return replace(self, segments=_without(self.segments, name))
            case "pool":
                return replace(self, pools=_without(self.pools, name))
            case "host":
                return replace(self, hosts=_without(self.hosts, name))
            case "link":
                return replace(self, links=_without(self.links, name))


_RECORDS = TypeAdapter(LabRecords)


class State:
    """The records of one environment in the file ``at``; safe to use from many threads.

    ``records`` never holds what is not in the file: writing comes first. So a daemon that
    dies at any instant leaves a file with everything that may exist.
    """

    def __init__(self, at: Path) -> None:
        self._at = at
        self._lock = threading.Lock()
        self._records = _read(at)

    @property
    def records(self) -> LabRecords:
        """Everything on record now: a value, which no later change alters."""
        return self._records

    def record(self, record: LabRecord) -> None:
        """Put ``record`` on record; when this returns, a crash cannot undo it.

        Raises:
            Rejected: it could not be written, and is not on record.
        """
        with self._lock:
            self._write(self._records.holding(record))

    def erase(self, kind: Kind, name: str) -> None:
        """Take the thing off record; it must be gone by now.

        Raises:
            Rejected: it could not be written, and is still on record.
        """
        with self._lock:
            self._write(self._records.without(kind, name))

    def cut_power_port(self, *, cut: bool) -> None:
        """Put on record whether the power port answers nobody.

        Raises:
            Rejected: it could not be written, and is as it was.
        """
        with self._lock:
            self._write(replace(self._records, power_port_cut=cut))

    def _write(self, records: LabRecords) -> None:
        if records != self._records:
            plain = _RECORDS.dump_python(records, mode="json")
            files.write(self._at, Format.LAB.text(plain, indent=1) + "\n", mode=0o600)
            self._records = records


def _read(at: Path) -> LabRecords:
    text = files.read_if_there(at)
    if text is None:
        return LabRecords()
    try:
        Format.LAB.demand(text, at)
        return _RECORDS.validate_json(text)
    except ValidationError as error:
        raise Rejected(
            f"the lab's state cannot be read: {at}",
            expected="what ndc-labd recorded before it made it",
            actual=first_problem(error),
            next_step="ndc lab sweep removes what is there; then ndc up makes it anew",
        ) from error


def _without(records: Mapping[str, RecordT], name: str) -> dict[str, RecordT]:
    return {each: record for each, record in records.items() if each != name}
