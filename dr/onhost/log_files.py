"""The files of a log, as they lie on a host."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from dr.logs.log_end import written
from dr.logs.seam import file_name

_FILE: Final = re.compile("[0-9A-F]{24}")
_DEFAULT_BYTES: Final = 16 * 2**20
_FIRST_WORD: Final = 2
"""bytes that are zero in no file that was begun"""


def file_bytes(log: Path) -> int:
    """Return how long each file of ``log`` is; PostgreSQL's default, where there is none."""
    sizes = (one.stat().st_size for one in log.iterdir() if _FILE.fullmatch(one.name))
    return next(sizes, _DEFAULT_BYTES)


def is_ahead(log: Path, timeline: int, position: int) -> bool:
    """Whether the file of ``position`` was made ahead of what will be written: it holds nothing."""
    file = log / file_name(timeline, position, file_bytes(log))
    if not file.exists():
        return False
    with file.open("rb") as opened:
        return not any(opened.read(_FIRST_WORD))


def reading(log: Path, timeline: int, start: int, end: int | None = None) -> list[str]:
    """Return what has ``pg_waldump`` read ``log`` on ``timeline`` from ``start`` on.

    It reads to ``end``, or to the last file. Its files are named: told the folder alone, it takes
    their length from the first that it meets, and gives up where PostgreSQL made that one ahead.
    """
    size = file_bytes(log)
    last = start if end is None else max(start, end - 1)
    while end is None and (log / file_name(timeline, last + size, size)).exists():
        last += size
    bounds = ["--start", written(start)] + (["--end", written(end)] if end is not None else [])
    names = [file_name(timeline, position, size) for position in (start, last)]
    return ["--path", str(log), *bounds, *names]
