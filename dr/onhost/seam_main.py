"""``ndc-seam``: say whether this host's log of a database goes on where a copy of it stands.

    python -I -m dr.onhost.seam_main DATABASE TIMELINE POSITION

Run over SSH at the leader by whoever looks, when a copy says that it follows and the leader
does not know it. It reads the data directory, and prints one line of JSON (``Seam``); nothing,
and exit code 1, where that cannot be told.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from core import host_paths
from core.surroundings import surroundings
from dr.logs.seam import Seam, file_name, fork_of, goes_on, seam_text
from dr.onhost.log_files import file_bytes, reading

_BOUND_SECONDS = 5


def main() -> None:
    """Print how the log of the database named in argv goes on at the position named there."""
    database, timeline, position = sys.argv[1:]
    log = Path(host_paths.POSTGRESQL_COPIES, database, "pg_wal")
    try:
        seam = seam_at(log, int(timeline), int(position))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        sys.exit(f"{log}: {error}")
    sys.stdout.write(seam_text(seam) + "\n")


def seam_at(log: Path, timeline: int, position: int) -> Seam:
    """Return how the ``log`` of a leader goes on at ``position`` of ``timeline``."""
    history = log / f"{timeline:08X}.history"
    fork = fork_of(history.read_text("utf-8")) if history.exists() else None
    if fork is not None and position <= fork:
        return Seam(holds=True, fork=fork)  # before the timeline began all had the same
    if not (log / file_name(timeline, position, file_bytes(log))).exists():
        return Seam(holds=None, fork=fork)  # pg_waldump would wait for the file, for seconds
    dump = subprocess.run(
        [
            *(host_paths.POSTGRESQL_PROGRAMS / "pg_waldump", "--limit", "1"),
            *reading(log, timeline, position),
        ],
        env=surroundings(),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,  # it complains where a log ends
        timeout=_BOUND_SECONDS,
    )
    return Seam(goes_on(position, dump.stdout, dump.stderr), fork)


if __name__ == "__main__":
    main()
