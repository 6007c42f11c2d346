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
from dr.log_end import checkpoint, end_text, is_final, written
from dr.succession import LogEnd

_BOUND_SECONDS = 5
_THE_CHECKPOINT_AND_ONE_MORE = 2


def main() -> None:
    """Print where the log of the database named in argv ends."""
    (database,) = sys.argv[1:]
    copy = Path(host_paths.POSTGRESQL_COPIES, database)
    try:
        end = _end(copy)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        sys.exit(f"{copy}: {error}")
    sys.stdout.write(end_text(end) + "\n")


def _end(copy: Path) -> LogEnd:
    timeline, location = checkpoint(_output("pg_controldata", str(copy)))
    records = _output(
        *("pg_waldump", "--path", str(copy / "pg_wal"), "--timeline", str(timeline)),
        *("--start", written(location), "--limit", str(_THE_CHECKPOINT_AND_ONE_MORE)),
        must_end_well=False,  # it complains where a log ends
    )
    return LogEnd(timeline, location, is_final(records))


def _output(program: str, *words: str, must_end_well: bool = True) -> str:
    return subprocess.run(
        [host_paths.POSTGRESQL_PROGRAMS / program, *words],
        env={"LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=must_end_well,
        timeout=_BOUND_SECONDS,
    ).stdout


if __name__ == "__main__":
    main()
