"""Reads the rows that a tail changed, and says which they are."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dr.logs.log_changes import ChangeKind, RawChange, RawRow
from dr.logs.row_list import RowChange, told
from dr.onhost.bare_server import FIRST_OF_USERS, BareServer
from dr.onhost.log_tail import Log


def is_of_catalogue(change: RawChange) -> bool:
    """Whether ``change`` is of a table of PostgreSQL's own."""
    is_own = change.relation.file < FIRST_OF_USERS and change.kind is not ChangeKind.EMPTIED
    return is_own or not change.relation.database


def rows_of(log: Log, raw: Iterable[RawChange], folder: Path) -> list[RowChange]:
    """Return the ``raw`` changes as who knows the catalogue of ``log``'s copy reads them.

    A server is made for that in ``folder``, whatever is there; and is gone afterwards.

    Raises:
        Rejected, OSError: they cannot be read.
    """
    changes = [one for one in raw if not is_of_catalogue(one)]
    inside = {one.relation.database for one in changes}
    read: dict[int, RowChange] = {}
    with _emptied(folder):
        server = BareServer(log.data, folder, log.programs)
        names = server.make(inside)
        for number in inside:
            own = {n: one for n, one in enumerate(changes) if one.relation.database == number}
            read |= _of_database(server, (number, names[number]), own)
    return [read[number] for number in sorted(read)]


@contextmanager
def _emptied(folder: Path) -> Iterator[None]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _of_database(
    server: BareServer, database: tuple[int, str], changes: Mapping[int, RawChange]
) -> Iterator[tuple[int, RowChange]]:
    """Yield each of ``changes`` that is of a row, with its number; ``database`` has both too."""
    tables = server.tables(database[1], {one.relation.file for one in changes.values()})
    by_file = {one.file: one for one in tables if one.file}
    by_number = {one.number: one for one in tables}
    stored: dict[int, list[RawRow]] = defaultdict(list)
    for change in changes.values():
        if change.relation.file in by_file:
            stored[change.relation.file] += filter(None, (change.new, change.old))
    read = {file: iter(rows) for file, rows in server.rows(database, stored).items()}
    for number, change in changes.items():
        file, is_emptied = change.relation.file, change.kind is ChangeKind.EMPTIED
        table = (by_number if is_emptied else by_file).get(file)
        new, old = (next(read[file]) if table and raw else None for raw in (change.new, change.old))
        if table.is_of_rows if table else not change.is_value:
            name = f"{database[1]}.{table.name}" if table else None
            yield number, told(change, name, new, old)
