"""``ndc-log-end``: say where the log of this host's copy of a database ends.

    python -I -m dr.onhost.log_end_main DATABASE

Run over SSH by recovery, to compare with the point where another copy took over. It
reads the data directory whether PostgreSQL runs or not, and prints one line of JSON
(``LogEnd``); nothing, and exit code 1, where there is no copy to read.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from core import host_paths
from core.surroundings import surroundings
from dr.logs.log_end import checkpoint, end_text, forks_of, is_final, shutdown_in
from dr.logs.seam import file_name
from dr.logs.succession import LogEnd
from dr.onhost.log_files import file_bytes, reading

_BOUND_SECONDS = 5
_THE_CHECKPOINT_AND_ONE_MORE = 2


def main() -> None:
    """Print where the log of the database named in argv ends."""
    (database,) = sys.argv[1:]
    copy = Path(host_paths.POSTGRESQL_COPIES, database)
    try:
        end = end_of(copy)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        sys.exit(f"{copy}: {error}")
    sys.stdout.write(end_text(end) + "\n")


def end_of(copy: Path) -> LogEnd:
    """Return where the log of ``copy`` ends, or that of the timeline which it left last.

    Raises:
        OSError, SubprocessError, ValueError: that cannot be read.
    """
    timeline, location = checkpoint(_output("pg_controldata", str(copy)).stdout)
    log, limit = copy / "pg_wal", str(_THE_CHECKPOINT_AND_ONE_MORE)
    records = _dumped(log, timeline, location, "--limit", limit)
    if is_final(records.stdout):
        return LogEnd(timeline, location, final=True)
    return _left(log, timeline) or LogEnd(timeline, location, final=False)


def _left(log: Path, timeline: int) -> LogEnd | None:
    """Return where the timeline before ``timeline`` was shut down here; None: no file tells."""
    history = log / f"{timeline:08X}.history"
    forks = forks_of(history.read_text("utf-8")) if history.exists() else []
    if not forks:
        return None
    before, fork = forks[-1]
    file = log / file_name(before, fork - 1, file_bytes(log))
    if not file.exists():
        return None
    begin = (fork - 1) // file_bytes(log) * file_bytes(log)
    said = _dumped(log, before, begin, "--rmgr", "XLOG")
    location = shutdown_in(said.stdout, said.stderr)
    return None if location is None else LogEnd(before, location, final=True)


def _dumped(log: Path, timeline: int, start: int, *words: str) -> subprocess.CompletedProcess[str]:
    # it complains where a log ends
    where = reading(log, timeline, start)
    return _output("pg_waldump", *words, *where, must_end_well=False)


def _output(
    program: str, *words: str, must_end_well: bool = True
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [host_paths.POSTGRESQL_PROGRAMS / program, *words],
        env=surroundings(),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=must_end_well,
        timeout=_BOUND_SECONDS,
    )


if __name__ == "__main__":
    main()
