"""Reads the tail of a copy's log, and keeps it: nothing divergent is erased before that."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core import files, host_paths
from core.surroundings import surroundings
from dr.logs.log_end import checkpoint, last_record
from dr.logs.tail import (
    MARK,
    TRANSACTIONS,
    LogPart,
    Tail,
    commits,
    files_of,
    has_nothing_after,
    spans,
)
from dr.onhost.log_files import file_bytes, is_ahead, reading


@dataclass(frozen=True, slots=True)
class Log:
    """The log of the copy in ``data``, whose PostgreSQL does not run."""

    data: Path
    host: str
    programs: Path = Path(host_paths.POSTGRESQL_PROGRAMS)

    @property
    def files(self) -> Path:
        """The folder of its files."""
        return self.data / "pg_wal"

    @property
    def mark(self) -> Path:
        """What says that this copy stays apart."""
        return self.data / MARK

    def tail(self, fork: tuple[int, int]) -> tuple[Tail, tuple[LogPart, ...]]:
        """Return what the log holds past ``fork``, and where that lies."""
        parts = self.parts(fork)
        times: list[datetime] = []
        last, complete = None, True
        for part in parts:
            if is_ahead(self.files, part.timeline, part.start):
                last = part.start
                continue
            done = self._records(part)
            last = last_record(done.stderr)
            if last is None and has_nothing_after(done.stderr, part.start):
                last = part.start
            if done.returncode and last is None:
                complete = False
                break
            times += commits(done.stdout)
        return Tail(
            database=self.data.name,
            host=self.host,
            timeline=fork[0],
            fork=fork[1],
            last=last if complete else None,
            commits=len(times) if complete else None,
            since=f"{times[0]:%Y-%m-%d %H:%M:%SZ}" if times else None,
            spread_seconds=(max(times) - min(times)).total_seconds() if times else None,
        ), parts

    def parts(self, fork: tuple[int, int]) -> tuple[LogPart, ...]:
        """Return where the log past ``fork`` lies, oldest first."""
        timeline, _ = checkpoint(self.control())
        history = files.read_if_there(self.files / f"{timeline:08X}.history") or ""
        return spans(history, timeline, fork)

    def keep(self, tail: Tail, parts: tuple[LogPart, ...], under: Path) -> Tail:
        """Return ``tail`` as it is kept below ``under``; it survives a power cut then.

        Raises:
            Rejected, OSError: it could not be kept; the log is as it was.
        """
        folder = under / tail.database / tail.name
        kept = replace(tail, kept=str(folder))
        if (folder / "tail.json").exists():
            return kept
        files.make_folder(folder, mode=0o700)
        names = (path.name for path in self.files.iterdir())
        for name in files_of(names, parts, tail.last, file_bytes=file_bytes(self.files)):
            files.copy(self.files / name, folder / name)
        files.write(folder / "pg_controldata.txt", self.control(), mode=0o600)
        records = "".join(self._records(part).stdout for part in parts)
        files.write(folder / TRANSACTIONS, records, mode=0o600)
        for path in (under, folder.parent, folder):
            files.sync_folder(path.parent)
        # last, and so the sign that all of it is there
        files.write(folder / "tail.json", kept.text(), mode=0o600)
        return kept

    def control(self) -> str:
        """Return what `pg_controldata` says of the copy."""
        return self._ran("pg_controldata", str(self.data)).stdout

    def _records(self, part: LogPart) -> subprocess.CompletedProcess[str]:
        where = reading(self.files, part.timeline, part.start, part.end)
        return self._ran("pg_waldump", "--rmgr", "Transaction", *where)

    def _ran(self, *words: str) -> subprocess.CompletedProcess[str]:
        return ran([str(self.programs / words[0]), *words[1:]], surroundings(TZ="UTC"))


def ran(command: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Return how ``command`` ended, however long it took: Patroni ends what it wants no more."""
    return subprocess.run(
        command,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
