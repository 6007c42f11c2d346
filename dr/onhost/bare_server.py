"""A PostgreSQL that knows a copy's tables and holds none of their rows: it reads what a log holds.

A row of a log can be read only by who knows its table and types, and that is PostgreSQL. It runs
for one question each, alone, without sockets, on copies of files (the catalogue) in a folder of its
own; the copy that they are from is only read. No function that the owner of a database wrote is
called, and so values of types of theirs are left out.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from core.errors import Rejected
from core.surroundings import surroundings
from dr.logs.heap_file import heap_file
from dr.logs.log_changes import RawRow
from dr.logs.row_list import ReadRow
from dr.onhost.row_questions import (
    ANSWER,
    BEFORE_ROWS,
    BETWEEN,
    DATABASES,
    ROWS,
    TABLES,
)

FIRST_OF_USERS: Final = 16384
"""files and tables with lower numbers are PostgreSQL's own"""
_ANY_DATABASE: Final = 1
"""template1, which is always there"""
_MOST_BYTES: Final = 256 * 2**20
_WHOLE: Final = ("global", "pg_xact", "pg_multixact")
_EMPTY: Final = (
    *("commit_ts", "dynshmem", "notify", "replslot", "serial", "snapshots", "stat", "stat_tmp"),
    *("subtrans", "tblspc", "twophase", "wal/archive_status", "logical/mappings"),
    "logical/snapshots",
)
_SETTINGS: Final = {
    "allow_system_table_mods": "on",
    "dynamic_shared_memory_type": "mmap",  # files in its folder, which go with it
    "huge_pages": "off",
    "ignore_checksum_failure": "on",  # what is put there has none
    "jit": "off",
    "max_connections": "5",
    "search_path": "pg_catalog",
    "shared_buffers": "4MB",
    "timezone": "UTC",
}


class NamedTable(NamedTuple):
    """A table of a database inside."""

    file: int
    number: int
    """in the catalogue"""
    name: str
    """with its schema"""
    is_of_rows: bool
    """False: it holds long values of another table's rows"""


@dataclass(frozen=True, slots=True)
class BareServer:
    """Made in ``folder``, an empty one, of the catalogue of the copy in ``data``.

    Whatever it is asked, Rejected: it did not answer.
    """

    data: Path
    folder: Path
    programs: Path

    def make(self, databases: Iterable[int]) -> dict[int, str]:
        """Make it, with the ``databases`` inside of these numbers; return what they are called.

        Raises:
            Rejected: the catalogue is too big, or PostgreSQL does not take it.
            OSError: it could not be copied.
        """
        inside = [self.data / "base" / str(number) for number in {_ANY_DATABASE, *databases}]
        sources = [file for name in _WHOLE for file in (self.data / name).rglob("*")]
        sources += [file for folder in inside for file in folder.iterdir() if _is_own(file)]
        sources = [self.data / "PG_VERSION", *(file for file in sources if file.is_file())]
        if sum(file.stat().st_size for file in sources) > _MOST_BYTES:
            raise _silent(f"a catalogue of more than {_MOST_BYTES >> 20} MiB")
        for name in _EMPTY:
            (self.folder / f"pg_{name}").mkdir(parents=True)
        for file in sources:
            target = self.folder / file.relative_to(self.data)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        (self.folder / "postgresql.conf").touch()
        self._ran(["pg_resetwal", "--force", "--pgdata", str(self.folder)])
        lines = self._told("template1", DATABASES)
        return {int(number): name for number, name in lines}

    def tables(self, database: str, files: Iterable[int]) -> list[NamedTable]:
        """Return the tables of ``database`` whose file or number is among ``files``."""
        lines = self._told(database, TABLES, files)
        return [NamedTable(int(one), int(two), name, kind != "t") for one, two, kind, name in lines]

    def rows(
        self, database: tuple[int, str], stored: Mapping[int, list[RawRow]]
    ) -> dict[int, list[ReadRow | None]]:
        """Return the rows that are ``stored`` by their table's file, each as it is read, or None.

        ``database`` is number and name of the one inside.
        """
        places = {}
        for file, raw in stored.items():
            content, places[file] = heap_file(raw)
            (self.folder / "base" / str(database[0]) / str(file)).write_bytes(content)
        read = {
            (int(file), place): ReadRow(key or None, row or None)
            for file, place, key, row in self._told(database[1], ROWS, stored, before=BEFORE_ROWS)
        }
        return {
            file: [read.get((file, place)) for place in places[file]]
            + [None] * (len(raw) - len(places[file]))
            for file, raw in stored.items()
        }

    def _told(
        self, database: str, question: str, files: Iterable[int] = (), *, before: str = ""
    ) -> Iterator[tuple[str, ...]]:
        """Yield the rows that ``question`` about ``files`` has; ``before`` is done first."""
        answer = self.folder / "told"
        answer.unlink(missing_ok=True)
        numbers = ", ".join(map(str, files)) or "0"
        asked = f"{before}{ANSWER};\n\n".replace("{question}", question)
        asked = asked.replace("{files}", numbers).replace("{told}", str(answer))
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        self._ran(
            ["postgres", "--single", "-j", "-F", "-D", str(self.folder), *settings, database],
            asked,
        )
        if not answer.exists():
            raise _silent("no answer")
        for line in answer.read_text("utf-8").splitlines():
            yield tuple(line.split(BETWEEN))

    def _ran(self, words: list[str], said: str = "") -> None:
        command = [str(self.programs / words[0]), *words[1:]]
        done = subprocess.run(
            command,
            input=said,
            env=surroundings(),
            # it tells of rows
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise _silent(f"{words[0]} ended with {done.returncode}")


def _is_own(file: Path) -> bool:
    number = file.name.split("_")[0].split(".")[0]
    return not number.isdigit() or int(number) < FIRST_OF_USERS


def _silent(actual: str) -> Rejected:
    return Rejected(
        "a PostgreSQL that reads rows of a log did not answer",
        expected="a catalogue that is whole",
        actual=actual,
        next_step="the kept log has them; a restored copy of the database can tell its tables",
    )
