"""Where the log of a former leader ends: what PostgreSQL's own tools say of a data directory.

A leader that stops in good order writes a shutdown checkpoint last. While it follows
the next leader its control file keeps pointing there, until a restartpoint of its own,
minutes later (``checkpoint_timeout``), moves it on. The log of the timeline that it left
still tells then, until its files are over.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Final

from dr.logs.succession import LogEnd

_TIMELINE: Final = re.compile(r"^Latest checkpoint's TimeLineID: +(\d+)$", re.MULTILINE)
_LOCATION: Final = re.compile(r"^Latest checkpoint location: +([0-9A-F]+/[0-9A-F]+)$", re.MULTILINE)
_RECORD: Final = re.compile(r"^rmgr: .* desc: (\w+)", re.MULTILINE)
_PLACED: Final = re.compile(r"lsn: ([0-9A-F]+/[0-9A-F]+), .* desc: (\w+)")
_LAST: Final = re.compile(r"error in WAL record at ([0-9A-F]+/[0-9A-F]+):")
_FORK: Final = re.compile(r"^(\d+)\t([0-9A-F]+/[0-9A-F]+)", re.MULTILINE)
_SHUTDOWN: Final = "CHECKPOINT_SHUTDOWN"


def end_text(end: LogEnd) -> str:
    """Return ``end`` as one line of JSON."""
    return json.dumps(asdict(end))


def read_end(text: str) -> LogEnd:
    """Return what ``text`` says; ValueError if it is no end of a log."""
    match json.loads(text):
        case {"timeline": int(timeline), "location": int(location), "final": bool(final)}:
            return LogEnd(timeline, location, final)
        case other:
            raise ValueError(f"no end of a log: {str(other)[:200]}")


def checkpoint(control: str) -> tuple[int, int]:
    """Return timeline and location of the checkpoint that ``pg_controldata`` shows.

    Raises:
        ValueError: it shows none.
    """
    timeline, location = _TIMELINE.search(control), _LOCATION.search(control)
    if timeline is None or location is None:
        raise ValueError(f"no checkpoint: {control[:200]}")
    return int(timeline[1]), read_location(location[1])


def read_location(text: str) -> int:
    """Return the location that PostgreSQL writes as ``text``, in bytes; ValueError if none."""
    high, low = (int(half, base=16) for half in text.split("/"))
    return high << 32 | low


def written(location: int) -> str:
    """Return ``location`` as PostgreSQL writes it."""
    return f"{location >> 32:X}/{location & 0xFFFFFFFF:X}"


def is_final(records: str) -> bool:
    """Tell whether ``pg_waldump``, from a checkpoint on, shows its shutdown and nothing more."""
    return _RECORD.findall(records) == [_SHUTDOWN]


def shutdown_in(records: str, said: str) -> int | None:
    """Return where a log was shut down, if nothing comes after that; None: it was not.

    ``records`` are those of checkpoints that ``pg_waldump`` shows to the log's end, of which
    it complains in ``said``.
    """
    placed = _PLACED.findall(records)
    last = last_record(said)
    if not placed or placed[-1][1] != _SHUTDOWN or read_location(placed[-1][0]) != last:
        return None
    return last


def last_record(said: str) -> int | None:
    """Return where the last record of a log begins, as ``pg_waldump`` complains at its end."""
    last = _LAST.search(said)
    return read_location(last[1]) if last else None


def forks_of(history: str) -> list[tuple[int, int]]:
    """Return which timelines came before, and where each was left, by a history file; last last."""
    return [(int(line[1]), read_location(line[2])) for line in _FORK.finditer(history)]
