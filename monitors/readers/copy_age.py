"""The newest heartbeat that a copy of a database has replayed, asked at the copy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from core.errors import NotSeen
from monitors.readers import heartbeats


class Copy:
    """One copy; the connection is kept, because a server starts a process for each new one."""

    def __init__(self, connect: Callable[[], Awaitable[heartbeats.Connection]]) -> None:
        """Connect with ``connect``, which raises NotSeen, when first asked."""
        self._connect = connect
        self._connection: heartbeats.Connection | None = None

    async def newest_mark(self, *, deadline: timedelta) -> heartbeats.Mark | None:
        """Return the newest mark in the copy; None: it has none yet.

        Raises:
            NotSeen, TimeoutError: the copy could not be read.
        """
        async with asyncio.timeout(deadline.total_seconds()):
            if self._connection is not None:
                try:
                    return await self._ask(self._connection)
                except NotSeen:
                    pass  # it may have been restarted since: only a new connection tells
            self._connection = await self._connect()
            return await self._ask(self._connection)

    async def close(self) -> None:
        """Hang up; the next question connects anew."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _ask(self, connection: heartbeats.Connection) -> heartbeats.Mark | None:
        try:
            return await heartbeats.newest(connection)
        except BaseException:
            # whatever comes on it next might be the answer to this question
            await self.close()
            raise
