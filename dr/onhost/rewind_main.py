"""What Patroni runs as ``pg_rewind``: it keeps what that would erase, and erases no commit.

    python -I -m dr.onhost.rewind_main HOST WORDS OF pg_rewind

A tail without commits is rewound at once: nobody was told of anything in it. Otherwise it is
copied first, and its rows are listed. What was on its way when a leader died is rewound then;
anything longer was written beside the next leader: the data directory is marked, and this fails,
so that Patroni leaves the member with its data.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from core import files, host_paths
from core.errors import NdcError
from core.surroundings import surroundings
from dr.logs.tail import Tail, diverged
from dr.onhost.log_tail import Log, ran
from dr.onhost.row_listing import list_rows

_REFUSED: Final = 1
_KEPT: Final = Path(host_paths.POSTGRESQL_KEPT)


def main() -> None:
    """Rewind the copy that argv names, or keep its tail and end with exit code 1."""
    host, *words = sys.argv[1:]
    sys.exit(rewound(host, words, Path(host_paths.POSTGRESQL_PROGRAMS), _KEPT))


def rewound(host: str, words: list[str], programs: Path, kept: Path) -> int:
    """Return the exit code of ``pg_rewind`` with ``words``, or 1: a person has to look first."""
    command = [str(programs / "pg_rewind"), *words]
    log = Log(Path(words[words.index("-D") + 1]), host, programs)
    dry = ran([*command, "--dry-run"], surroundings())
    fork = diverged(dry.stdout + dry.stderr)
    tail = _kept(log, fork, kept) if fork else None
    if tail is not None:
        sys.stderr.write(f"{tail.sentence()}\n")
        if not tail.was_on_its_way:
            _mark(log, tail)
        list_rows(log, tail)
        if not tail.was_on_its_way:
            return _REFUSED
    if dry.returncode:
        sys.stderr.write(dry.stdout + dry.stderr)
        return dry.returncode
    done = ran(command, surroundings())
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    if not done.returncode:
        log.mark.unlink(missing_ok=True)
    return done.returncode


def _kept(log: Log, fork: tuple[int, int], under: Path) -> Tail | None:
    """Return the tail past ``fork``, kept if that was possible; None: it holds no commit."""
    tail, parts = log.tail(fork)
    if tail.is_empty:
        return None
    try:
        tail = log.keep(tail, parts, under)
    except (NdcError, OSError) as error:
        sys.stderr.write(f"{log.data}: its tail could not be kept: {error}\n")
    return tail


def _mark(log: Log, tail: Tail) -> None:
    try:
        files.write(log.mark, tail.text(), mode=0o600)
    except NdcError as error:
        sys.stderr.write(f"{error}\n")


if __name__ == "__main__":
    main()
