"""``ndc-keep``: keep what this host's copy of a database may hold alone, before it is removed.

    python -I -m dr.onhost.keep_main HOST DATABASE TIMELINE FORKS

Run over SSH by recovery. ``TIMELINE`` is the leader's, ``FORKS`` says in JSON where each earlier
one ended. Prints one line of JSON, ``{"tail": …}``: null where nothing is committed past the fork.
It becomes PostgreSQL's account first, so that what it makes is that account's.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from core import files, host_paths
from core.errors import NdcError
from dr.logs.log_end import checkpoint
from dr.logs.tail import Tail, read_tail
from dr.onhost.log_tail import Log
from dr.onhost.row_listing import list_rows
from dr.planning.reseed import known_fork


def main() -> None:
    """Keep the tail of the copy that argv names, and print it."""
    host, database, timeline, forks = sys.argv[1:]
    copy = Path(host_paths.POSTGRESQL_COPIES, database)
    if not copy.exists():
        sys.stdout.write('{"tail": null}\n')
        return
    _become_owner(copy)
    log = Log(copy, host)
    known = {int(number): int(end) for number, end in json.loads(forks).items()}
    tail = _marked(log) or _found(log, int(timeline), known)
    if tail is not None and tail.kept is None and not tail.is_empty:
        tail = _kept(log, tail)
    if tail is not None:
        list_rows(log, tail)
    text = None if tail is None or tail.is_empty else json.loads(tail.text())
    sys.stdout.write(json.dumps({"tail": text}) + "\n")


def _marked(log: Log) -> Tail | None:
    text = files.read_if_there(log.mark)
    tail = read_tail(text, log.mark) if text else None
    return tail if tail is not None and tail.host == log.host else None


def _found(log: Log, timeline: int, forks: dict[int, int]) -> Tail | None:
    own, _ = checkpoint(log.control())
    fork = known_fork(own, timeline, forks)
    return log.tail(fork)[0] if fork else None


def _kept(log: Log, tail: Tail) -> Tail:
    tail, parts = log.tail((tail.timeline, tail.fork))
    try:
        return log.keep(tail, parts, Path(host_paths.POSTGRESQL_KEPT))
    except (NdcError, OSError) as error:
        sys.stderr.write(f"{log.data}: its tail could not be kept: {error}\n")
        return tail


def _become_owner(copy: Path) -> None:
    if os.geteuid() == 0:
        owner = copy.stat()
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)


if __name__ == "__main__":
    main()
