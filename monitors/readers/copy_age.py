"""The newest heartbeat that a copy has replayed, its room, its slots, what commits wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from core.errors import NotSeen
from monitors.readers import heartbeats

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WaitsAnswer:
    """For how many other copies a commit waits here."""

    copies: int | None
    """None: it follows, so none is made here"""


async def _waits(connection: heartbeats.Connection) -> WaitsAnswer:
    return WaitsAnswer(await heartbeats.waits_for(connection))


class Copy:
    """One copy; the connection is kept, because a server starts a process for each new one."""

    def __init__(self, connect: Callable[[], Awaitable[heartbeats.Connection]]) -> None:
        """Connect with ``connect``, which raises NotSeen, when first asked."""
        self._connect = connect
        self._connection: heartbeats.Connection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def newest_mark(self, *, deadline: timedelta) -> heartbeats.Mark | None:
        """Return the newest mark in the copy; None: it has none yet.

        Raises:
            NotSeen, TimeoutError: the copy could not be read.
        """
        async with asyncio.timeout(deadline.total_seconds()), self._one_at_a_time:
            if self._connection is not None:
                try:
                    return await self._ask(heartbeats.newest)
                except NotSeen:
                    pass  # it may have been restarted since: only a new connection tells
            self._connection = await self._connect()
            return await self._ask(heartbeats.newest)

    async def connections_left(self, *, deadline: timedelta) -> int | None:
        """Return how many more connections the copy takes; None: only ``newest_mark`` connects.

        Raises:
            NotSeen, TimeoutError: it could not be asked.
        """
        return await self._if_connected(heartbeats.connections_left, deadline)

    async def slots_left(self, *, deadline: timedelta) -> dict[str, int] | None:
        """Return how much log is left to each slot of the leader; None and raises as above."""
        return await self._if_connected(heartbeats.slots_left, deadline)

    async def waits_for(self, *, deadline: timedelta) -> WaitsAnswer | None:
        """Return what a commit waits for, if the copy leads; None and raises as above."""
        return await self._if_connected(_waits, deadline)

    async def close(self) -> None:
        """Hang up; the next question connects anew."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _if_connected(
        self, question: Callable[[heartbeats.Connection], Awaitable[T]], deadline: timedelta
    ) -> T | None:
        async with asyncio.timeout(deadline.total_seconds()), self._one_at_a_time:
            return None if self._connection is None else await self._ask(question)

    async def _ask(self, question: Callable[[heartbeats.Connection], Awaitable[T]]) -> T:
        assert self._connection is not None  # noqa: S101 - whoever asks has connected
        try:
            return await question(self._connection)
        except BaseException:
            # whatever comes on it next might be the answer to this question
            await self.close()
            raise
