"""The newest heartbeat that a copy of a database has replayed, asked at the copy."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from ndc.clients import heartbeats


async def newest_mark(access: heartbeats.Access, *, deadline: timedelta) -> heartbeats.Mark | None:
    """Return the newest mark in the copy behind ``access``; None: it has none yet.

    Raises:
        Rejected, Unreachable, TimeoutError: the copy could not be read.
    """
    async with asyncio.timeout(deadline.total_seconds()):
        connection = await access.connect()
        async with connection:
            return await heartbeats.newest(connection)
