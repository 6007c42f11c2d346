"""Heartbeat rows: a leader marks its time, a copy tells the newest mark that it has replayed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString, TypeAlias

import psycopg
from psycopg import errors

from core.errors import NotSeen, Rejected, Unreachable, WorldError
from inventory.names import SiteName
from inventory.postgresql import Login

Connection: TypeAlias = "psycopg.AsyncConnection[Any]"

_TABLE = """
CREATE TABLE IF NOT EXISTS heartbeat.heartbeat (source text PRIMARY KEY, at timestamptz NOT NULL)
"""
_BEAT = """
INSERT INTO heartbeat.heartbeat (source, at) VALUES (%s, clock_timestamp())
ON CONFLICT (source) DO UPDATE SET at = excluded.at
"""
_LEFT = """
SELECT current_setting('max_connections')::int
  - current_setting('superuser_reserved_connections')::int
  - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
"""
_SLOTS = """
SELECT slot_name, CASE wal_status WHEN 'lost' THEN 0 ELSE safe_wal_size END
FROM pg_replication_slots WHERE NOT temporary AND NOT pg_is_in_recovery()
"""
_WAITS = """
SELECT current_setting('synchronous_standby_names') WHERE NOT pg_is_in_recovery()
"""
_HOW_MANY = re.compile(r"(?:(?:ANY|FIRST)\s+)?(\d+)\s*\(", re.IGNORECASE)
"""begins the setting where it says a number; where it does not, a commit waits for one"""
_FULL = ("too many clients already", "remaining connection slots are reserved")
"""how a server refuses a connection that it has no room for: nothing else tells the reason"""
_NEWEST = "SELECT source, at FROM heartbeat.heartbeat ORDER BY at DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class MemberAccess:
    """How one login reaches one member of a database."""

    host: str
    """address that the member's certificate names"""
    port: int
    login: Login
    passfile: Path
    authority: Path

    async def connect(self) -> Connection:
        """Return a connection that gives up on a silent server.

        Raises:
            NotSeen: it did not let us in.
        """
        try:
            return await psycopg.AsyncConnection.connect(
                host=self.host,
                port=self.port,
                dbname=self.login.inside,
                user=self.login.role,
                passfile=str(self.passfile),
                sslmode="verify-full",
                sslrootcert=str(self.authority),
                connect_timeout=2,
                tcp_user_timeout=3000,
                autocommit=True,
                # a mark tells how far this log came, so it waits for no other copy
                options="-c synchronous_commit=local -c statement_timeout=2000",
            )
        except psycopg.Error as error:
            raise not_seen(error, self.host) from error


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest mark in a copy."""

    source: SiteName
    """whose leader wrote it"""
    at: datetime
    """by the clock of that leader"""


async def prepare(connection: Connection) -> bool:
    """Make the table exist if this member leads; return whether it leads.

    Raises:
        Rejected: it leads, and may not make the table. Unreachable: the table may be there.
    """
    try:
        async with connection.cursor() as cursor:
            await cursor.execute("SELECT pg_is_in_recovery()")
            row = await cursor.fetchone()
            if row is None or row[0]:
                return False
            await cursor.execute(_TABLE)
    except psycopg.Error as error:
        raise translated(error, "heartbeat") from error
    return True


async def beat(connection: Connection, source: SiteName) -> None:
    """Mark this moment in the leader's log.

    Raises:
        Rejected: this member does not lead any more. Unreachable: it may be marked.
    """
    try:
        await connection.execute(_BEAT, (source,))
    except psycopg.Error as error:
        raise translated(error, "heartbeat") from error


async def newest(connection: Connection) -> Mark | None:
    """Return the newest mark that this copy has replayed; None: there is none yet.

    Raises:
        NotSeen: nothing is known.
    """
    try:
        rows = await _rows(connection, _NEWEST, "heartbeat")
    except NotSeen as error:
        if isinstance(error.__cause__, errors.UndefinedTable):
            return None
        raise
    return Mark(SiteName(rows[0][0]), rows[0][1]) if rows else None


async def connections_left(connection: Connection) -> int:
    """Return how many more connections this member would take from programs.

    Raises:
        NotSeen: nothing is known.
    """
    ((left,),) = await _rows(connection, _LEFT, "connections")
    return max(int(left), 0)


async def slots_left(connection: Connection) -> dict[str, int]:
    """Return how many bytes of log this leader writes until each slot is lost; 0: it is.

    A slot for which the log is kept without a limit is left out; who follows has no slots here.

    Raises:
        NotSeen: nothing is known.
    """
    rows = await _rows(connection, _SLOTS, "slots")
    return {str(name): max(int(left), 0) for name, left in rows if left is not None}


async def waits_for(connection: Connection) -> int | None:
    """Return how many copies a commit waits for at this leader; None: it follows.

    0: a commit is acknowledged that no other copy has.

    Raises:
        NotSeen: nothing is known.
    """
    rows = await _rows(connection, _WAITS, "what commits wait for")
    if not rows:
        return None
    setting = str(rows[0][0]).strip()
    number = _HOW_MANY.match(setting)
    return int(number[1]) if number else int(bool(setting))


async def _rows(connection: Connection, question: LiteralString, what: str) -> list[Any]:
    """Return the rows that answer ``question``, which is about ``what``.

    Raises:
        NotSeen: nothing is known.
    """
    try:
        async with connection.cursor() as cursor:
            await cursor.execute(question)
            return await cursor.fetchall()
    except psycopg.Error as error:
        raise not_seen(error, what) from error


def is_full(error: NotSeen) -> bool:
    """Return whether a member let nobody in because all its connections are used."""
    return any(words in str(error.__cause__) for words in _FULL)


def translated(error: psycopg.Error, what: str) -> WorldError:
    """Return what is known of a change after ``error``: answered no, or not answered."""
    kind = Rejected if _is_answer(error) else Unreachable
    return kind(_FAILED.format(what), expected=_EXPECTED, actual=_reason(error), next_step=_NEXT)


def not_seen(error: psycopg.Error, what: str) -> NotSeen:
    """Return what is known of a look after ``error``."""
    return NotSeen(
        _FAILED.format(what),
        refused=_is_answer(error),
        expected=_EXPECTED,
        actual=_reason(error),
        next_step=_NEXT,
    )


_FAILED = "PostgreSQL at {} did not do as asked"
_EXPECTED = "an answer"
_NEXT = "`ndc status` shows which member leads"


def _is_answer(error: psycopg.Error) -> bool:
    return error.sqlstate is not None and not isinstance(error, errors.OperationalError)


def _reason(error: psycopg.Error) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
