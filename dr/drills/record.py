"""What a drill takes away, written down before it is taken: who finds it knows what to give back.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from core.errors import JournalCorrupt
from core.formats import Format
from core.runs.plan import RunName
from inventory.names import DrillName, HostName, LinkName, ServiceName, StoreName


class DrillStage(StrEnum):
    """How far a drill is."""

    TAKES = "takes"
    """what it takes may be taken; whoever finds it so gives all of it back"""
    OVER = "over"
    """all of it was given back, and its run goes on no more"""


@dataclass(frozen=True, slots=True)
class DrillRecord:
    """One drill in a network, as far as somebody must know of it who did not begin it."""

    id: str
    drill: DrillName
    service: ServiceName
    by: str
    began_at: datetime
    hosts: tuple[HostName, ...]
    """whose power it takes"""
    links: tuple[LinkName, ...]
    """that it cuts"""
    stores: tuple[StoreName, ...] = ()
    """into which tracers are written"""
    run: RunName | None = None
    """that it had begun, to answer the loss; None: none"""
    stage: DrillStage = DrillStage.TAKES

    @property
    def takes(self) -> str:
        """What it takes away, for a person."""
        hosts = f"the power of {', '.join(self.hosts)}" if self.hosts else ""
        return hosts or ", ".join(self.links) or "nothing"


_RECORD: TypeAdapter[DrillRecord] = TypeAdapter(DrillRecord)


def record_text(record: DrillRecord) -> str:
    """Return ``record`` as it is kept."""
    return Format.DRILL.text(_RECORD.dump_python(record, mode="json"), indent=2)


def read_record(text: str, source: object) -> DrillRecord:
    """Return the record that ``text`` holds; ``source`` is named in the complaint.

    Raises:
        JournalCorrupt: it holds none, or one of a format that is not read.
    """
    Format.DRILL.demand(text, source)
    try:
        return _RECORD.validate_json(text)
    except ValidationError:
        raise JournalCorrupt(
            f"{source} cannot be read",
            expected="what `ndc drill run` wrote before it took anything away",
            actual=text[:80],
            next_step="give back by hand what is off or cut: ndc lab status",
        ) from None
