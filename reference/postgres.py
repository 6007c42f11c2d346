"""Keeps submissions in PostgreSQL; the way to the leader is the business of the ``dsn``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import errors
from psycopg.rows import class_row, tuple_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from reference.submissions import Draft, StoreRefused, StoreSilent, Submission

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

_CONNECT_SECONDS = 2
_FREE_SECONDS = 0.5
"""to wait for a free connection; then ask again, which makes the pool try a new one"""
_SESSION = "-c statement_timeout=5000 -c application_name=ndc-reference"


class PostgresStore:
    """Keeps submissions in the database that ``dsn`` leads to."""

    def __init__(self, dsn: str) -> None:
        self._pool = AsyncConnectionPool(
            dsn,
            min_size=1,
            max_size=8,
            open=False,
            # no back-off of the pool's own: who waits asks again, so a new leader is found at once
            reconnect_timeout=0.0,
            timeout=_FREE_SECONDS,
            kwargs={
                "autocommit": True,
                "connect_timeout": _CONNECT_SECONDS,
                "tcp_user_timeout": 3000,
                "options": _SESSION,
            },
        )

    async def prepare(self) -> None:
        """Start to connect, and make the table exist."""
        await self._pool.open(wait=False)
        async with self._connection() as connection:
            await connection.execute(_SCHEMA)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def keep(self, draft: Draft) -> tuple[Submission, bool]:
        """Return the submission of the draft's key, and whether this call made it."""
        warnings: list[str] = []
        values = {
            "key": draft.key,
            "body": Jsonb(draft.body),
            "site": draft.site,
            "host": draft.host,
        }
        async with self._connection() as connection:

            def note(diagnostic: errors.Diagnostic) -> None:
                warnings.append(diagnostic.message_primary or "")

            connection.add_notice_handler(note)
            try:
                async with connection.cursor(row_factory=tuple_row) as cursor:
                    await cursor.execute(_KEEP, values)
                    row = await cursor.fetchone()
            finally:
                connection.remove_notice_handler(note)
        if warnings or row is None:
            # the only warning here: committed, but the wait for the standby was cancelled
            raise StoreSilent("; ".join(warnings))
        *columns, is_new = row
        return Submission(*columns), is_new

    async def by_id(self, number: int) -> Submission | None:
        """Return the submission with that id, or None."""
        submissions = await self._find(f"{_COLUMNS} WHERE id = %s", (number,))
        return submissions[0] if submissions else None

    async def by_keys(self, keys: tuple[str, ...]) -> list[Submission]:
        """Return the submissions with one of ``keys``, in order of their ids."""
        return await self._find(f"{_COLUMNS} WHERE key = ANY(%s) ORDER BY id", (list(keys),))

    async def _find(self, query: str, values: Sequence[Any]) -> list[Submission]:
        async with (
            self._connection() as connection,
            connection.cursor(row_factory=class_row(Submission)) as cursor,
        ):
            await cursor.execute(query, values)
            return await cursor.fetchall()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (PoolTimeout, PoolClosed, TooManyRequests) as error:
            raise StoreRefused("no connection to the database") from error
        except (errors.ReadOnlySqlTransaction, errors.UndefinedTable) as error:
            raise StoreRefused(str(error)) from error
        except psycopg.Error as error:
            raise StoreSilent(str(error)) from error
