"""How far a copy came in the log, and whether its leader's log goes on from there. Pure.

Two members may come to write the same timeline: one is promoted and dies before the others
hear of it, and the next is promoted from the same fork. Timelines are then equal, and the
histories are not. The first record of the timeline does not tell them apart for long: a copy
that follows again has the file that holds it overwritten from the beginning, within a second.
What stays is where the copy stands. In its leader's log no record begins there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Final

from dr.logs.log_end import forks_of, written
from inventory.names import DatabaseName, HostName

_PAGE_BYTES: Final = 8192
_PAGE_HEADERS: Final = (24, 40)
"""bytes at the beginning of a page; the first page of a file has the longer one"""
BEYOND: Final = 0
"""stands for a position that a leader has not come to: of its disk only the fork is of use"""
_FOUND: Final = re.compile(r"^rmgr: .* lsn: ([0-9A-F]+)/([0-9A-F]+), ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LogProgress:
    """How far one copy came by its own word, in bytes from the log's beginning."""

    timeline: int | None
    """None: it does not tell"""
    received: int
    """of a leader: written"""
    replayed: int
    """what its tables show, and what it would lead with"""
    sends_to: frozenset[HostName] = field(default=frozenset())
    """whom it sends its log to"""
    shown_at: datetime | None = None
    """when the last commit that it shows was made, by the clock of the leader that made it; None:
    it leads itself, or shows none
    """

    @property
    def unreplayed(self) -> int:
        """Bytes that it has and does not show."""
        return max(self.received - self.replayed, 0)

    @property
    def stands_still(self) -> bool:
        """Whether it has more than it replays: a page, or less, may be a record that goes on."""
        return self.unreplayed > _PAGE_BYTES


@dataclass(frozen=True, slots=True)
class Seam:
    """Where the log of a copy meets that of its leader, as the leader's disk tells."""

    holds: bool | None
    """whether the leader's log goes on there; False: the copy has another history; None: the
    leader keeps that part of its log no more, so the copy can never follow from there"""
    fork: int | None
    """where the leader's timeline left the one before; None: it is the first, or not told"""


def seam_text(seam: Seam) -> str:
    """Return ``seam`` as one line of JSON."""
    return json.dumps(asdict(seam))


def read_seam(text: str) -> Seam:
    """Return what ``text`` says; ValueError if it is no seam."""
    match json.loads(text):
        case {"holds": bool() | None as holds, "fork": int() | None as fork}:
            return Seam(holds, fork)
        case other:
            raise ValueError(f"no seam: {str(other)[:200]}")


def file_name(timeline: int, position: int, file_bytes: int) -> str:
    """Return the name of the file that holds ``position`` of ``timeline``."""
    high, low = divmod(position // file_bytes, 2**32 // file_bytes)
    return f"{timeline:08X}{high:08X}{low:08X}"


def goes_on(position: int, records: str, complaints: str) -> bool:
    """Return whether in a log a record begins at ``position``.

    ``records`` and ``complaints`` are what ``pg_waldump`` says when told to start there.

    Raises:
        ValueError: they do not tell.
    """
    begun = _FOUND.search(records)
    if begun is None:
        raise ValueError(f"no record: {complaints[:200]}")
    first = int(begun[1], base=16) << 32 | int(begun[2], base=16)
    skipped = first - position
    return skipped == 0 or (position % _PAGE_BYTES == 0 and skipped in _PAGE_HEADERS)


def fork_of(history: str) -> int | None:
    """Return where a timeline left the one before, by its history file; None: it names none."""
    forks = forks_of(history)
    return forks[-1][1] if forks else None


def strangers(leader: HostName, came: Mapping[HostName, LogProgress]) -> dict[HostName, int]:
    """Return the copies of the leader's timeline that ``leader`` sends nothing to.

    With each the position to look for on the leader's disk. ``came`` says how far each got,
    ``leader`` having been asked last: for a copy that has more by then, ``BEYOND``.
    """
    own = came[leader]
    others = came.keys() - own.sends_to - {leader}
    return {
        host: BEYOND if came[host].replayed > own.received else came[host].replayed
        for host in sorted(others)
        if own.timeline is not None
        and came[host].timeline == own.timeline
        and came[host].replayed != own.received
    }


def judged(position: int, answer: Seam | None) -> Seam | None:
    """Return what ``answer``, of the leader's disk about ``position``, says of the copy there.

    Where the copy has more than its leader wrote, it has another history, whoever answers.
    """
    if position != BEYOND:
        return answer
    return Seam(holds=False, fork=answer.fork if answer else None)


def told_apart(copy: HostName, leader: HostName, progress: LogProgress, seam: Seam | None) -> str:
    """Return the sentence that tells the history of ``copy`` from that of its leader."""
    fork = seam.fork if seam else None
    since = f", which left the one before at {written(fork)}" if fork is not None else ""
    return (
        f"{copy} and {leader} have two histories of timeline {progress.timeline}{since}: "
        f"at {written(progress.replayed)}, where {copy} stands, no record of {leader} begins"
    )


def reseed(database: DatabaseName, host: HostName) -> str:
    """Return the command that makes the copy of ``database`` at ``host`` anew."""
    return f"ndc dr reseed {database} {host}"
