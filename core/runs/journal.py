"""What is written down about a run, before anything is done, and how it reads as text.

The journal is append-only, one JSON object a line. ``Journal`` is the port; a
file, etcd and memory keep its promise (``dr.live.journals``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Literal, Protocol, TypeAlias

from pydantic import TypeAdapter, ValidationError

from core.errors import JournalCorrupt, PlanRefused
from core.formats import FIRST, Format, stated_in
from core.runs.machine import EventKind
from core.runs.plan import ActionT, BasisT, Plan, StepId
from core.text import first_problem


class Where(StrEnum):
    """Which copy of a run's journal is the truth."""

    ETCD = "etcd"
    """etcd had quorum when the run was opened; a file beside it is a copy"""
    FILE = "file"
    MEMORY = "memory"
    """a rehearsal"""


class RunVerdict(StrEnum):
    """How a run stands; computed from its journal, and written down when it ends."""

    OPEN = "open"
    """something can be done now"""
    HELD = "held"
    """nothing can be done until a person says so, or the world can be seen again"""
    DONE = "done"
    UNWOUND = "unwound"
    """what was done has been undone"""
    GIVEN_UP = "given up"
    """a person let go of what it held; what it did stays as it is"""


class Wish(StrEnum):
    """What a person may ask of a run."""

    APPROVE = "approve"
    ATTEST = "attest"
    """what a step says: that it is so, by one who knows"""
    SKIP = "skip"
    ABORT = "abort"
    START = "start"
    """that a plan be carried out; it stands in the run's first record"""
    RESUME = "resume"
    """that it be carried on: what failed is looked at again, and begun once more"""
    GIVE_UP = "give-up"
    """that nobody carries the run any more, and that it holds nothing"""


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves who asked: a signature by a key that the inventory gives to that operator."""

    fingerprint: str
    """of the public key"""
    signature: str
    """of ``core.runs.statement.statement``, as ssh-keygen writes it"""
    roles: tuple[str, ...] = ()
    """what the operator might do when the request was taken in; empty: it was not verified yet"""


@dataclass(frozen=True, slots=True)
class Request:
    """A person asked for something; written down before it is obeyed."""

    id: str
    """so that one request read twice is obeyed once"""
    wish: Wish
    by: str
    """an operator; where there is no ``proof``, who logged in and says so"""
    reason: str = ""
    step: StepId | None = None
    """None: it concerns the whole run"""
    what: Literal["request"] = "request"
    proof: Proof | None = None
    """None: not proved by a key"""
    ticket: str = ""
    until: datetime | None = None
    """how long it counts; None: for good, or, of an approval or an attestation, not at all"""


@dataclass(frozen=True, slots=True)
class Opened(Generic[ActionT, BasisT]):
    """A run of ``plan`` began; this line is its first."""

    plan: Plan[ActionT, BasisT]
    truth: Where
    format: int = FIRST
    """of this line, and of every one that follows"""
    what: Literal["opened"] = "opened"
    start: Request | None = None
    """by whom the run was asked for; None: nobody wrote it down"""


@dataclass(frozen=True, slots=True)
class StepEvent:
    """Something happened to one step; the table of ``core.runs.machine`` says what may."""

    step: StepId
    event: EventKind
    note: str = ""
    what: Literal["step"] = "step"


@dataclass(frozen=True, slots=True)
class Closed:
    """The run ended; this line is its last."""

    verdict: Literal[RunVerdict.DONE, RunVerdict.UNWOUND, RunVerdict.GIVEN_UP]
    what: Literal["closed"] = "closed"


Entry: TypeAlias = Opened[ActionT, BasisT] | StepEvent | Request | Closed


@dataclass(frozen=True, slots=True)
class Record(Generic[ActionT, BasisT]):
    """One line of a journal: never changed, never removed, and numbered without a gap."""

    seq: int
    """0, 1, 2, …: a missing line is noticed"""
    at: datetime
    entry: Entry[ActionT, BasisT]


class Journal(Protocol[ActionT, BasisT]):
    """Somewhere to write before acting: one run, one writer, and nothing is ever taken back.

    What ``append`` has returned for is in every later ``records``, after a power cut too.
    """

    def append(self, entry: Entry[ActionT, BasisT]) -> Record[ActionT, BasisT]:
        """Write ``entry`` and return only once it cannot be lost.

        Raises:
            NotSeen: what was written before could not be read; it was not written.
            Rejected: it was not written; somebody else wrote in its place.
            Unreachable: it may have been written; read before writing again.
        """

    def records(self) -> Sequence[Record[ActionT, BasisT]]:
        """Return every record, oldest first.

        Raises:
            JournalCorrupt: a line cannot be read, or is missing.
            NotSeen: nothing is known.
        """


class Codec(Generic[ActionT, BasisT]):
    """Records as lines of text and back, for one kind of action and basis.

    ``shape`` is ``Record[Action, Basis]`` with both filled in.
    """

    def __init__(self, shape: Any) -> None:
        self._lines: TypeAdapter[Record[ActionT, BasisT]] = TypeAdapter(shape)

    def encode(self, record: Record[ActionT, BasisT]) -> bytes:
        """Return ``record`` as one line, without its end."""
        return self._lines.dump_json(record)

    def decode(self, lines: Sequence[bytes], source: str) -> list[Record[ActionT, BasisT]]:
        """Return the records that ``lines`` hold; ``source`` is named in the complaint.

        Raises:
            JournalCorrupt: a line cannot be read, or is missing, or stands twice.
            PlanRefused: they are of a format that is not read; nothing was touched.
        """
        if lines:
            Format.JOURNAL.demand_number(_stated_in(lines[0]), f"the journal {source}")
        try:
            records = [self._lines.validate_json(line) for line in lines]
        except ValidationError as error:
            raise _damaged(source, first_problem(error)) from None
        except PlanRefused as error:
            raise _damaged(source, error.what) from None
        numbers = [record.seq for record in records]
        if numbers != list(range(len(records))):
            raise _damaged(source, f"lines numbered {numbers}")
        return records


def is_closing(line: str) -> bool:
    """Whether ``line`` of a journal is its last, so that its run is over; a damaged one is not."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False  # whoever reads the whole journal tells of it
    match record:
        case {"entry": {"what": "closed"}}:
            return True
        case _:
            return False


def _stated_in(first: bytes) -> object:
    """Return the number that the ``first`` line states; a damaged one states none."""
    try:
        record = json.loads(first)
    except (ValueError, RecursionError):
        return FIRST
    return stated_in(record.get("entry")) if isinstance(record, dict) else FIRST


def _damaged(source: str, actual: str) -> JournalCorrupt:
    return JournalCorrupt(
        f"the journal {source} cannot be trusted",
        expected="one record a line, numbered from 0 without a gap",
        actual=actual,
        next_step="keep it as it is; `ndc status` shows the world, a new plan goes on from there",
    )
