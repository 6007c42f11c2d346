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
from dr.log_end import checkpoint, end_text, forks_of, is_final, shutdown_in, written
from dr.onhost.log_files import file_bytes
from dr.seam import file_name
from dr.succession import LogEnd

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
    records = _dumped(
        copy, timeline, written(location), "--limit", str(_THE_CHECKPOINT_AND_ONE_MORE)
    )
    if is_final(records.stdout):
        return LogEnd(timeline, location, final=True)
    return _left(copy / "pg_wal", timeline) or LogEnd(timeline, location, final=False)


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
    begin = written((fork - 1) // file_bytes(log) * file_bytes(log))
    said = _dumped(log.parent, before, begin, "--rmgr", "XLOG")
    location = shutdown_in(said.stdout, said.stderr)
    return None if location is None else LogEnd(before, location, final=True)


def _dumped(copy: Path, timeline: int, start: str, *words: str) -> subprocess.CompletedProcess[str]:
    path = ("--path", str(copy / "pg_wal"), "--timeline", str(timeline), "--start", start)
    return _output(
        "pg_waldump", *path, *words, must_end_well=False
    )  # it complains where a log ends


def _output(
    program: str, *words: str, must_end_well: bool = True
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [host_paths.POSTGRESQL_PROGRAMS / program, *words],
        env={"LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=must_end_well,
        timeout=_BOUND_SECONDS,
    )


if __name__ == "__main__":
    main()
