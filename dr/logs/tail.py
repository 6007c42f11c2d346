"""The tail of a log: what a former leader wrote after the leader's log had left it. Pure.

PostgreSQL's own tools tell of it (version 15). Nobody but this member has what is committed there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from core.formats import Format
from dr.logs.log_end import forks_of, read_location, written

MARK: Final = "ndc-apart.json"
"""in the data directory of a member that stays apart: with that copy it goes, and not before"""
TRANSACTIONS: Final = "transactions.txt"
"""beside a tail that is kept: what ``pg_waldump`` says of its transactions"""

_DIVERGED: Final = re.compile(
    r"servers diverged at WAL location ([0-9A-F]+/[0-9A-F]+) on timeline (\d+)"
)
_NOTHING: Final = re.compile(r"could not find a valid record after ([0-9A-F]+/[0-9A-F]+)")
_COMMIT: Final = re.compile(
    r"desc: COMMIT(?:_PREPARED \d+:)? (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) UTC"
)
_SEGMENT: Final = re.compile(r"([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(?:\.partial)?")
_LONGEST_LAST_BYTES: Final = 256
"""of a record that ends a log in good order"""

ON_THEIR_WAY: Final = timedelta(seconds=1)
"""commits of a leader that died wait for a standby for milliseconds; who wrote on, for longer"""


@dataclass(frozen=True, slots=True)
class Tail:
    """What one member's log holds past the fork."""

    database: str
    host: str
    timeline: int
    """which the leader's log left"""
    fork: int
    """where, in bytes from the log's beginning"""
    last: int | None
    """where its last record begins; None: nobody could tell"""
    commits: int | None
    """how many transactions it commits; None: nobody could tell"""
    since: str | None
    """when the first of them was made, by the host's clock in UTC; None: none is known"""
    kept: str | None = None
    """the folder that holds a copy of it; None: there is none"""
    spread_seconds: float | None = None
    """between its first commit and its last, by that clock; None: not known"""

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing that anybody may have been told."""
        return self.commits == 0

    @property
    def was_on_its_way(self) -> bool:
        """Whether it is kept, and no more than what waits for a standby when a leader dies.

        Its author may have gone on for a moment; who was cut off or frozen wrote for longer.
        """
        spread = self.spread_seconds
        short = spread is not None and spread <= ON_THEIR_WAY.total_seconds()
        return self.kept is not None and self.commits is not None and short

    @property
    def name(self) -> str:
        """What it is called among other tails of the database on this host."""
        last = "unread" if self.last is None else f"{self.last:X}"
        return f"timeline-{self.timeline}-from-{self.fork:X}-to-{last}"

    def text(self) -> str:
        """Return it as JSON."""
        return Format.TAIL.text(asdict(self), indent=1) + "\n"

    def sentence(self) -> str:
        """Return what a person reads of it."""
        number = {None: "an unknown number of commits", 1: "1 commit"}
        return (
            f"{self.host} has {number.get(self.commits, f'{self.commits} commits')} on timeline "
            f"{self.timeline} past {written(self.fork)} that no other member of {self.database} "
            f"has, since {self.since or 'an unknown time'}, "
            + (f"kept in {self.kept}" if self.kept else "not kept")
        )


def read_tail(text: str, source: object) -> Tail:
    """Return what ``text``, kept at ``source``, says.

    Raises:
        ValueError: it is no tail.
        JournalCorrupt: it is of a format that is not read.
    """
    Format.TAIL.demand(text, source)
    plain = json.loads(text)
    try:
        return Tail(**{name: plain[name] for name in Tail.__dataclass_fields__})
    except (KeyError, TypeError) as error:
        raise ValueError(f"no tail of a log: {text[:200]}") from error


@dataclass(frozen=True, slots=True)
class LogPart:
    """A part of a log that lies on one timeline."""

    timeline: int
    start: int
    end: int | None
    """None: it goes on to the log's end"""


def diverged(said: str) -> tuple[int, int] | None:
    """Return timeline and location of the fork that ``pg_rewind`` names; None: it names none."""
    fork = _DIVERGED.search(said)
    return (int(fork[2]), read_location(fork[1])) if fork else None


def spans(history: str, timeline: int, fork: tuple[int, int]) -> tuple[LogPart, ...]:
    """Return where the log past ``fork`` lies, oldest first.

    ``timeline`` is the last of the log, and ``history`` the text of its history file, if any.
    """
    parts: list[LogPart] = []
    start = fork[1]
    for number, end in [(n, end) for n, end in forks_of(history) if fork[0] <= n < timeline]:
        parts.append(LogPart(number, start, end))
        start = end
    return (*parts, LogPart(timeline, start, None))


def commits(records: str) -> list[datetime]:
    """Return when each commit that ``pg_waldump`` shows was made, in the order of the log."""
    return [datetime.fromisoformat(time).replace(tzinfo=UTC) for time in _COMMIT.findall(records)]


def has_nothing_after(said: str, location: int) -> bool:
    """Whether ``pg_waldump`` says that no record comes at ``location`` or later: it ends there."""
    nothing = _NOTHING.search(said)
    return nothing is not None and read_location(nothing[1]) == location


def files_of(
    names: Iterator[str], parts: tuple[LogPart, ...], last: int | None, *, file_bytes: int
) -> Iterator[str]:
    """Yield of ``names`` those that hold ``parts``, up to the record at ``last``.

    Each file of the log is ``file_bytes`` long. Where the end is not known, everything that may
    belong to it. Histories always belong.
    """
    first = {part.timeline: part.start // file_bytes for part in parts}
    most = None if last is None else (last + _LONGEST_LAST_BYTES) // file_bytes
    for name in names:
        segment = _SEGMENT.fullmatch(name)
        if segment is None:
            if name.endswith(".history"):
                yield name
            continue
        timeline, high, low = (int(part, base=16) for part in segment.groups())
        number = high * (2**32 // file_bytes) + low
        if timeline in first and first[timeline] <= number and (most is None or number <= most):
            yield name
