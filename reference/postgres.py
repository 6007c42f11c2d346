"""Keeps submissions in PostgreSQL; the way to the leader is the business of the ``dsn``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.rows import class_row, tuple_row
from psycopg.types.json import Jsonb

from reference.sessions import Sessions, StoreSession
from reference.submissions import (
    MARKER,
    Draft,
    DraftRefused,
    StoreRefused,
    StoreSilent,
    Submission,
)

MadeT = TypeVar("MadeT")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS submissions (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key          text NOT NULL UNIQUE,
    body         jsonb NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    site         text NOT NULL,
    host         text NOT NULL,
    sent_again   integer NOT NULL DEFAULT 0
)
"""

# A repeated key is an update, never just a look: a row that is visible may still wait for its
# synchronous standby (its first connection died while waiting). Our own commit comes after the
# row's in the log, so when it is acknowledged the row is safe as well.
_KEEP = """
INSERT INTO submissions (key, body, site, host)
VALUES (%(key)s, %(body)s, %(site)s, %(host)s)
ON CONFLICT (key) DO UPDATE SET sent_again = submissions.sent_again + 1
RETURNING id, key, body, committed_at, site, host, sent_again = 0
"""
_COLUMNS = "SELECT id, key, body, committed_at, site, host FROM submissions"

# By id, so that no pass looks at everything, and no index is needed; one process at a time, so
# that two do not wait for each other's rows.
_FORGET = """
WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(%(lock)s) AS is_ours),
following AS (
    SELECT id, committed_at, body FROM submissions, turn
    WHERE is_ours AND id > %(after)s ORDER BY id LIMIT %(most)s
),
old AS (SELECT id, body FROM following WHERE committed_at < clock_timestamp() - %(kept)s),
gone AS (
    DELETE FROM submissions WHERE id IN (
        SELECT id FROM old WHERE body ? %(marker)s AND body - %(marker)s = '{}'
    )
)
SELECT max(id) FROM old
"""
_LOCK = 0x7375626D
"""a number that only this table's users take: "subm\""""


class PostgresStore:
    """Keeps submissions in the database that ``dsn`` leads to."""

    def __init__(self, dsn: str) -> None:
        self._sessions = Sessions(dsn)

    async def prepare(self) -> None:
        """Start to connect, and make the table exist."""
        self._sessions.open()

        async def make(session: StoreSession) -> None:
            await session.execute(_SCHEMA)

        await self._use(make)

    async def close(self) -> None:
        """Close all sessions."""
        await self._sessions.close()

    async def keep(self, draft: Draft) -> tuple[Submission, bool]:
        """Return the submission of the draft's key, and whether this call made it."""
        values = {
            "key": draft.key,
            "body": Jsonb(draft.body),
            "site": draft.site,
            "host": draft.host,
        }

        async def insert(session: StoreSession) -> tuple[Submission, bool]:
            return await _kept(session, values)

        return await self._use(insert)

    async def by_id(self, number: int) -> Submission | None:
        """Return the submission with that id, or None."""
        submissions = await self._find(f"{_COLUMNS} WHERE id = %s", (number,))
        return submissions[0] if submissions else None

    async def by_keys(self, keys: tuple[str, ...]) -> list[Submission]:
        """Return the submissions with one of ``keys``, in order of their ids."""
        return await self._find(f"{_COLUMNS} WHERE key = ANY(%s) ORDER BY id", (list(keys),))

    async def forget(self, kept: timedelta, after: int, most: int) -> int:
        """Remove old measurements, and return where to go on from."""
        values = {"lock": _LOCK, "after": after, "most": most, "kept": kept, "marker": MARKER}

        async def remove(session: StoreSession) -> int:
            async with session.cursor(row_factory=tuple_row) as cursor:
                await cursor.execute(_FORGET, values)
                row = await cursor.fetchone()
            return row[0] if row and row[0] is not None else after

        return await self._use(remove)

    async def _find(self, query: str, values: Sequence[Any]) -> list[Submission]:
        async def select(session: StoreSession) -> list[Submission]:
            async with session.cursor(row_factory=class_row(Submission)) as cursor:
                await cursor.execute(query, values)
                return await cursor.fetchall()

        return await self._use(select)

    async def _use(self, work: Callable[[StoreSession], Awaitable[MadeT]]) -> MadeT:
        try:
            return await self._sessions.use(work)
        except (errors.ReadOnlySqlTransaction, errors.UndefinedTable) as error:
            raise StoreRefused(str(error)) from error
        except errors.DataError as error:
            raise DraftRefused(str(error)) from error
        except psycopg.Error as error:
            raise StoreSilent(str(error)) from error


async def _kept(session: StoreSession, values: Mapping[str, Any]) -> tuple[Submission, bool]:
    """Return the submission of a key in ``session``, and whether it is new."""
    warnings: list[str] = []

    def note(diagnostic: errors.Diagnostic) -> None:
        warnings.append(diagnostic.message_primary or "")

    session.add_notice_handler(note)
    try:
        async with session.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(_KEEP, values)
            row = await cursor.fetchone()
    finally:
        session.remove_notice_handler(note)
    if warnings or row is None:
        # the only warning here: committed, but the wait for the standby was cancelled
        raise StoreSilent("; ".join(warnings))
    *columns, is_new = row
    return Submission(*columns), is_new
