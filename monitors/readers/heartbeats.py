"""Heartbeat rows: a leader marks its time, a copy tells the newest mark that it has replayed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from psycopg import errors

from core.errors import Rejected, Unreachable, WorldError
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
_NEWEST = "SELECT source, at FROM heartbeat.heartbeat ORDER BY at DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Access:
    """How one login reaches one member."""

    host: str
    """address that the member's certificate names"""
    port: int
    login: Login
    passfile: Path
    authority: Path

    async def connect(self) -> Connection:
        """Return a connection that gives up on a silent server.

        Raises:
            Rejected: refused. Unreachable: no answer.
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
            raise translated(error, self.host) from error


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
        Rejected, Unreachable: nothing is known.
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
        Rejected, Unreachable: nothing is known.
    """
    try:
        async with connection.cursor() as cursor:
            await cursor.execute(_NEWEST)
            row = await cursor.fetchone()
    except errors.UndefinedTable:
        return None
    except psycopg.Error as error:
        raise translated(error, "heartbeat") from error
    return Mark(SiteName(row[0]), row[1]) if row else None


def translated(error: psycopg.Error, what: str) -> WorldError:
    """Return what is known after ``error``: answered no, or not answered."""
    answered = error.sqlstate is not None and not isinstance(error, errors.OperationalError)
    kind = Rejected if answered else Unreachable
    return kind(
        f"PostgreSQL at {what} did not do as asked",
        expected="an answer",
        actual=str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__,
        next_step="`ndc status` shows which member leads",
    )
