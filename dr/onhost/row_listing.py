"""Has the rows that a kept tail changed listed; whatever goes wrong, the tail stays kept."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from core import files
from core.errors import NdcError
from core.locks import Lock
from core.surroundings import surroundings
from dr.logs.row_list import SUMMARY, read_rows
from dr.logs.tail import Tail
from dr.onhost.log_tail import Log, ran

READING: Final = ".reading"
"""beside a tail while its rows are read: a folder"""
_LISTING_SECONDS: Final = 30
"""after which they are not listed"""


def list_rows(log: Log, tail: Tail) -> None:
    """Have the rows that ``tail`` changed listed, if it is kept and they are not listed yet.

    It takes half a minute at most. What goes wrong is said on stderr: it is no reason to keep, to
    rewind or to remove less, or more.
    """
    if tail.kept is None:
        return
    try:
        _listed(log, Path(tail.kept))
    except (NdcError, OSError, ValueError) as error:
        sys.stderr.write(f"{tail.kept}: its rows are not listed: {error}\n")


def is_listed(folder: Path) -> bool:
    """Whether the rows of the tail in ``folder`` are listed; raises as ``read_rows``."""
    text = files.read_if_there(folder / SUMMARY)
    return text is not None and read_rows(text, folder).file is not None


def turn(folder: Path) -> Lock:
    """Return the lock of whoever lists rows in ``folder``: they are one at a time."""
    return Lock(folder / ".turn")


def _listed(log: Log, folder: Path) -> None:
    if is_listed(folder):
        return
    ours = [sys.executable, *(["-I"] if sys.flags.isolated else [])]
    where = [log.host, str(log.data), str(folder), str(log.programs)]
    bounded = ["timeout", "--kill-after=2", str(_LISTING_SECONDS)]
    done = ran([*bounded, *ours, "-m", "dr.onhost.rows_main", *where], surroundings())
    if done.returncode:
        sys.stderr.write(f"{folder}: its rows are not listed ({done.returncode})\n")
        with turn(folder) as lock:
            if lock.take():
                shutil.rmtree(folder / READING, ignore_errors=True)
