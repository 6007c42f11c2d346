"""Places for a few at once: whoever came last is let in first.

When more come than are let in, those who waited longest have given up most likely: who is served
in the order of coming serves nobody, for as long as the others have patience.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class NoPlace(Exception):
    """Nobody left in time."""


class Places:
    """As many as ``most`` says at each moment; who leaves lets in who came last."""

    def __init__(self, most: Callable[[], int]) -> None:
        self._most = most
        self._taken = 0
        self._waiting: list[asyncio.Future[None]] = []

    @asynccontextmanager
    async def one(self, patience_seconds: float) -> AsyncIterator[None]:
        """Have a place until this is left.

        Raises:
            NoPlace: none was free within ``patience_seconds``.
        """
        await self._enter(patience_seconds)
        try:
            yield
        finally:
            self._taken -= 1
            self.let_in()

    def let_in(self) -> None:
        """Let in as many as there are places for by now."""
        while self._waiting and self._taken < self._most():
            last = self._waiting.pop()
            if not last.done():
                self._taken += 1
                last.set_result(None)

    async def _enter(self, patience_seconds: float) -> None:
        if self._taken < self._most():
            self._taken += 1
            return
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(patience_seconds):
                await waiting
        except BaseException as error:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            if not waiting.cancelled():  # let in at the moment of giving up
                self._taken -= 1
                self.let_in()
            if isinstance(error, TimeoutError):
                raise NoPlace from error
            raise
