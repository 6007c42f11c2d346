"""The application's sessions, against a real database that only reads for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import psycopg
import pytest

from reference.acceptance import Accepted, NotAccepted, accept
from reference.postgres import PostgresStore
from reference.sessions import BEGUN, CONNECT_SECONDS, MOST, Sessions
from reference.submissions import Draft, StoreRefused, StoreSilent
from tests.scratch_postgres import scratch_postgres

pytestmark = pytest.mark.lab

SETTLED_SECONDS = 2.0
"""the way back is found within this"""


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the connection string of an empty database."""
    with scratch_postgres(tmp_path_factory.mktemp("postgres")) as made:
        yield made


Promise = Callable[[PostgresStore], Coroutine[Any, Any, None]]


def _kept_with(dsn: str, promise: Promise) -> None:
    async def run() -> None:
        store = PostgresStore(dsn)
        try:
            async with asyncio.timeout(60):
                while not await _is_prepared(store):  # noqa: ASYNC110 - the database tells nobody
                    await asyncio.sleep(0.1)
            await promise(store)
        finally:
            await store.close()

    asyncio.run(run())


async def _is_prepared(store: PostgresStore) -> bool:
    try:
        await store.prepare()
    except (StoreRefused, StoreSilent):
        return False
    return True


def _draft(key: str) -> Draft:
    return Draft(key, {"text": "x"}, "ndc01", "ndc01-app")


def _order(dsn: str, *statements: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as orders:
        for statement in ("SET default_transaction_read_only = off", *statements):
            orders.execute(statement)


async def _all(store: PostgresStore, what: str, *, count: int) -> list[object]:
    drafts = [_draft(f"{what}-{number}") for number in range(count)]
    return await asyncio.gather(*(accept(store, one, patience_seconds=1.0) for one in drafts))


def test_a_session_that_began_at_a_leader_that_only_read_is_not_kept(dsn: str) -> None:
    # what a session finds when it begins stays with it: that it only reads, or at whom it is
    begin_reading = "ALTER DATABASE postgres SET default_transaction_read_only = on"
    end_reading = "ALTER DATABASE postgres RESET default_transaction_read_only"
    break_off = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'ndc-reference'"
    )

    async def promise(store: PostgresStore) -> None:
        before = await _all(store, "before", count=MOST)
        await asyncio.to_thread(_order, dsn, begin_reading, break_off)
        during = await _all(store, "during", count=3 * MOST)
        await asyncio.to_thread(_order, dsn, end_reading)
        await asyncio.sleep(SETTLED_SECONDS)
        after = await _all(store, "after", count=3 * MOST)

        assert all(isinstance(one, Accepted) for one in before)
        assert all(isinstance(one, NotAccepted) for one in during)
        assert all(isinstance(one, Accepted) for one in after)

    _kept_with(dsn, promise)


def test_a_caller_who_is_cancelled_at_any_instant_leaves_every_session_free(dsn: str) -> None:
    async def promise(store: PostgresStore) -> None:
        for number in range(300):
            wave = [asyncio.create_task(store.keep(_draft(f"c{number}-{n}"))) for n in range(12)]
            await asyncio.sleep(number % 30 / 10_000)
            for caller in wave:
                caller.cancel()
            await asyncio.gather(*wave, return_exceptions=True)

        after = await _all(store, "free", count=3 * MOST)

        assert all(isinstance(one, Accepted) for one in after)
        with psycopg.connect(dsn) as looking:
            query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ndc-reference'"
            row = looking.execute(query).fetchone()
        assert row is not None
        assert row[0] <= MOST

    _kept_with(dsn, promise)


async def _nothing(_: object) -> None:
    """Ask nothing of a session."""


def test_few_sessions_are_begun_at_once() -> None:
    async def run() -> None:
        reached: list[asyncio.StreamWriter] = []
        silent = await asyncio.start_server(lambda _, to: reached.append(to), "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        sessions = Sessions(f"host=127.0.0.1 port={port} dbname=postgres")
        sessions.open()
        async with silent, asyncio.timeout(60):
            callers = [asyncio.create_task(sessions.use(_nothing)) for _ in range(MOST)]
            while len(reached) < BEGUN:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.01)
            await asyncio.sleep(CONNECT_SECONDS / 4)
            begun = len(reached)
            await asyncio.gather(*callers, return_exceptions=True)
            await sessions.close()
            for writer in reached:
                writer.close()

        assert begun == BEGUN < MOST / 2

    asyncio.run(run())
