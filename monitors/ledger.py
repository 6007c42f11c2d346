"""The ledger of writes that citizens were promised, and what it says of a window of time.

Lines are chained: each carries a hash over itself and the one before, so that
a changed, missing or reordered line shows; a cut-off end shows against the
head, which the probe tells to whoever asks. Pure: the probe writes, we count.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from pydantic import TypeAdapter, ValidationError

from core.errors import JournalCorrupt
from core.formats import FIRST, Format
from core.measure import Gap, Measure

GENESIS = "0" * 64
"""what the first line is chained to"""


class WriteOutcome(StrEnum):
    """How a write ended for who sent it."""

    OK = "ok"
    """acknowledged: it must be there for good"""
    REFUSED = "refused"
    """the answer, or the lack of a connection, says that it did not happen"""
    UNKNOWN = "unknown"
    """no answer in time: it may be there or not"""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One write: when it was due, when it was sent, and how it ended. Never changed."""

    sequence: int
    """counts up from 1 for good, over restarts of the probe"""
    key: str
    """idempotency key; no two writes share one"""
    due_at: datetime
    """by the schedule"""
    sent_at: datetime
    ended_at: datetime
    """answered, or given up"""
    outcome: WriteOutcome
    connection: str
    """``new`` or ``kept``"""
    id: int | None = None
    """what the service called it; None unless acknowledged"""
    site: str = ""
    """that acknowledged; empty if none did"""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a ledger: nothing before it can change unseen."""

    lines: int = 0
    hash: str = GENESIS


_ENTRY = TypeAdapter(LedgerEntry)
_NUMBER = re.compile(r'\{"format":(\d+),')
"""stands first in a line, so that it is read without taking the line apart"""


def chained(entry: LedgerEntry, head: Head) -> tuple[str, Head]:
    """Return the line for ``entry`` after ``head``, without newline, and the new head."""
    body = json.dumps(Format.LEDGER.stamped(asdict(entry)), default=_plain, separators=(",", ":"))
    digest = hashlib.sha256(f"{head.hash}{body}".encode()).hexdigest()
    return f'{body[:-1]},"chain":"{digest}"}}', Head(head.lines + 1, digest)


def unchained(lines: Iterable[str], head: Head | None = None) -> tuple[list[LedgerEntry], Head]:
    """Return the entries of ``lines`` after ``head``, and the head after them.

    Without ``head`` the first line is taken on trust: what was before it is not known.

    Raises:
        JournalCorrupt: a line was changed, removed, moved or torn, or is of a format that is
            not read.
    """
    entries: list[LedgerEntry] = []
    for line in lines:
        entry, digest, body = _read(line)
        if head is not None and _digest(head, body) != digest:
            raise _broken(f"the line of write {entry.sequence} does not follow the one before")
        head = Head(head.lines + 1 if head else 1, digest)
        entries.append(entry)
    return entries, head or Head()


def measure(
    entries: Sequence[LedgerEntry],
    ids: Mapping[str, Sequence[int]],
    *,
    window: tuple[datetime, datetime],
    interval: timedelta,
) -> Measure:
    """Return what the writes due in ``window`` came to.

    ``entries`` are of the ledger; those that were due outside are left out. ``interval`` is the
    time between two writes by the schedule. ``ids`` holds, for each key that the service was
    asked for and answered, the ids under which it is there; an empty sequence: it is not.
    """
    since, until = window
    within = [entry for entry in entries if since <= entry.due_at <= until]
    by_outcome = {outcome: [e for e in within if e.outcome is outcome] for outcome in WriteOutcome}
    acknowledged = by_outcome[WriteOutcome.OK]
    return Measure(
        since=since,
        until=until,
        acknowledged=len(acknowledged),
        refused=len(by_outcome[WriteOutcome.REFUSED]),
        unknown=len(by_outcome[WriteOutcome.UNKNOWN]),
        lost=sum(e.key in ids and e.id not in ids[e.key] for e in acknowledged),
        duplicated=sum(len(ids.get(e.key, ())) > 1 for e in within),
        unknown_appeared=sum(bool(ids.get(e.key)) for e in by_outcome[WriteOutcome.UNKNOWN]),
        not_read_back=sum(e.key not in ids for e in acknowledged),
        gap=longest_gap((e.ended_at for e in acknowledged), since=since, until=until),
        worst_slip=worst_slip(within, since=since, until=until, interval=interval),
    )


def longest_gap(acknowledged_at: Iterable[datetime], *, since: datetime, until: datetime) -> Gap:
    """Return the longest time between neighbours; the ends of the window are neighbours too.

    So a service that never answers has a gap as long as the window.
    """
    marks = [since, *sorted(at for at in acknowledged_at if since < at < until), until]
    began, ended = max(pairwise(marks), key=lambda pair: pair[1] - pair[0])
    return Gap(ended - began, began, ended)


def worst_slip(
    entries: Sequence[LedgerEntry], *, since: datetime, until: datetime, interval: timedelta
) -> timedelta:
    """Return by how much the schedule was missed: sent late, or not due at all for a while.

    ``entries`` are those due from ``since`` to ``until``; ``interval`` is as in ``measure``.
    """
    late = max((entry.sent_at - entry.due_at for entry in entries), default=timedelta())
    marks = [since, *sorted(entry.due_at for entry in entries), until]
    silence = max(later - earlier for earlier, later in pairwise(marks))
    return max(late, silence - interval, timedelta())


def _read(line: str) -> tuple[LedgerEntry, str, str]:
    stated = _NUMBER.match(line)
    Format.LEDGER.demand_number(int(stated[1]) if stated else FIRST, "the ledger")
    body, separator, rest = line.rpartition(',"chain":"')
    try:
        if not separator or not rest.endswith('"}'):
            raise _broken(f"a line is torn: {line[:60]}")
        return _ENTRY.validate_json(body + "}"), rest.removesuffix('"}'), body + "}"
    except ValidationError as error:
        raise _broken(f"{error.error_count()} problems in a line: {line[:60]}") from error


def _digest(head: Head, body: str) -> str:
    return hashlib.sha256(f"{head.hash}{body}".encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    raise TypeError(type(value))


def _broken(actual: str) -> JournalCorrupt:
    return JournalCorrupt(
        "the ledger cannot be trusted",
        expected="lines as the probe wrote them, none missing",
        actual=actual,
        next_step="keep the file as evidence; figures from it are void",
    )
