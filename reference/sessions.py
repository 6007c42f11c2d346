"""A few sessions with the database, each for one use at a time.

A session is kept while it does well. One that did not is closed at once, and those that lie
idle with it: what made one fail (a leader that only reads, or is none any more) holds the
others as well. So the next use finds its way to the leader anew.

Where none is left, few are begun at once: of eight that begin together none is there before the
last, while a processor is short.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from reference.places import NoPlace, Places
from reference.submissions import StoreRefused, StoreSilent

StoreSession = psycopg.AsyncConnection[Any]
MadeT = TypeVar("MadeT")

MOST = 8
"""at once"""
BEGUN = 2
"""at once, beyond those that are there; were it one, all would wait for it where its way leads to
a host that died"""
FREE_SECONDS = 0.5
"""to wait for a session that others have"""
CONNECT_SECONDS = 2
USE_SECONDS = 5.0
"""of a session, by one caller; a leader that falls silent must not keep it for ever"""
AGAIN_SECONDS = 0.05
"""from a failure to connect, or a leader that only reads, to the next try: a leader that comes
up is not hammered"""

_OPTIONS = "-c statement_timeout=5000 -c application_name=ndc-reference"


class Sessions:
    """Up to ``MOST`` sessions with the database that ``dsn`` leads to."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._session_count = 0
        """sessions that have begun, and are not closed: of callers and idle ones"""
        self._places = Places(lambda: min(MOST, self._session_count + BEGUN))
        self._idle: list[StoreSession] = []
        """the one used last stands last: under little load the others are not kept busy"""
        self._uses: set[asyncio.Task[Any]] = set()
        self._failed_at_seconds: float | None = None
        self._is_open = False

    def open(self) -> None:
        """Let callers have sessions from now on."""
        self._is_open = True

    async def close(self) -> None:
        """Close all sessions, once nobody uses them any more."""
        self._is_open = False
        await asyncio.gather(*self._uses, return_exceptions=True)
        await self._drop_idle()

    async def use(self, work: Callable[[StoreSession], Awaitable[MadeT]]) -> MadeT:
        """Return what ``work`` makes of a session that is its alone.

        A caller who is cancelled is gone at once. ``work`` goes on to its end, within seconds:
        what is broken off half-way leaves sessions that nobody has and nobody closes.

        Raises:
            StoreRefused: there is no session; ``work`` was not begun.
            StoreSilent: ``work`` did not end within ``USE_SECONDS``.
        """
        use = asyncio.create_task(self._used(work))
        self._uses.add(use)
        use.add_done_callback(self._ended)
        return await asyncio.shield(use)

    def _ended(self, use: asyncio.Task[Any]) -> None:
        self._uses.discard(use)
        if not use.cancelled():
            use.exception()  # its caller has it, or is gone

    async def _used(self, work: Callable[[StoreSession], Awaitable[MadeT]]) -> MadeT:
        if not self._is_open:
            raise StoreRefused("the store is closed")
        async with self._place():
            session = self._kept() or await self._connected()
            is_well = False
            try:
                async with asyncio.timeout(USE_SECONDS):
                    outcome = await work(session)
                is_well = True
            except TimeoutError as error:
                raise StoreSilent("the database does not answer") from error
            except errors.DataError:
                is_well = True  # what was asked is at fault, not the way
                raise
            except errors.ReadOnlySqlTransaction:
                self._failed_at_seconds = _now_seconds()
                raise
            finally:
                await self._give_back(session, is_well=is_well)
            return outcome

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        try:
            async with self._places.one(FREE_SECONDS):
                yield
        except NoPlace as error:
            raise StoreRefused("every session is in use") from error

    def _kept(self) -> StoreSession | None:
        while self._idle:
            session = self._idle.pop()
            if not session.closed:
                return session
            self._session_count -= 1
        return None

    async def _connected(self) -> StoreSession:
        failed_at_seconds = self._failed_at_seconds
        if failed_at_seconds is not None and _now_seconds() - failed_at_seconds < AGAIN_SECONDS:
            raise StoreRefused("no connection to the database")
        try:
            session = await psycopg.AsyncConnection.connect(
                self._dsn,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                tcp_user_timeout=3000,
                options=_OPTIONS,
            )
        except psycopg.Error as error:
            self._failed_at_seconds = _now_seconds()
            raise StoreRefused("no connection to the database") from error
        self._session_count += 1
        self._places.let_in()
        return session

    async def _give_back(self, session: StoreSession, *, is_well: bool) -> None:
        is_idle = session.pgconn.transaction_status == TransactionStatus.IDLE
        if is_well and is_idle:
            self._idle.append(session)
        else:
            await self._close(session)
        if not is_well:
            await self._drop_idle()

    async def _drop_idle(self) -> None:
        while self._idle:
            await self._close(self._idle.pop())

    async def _close(self, session: StoreSession) -> None:
        self._session_count -= 1
        await session.close()


def _now_seconds() -> float:
    return asyncio.get_running_loop().time()
