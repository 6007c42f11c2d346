"""``ndc-rows``: list the rows that a tail changed, beside the tail, which is kept.

    python -I -m dr.onhost.rows_main HOST DATA FOLDER PROGRAMS

Started by who kept it, as PostgreSQL's account, and ended by them where it takes long. ``FOLDER``
holds the tail, and ``DATA`` the copy that it was in: nothing there is changed. Prints nothing of
what rows hold.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from core import files
from core.errors import NdcError
from core.system_clock import SystemClock
from dr.logs.row_list import ROWS, SUMMARY, RowChange, RowList, row_list
from dr.logs.tail import TRANSACTIONS, Tail, read_tail
from dr.onhost.log_tail import Log
from dr.onhost.row_listing import READING, is_listed, turn
from dr.onhost.row_reading import is_of_catalogue, rows_of
from dr.onhost.tail_changes import TailChanges, tail_changes

_PATIENCE: Final = timedelta(minutes=1)
"""with another who lists; whoever started us ends us before"""


def main() -> None:
    """List what argv names."""
    host, data, kept, programs = sys.argv[1:]
    folder = Path(kept)
    with turn(folder) as lock:
        lock.wait(SystemClock(), _PATIENCE, what=f"the list of rows in {folder}")
        if not is_listed(folder):
            write_down(Log(Path(data), host, Path(programs)), folder)


def write_down(log: Log, folder: Path) -> None:
    """Write down beside the tail in ``folder`` which rows it changed, in a copy with ``log``.

    Raises:
        NdcError, OSError, ValueError: nothing new is written down.
    """
    tail = read_tail(files.read_if_there(folder / "tail.json") or "{}", folder)
    parts = log.parts((tail.timeline, tail.fork))
    whole = tail_changes(log.files, parts, files.read_if_there(folder / TRANSACTIONS) or "")
    try:
        rows = rows_of(log, whole.changes, folder / READING)
    except (NdcError, OSError) as error:
        why = f"{error.what}: {error.actual}" if isinstance(error, NdcError) else str(error)
        summary = RowList(len(whole.commits), 0, 0, None, (f"no row can be read: {why}",))
    else:
        summary = _summary(tail, whole, rows, folder / ROWS)
        text = "".join(row.line() for row in rows)
        files.write(folder / ROWS, text, mode=0o600)
    # last, and so the sign that all of it is there
    files.write(folder / SUMMARY, summary.text(), mode=0o600)


def _summary(tail: Tail, whole: TailChanges, rows: Sequence[RowChange], file: Path) -> RowList:
    notes = [*whole.notes]
    if tail.commits is None:
        notes.append("the log is not whole: nobody can tell how many commits were in it")
    own = sum(is_of_catalogue(change) for change in whole.changes)
    if own:
        notes.append(
            f"changes of the catalogue, by which tables are made, altered or emptied: {own}"
        )
    return row_list(whole.commits, rows, whole.doubtful, str(file), notes)


if __name__ == "__main__":
    main()
