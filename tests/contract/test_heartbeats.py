"""Marks in a real database: who leads marks, who follows reads, who may do no more cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest

from core.errors import NotSeen, Rejected
from inventory.names import SiteName
from monitors.readers import heartbeats
from monitors.readers.copy_age import Copy, WaitsAnswer
from tests.scratch_postgres import scratch_postgres

pytestmark = pytest.mark.lab

DEADLINE = timedelta(seconds=10)
NDC01, NDC02 = SiteName("ndc01"), SiteName("ndc02")
CONTENTS = Path(__file__).parents[1] / "golden/contents/ndc01-node.txt"


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the connection string of a database with all that `ndc up` makes inside it."""
    with scratch_postgres(tmp_path_factory.mktemp("postgres")) as made:
        asyncio.run(_prepared(made))
        yield made


async def _prepared(dsn: str) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                async with await _as(dsn, "postgres") as connection:
                    for statement in _made_inside():
                        await connection.execute(statement)
            except psycopg.OperationalError:
                await asyncio.sleep(0.1)
            else:
                return


def _made_inside() -> list[bytes]:
    """Return the statements that a new database begins with, as a host is given them."""
    _, _, after = CONTENTS.read_bytes().partition(b"=== /etc/patroni/general-db.sql\n")
    return after.partition(b"\n=== ")[0].strip().split(b";\n")


async def _as(dsn: str, role: str) -> heartbeats.Connection:
    return await psycopg.AsyncConnection.connect(f"{dsn} user={role}", autocommit=True)


def test_a_mark_is_read_by_who_may_only_read(dsn: str) -> None:
    async def story() -> None:
        async with await _as(dsn, "heartbeat") as leader, await _as(dsn, "exporter") as reader:
            assert await heartbeats.newest(reader) is None
            assert await heartbeats.prepare(leader)
            assert await heartbeats.newest(reader) is None

            await heartbeats.beat(leader, NDC01)
            first = await heartbeats.newest(reader)
            await heartbeats.beat(leader, NDC02)
            second = await heartbeats.newest(reader)

            assert first is not None
            assert second is not None
            assert (first.source, second.source) == (NDC01, NDC02)
            assert timedelta() < second.at - first.at < timedelta(seconds=30)
            with pytest.raises(Rejected):
                await heartbeats.beat(reader, NDC01)

    asyncio.run(story())


def test_who_does_not_lead_any_more_is_told(dsn: str) -> None:
    async def story() -> None:
        async with await _as(dsn, "heartbeat") as former:
            await heartbeats.prepare(former)
            await former.execute("SET default_transaction_read_only = on")

            with pytest.raises(Rejected):
                await heartbeats.beat(former, NDC01)

    asyncio.run(story())


def test_who_may_mark_may_do_nothing_else(dsn: str) -> None:
    async def story() -> None:
        async with await _as(dsn, "heartbeat") as marker:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await marker.execute("CREATE TABLE public.anything (x int)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await marker.execute("SELECT * FROM pg_authid")

    asyncio.run(story())


def test_a_service_owns_the_database_of_its_name_and_no_other(dsn: str) -> None:
    own = f"{dsn} dbname=public-service-portal"

    async def story() -> None:
        async with await _as(own, "public-service-portal") as service:
            await service.execute("CREATE TABLE submissions (x int)")
        async with await _as(dsn, "public-service-portal") as elsewhere:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await elsewhere.execute("CREATE TABLE public.anything (x int)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await elsewhere.execute("SELECT * FROM heartbeat.heartbeat")
        async with await _as(own, "heartbeat") as marker:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await marker.execute("SELECT * FROM submissions")

    asyncio.run(story())


def test_a_copy_is_asked_on_one_connection_until_that_breaks(dsn: str) -> None:
    made: list[heartbeats.Connection] = []

    async def connect() -> heartbeats.Connection:
        if len(made) == 2:
            raise NotSeen("not a third time", refused=False)
        made.append(await _as(dsn, "exporter"))
        return made[-1]

    async def story() -> None:
        copy = Copy(connect)
        async with await _as(dsn, "heartbeat") as leader:
            await heartbeats.prepare(leader)
            await heartbeats.beat(leader, NDC01)
            first = await copy.newest_mark(deadline=DEADLINE)
            await heartbeats.beat(leader, NDC02)
            second = await copy.newest_mark(deadline=DEADLINE)
        assert first
        assert second
        assert (first.source, second.source) == (NDC01, NDC02)
        assert len(made) == 1

        await _restarted(dsn)
        assert await copy.newest_mark(deadline=DEADLINE) == second
        assert len(made) == 2

        await _restarted(dsn)
        with pytest.raises(NotSeen):
            await copy.newest_mark(deadline=DEADLINE)
        assert all(connection.closed for connection in made)

    asyncio.run(story())


def test_after_a_question_without_an_answer_a_copy_is_asked_anew(dsn: str) -> None:
    made: list[heartbeats.Connection] = []

    async def connect() -> heartbeats.Connection:
        made.append(await _as(dsn, "exporter"))
        return made[-1]

    async def story() -> None:
        copy = Copy(connect)
        async with await _as(dsn, "postgres") as leader:
            await heartbeats.prepare(leader)
            async with leader.transaction():
                await leader.execute("LOCK heartbeat.heartbeat IN ACCESS EXCLUSIVE MODE")
                with pytest.raises(TimeoutError):
                    await copy.newest_mark(deadline=timedelta(seconds=0.5))
        await copy.newest_mark(deadline=DEADLINE)
        assert [connection.closed for connection in made] == [True, False]
        await copy.close()

    asyncio.run(story())


def test_a_full_server_is_told_from_one_that_is_not_there(dsn: str) -> None:
    async def connect() -> heartbeats.Connection:
        try:
            return await _as(dsn, "exporter")
        except psycopg.Error as error:
            raise heartbeats.not_seen(error, "here") from error

    async def story() -> None:
        early, late = Copy(connect), Copy(connect)
        others: list[heartbeats.Connection] = []
        await early.newest_mark(deadline=DEADLINE)
        left = await early.connections_left(deadline=DEADLINE)
        try:
            others += [await connect() for _ in range(left or 0)]
            with pytest.raises(NotSeen) as refused:
                await connect()
            assert heartbeats.is_full(refused.value)
            # who is in already counts the rest; who is not hears of it by being refused
            assert await early.connections_left(deadline=DEADLINE) == 0
            with pytest.raises(NotSeen) as told:
                await late.newest_mark(deadline=DEADLINE)
            assert heartbeats.is_full(told.value)
        finally:
            for connection in others:
                await connection.close()
            await early.close()

    asyncio.run(story())


def test_a_leader_tells_how_much_log_each_slot_has_left(dsn: str) -> None:
    async def story() -> None:
        async with await _as(dsn, "postgres") as root:
            await root.execute("SELECT pg_create_physical_replication_slot('far_copy', true)")
            await root.execute("SELECT pg_create_physical_replication_slot('t', true, true)")
            copy = Copy(partial(_as, dsn, "exporter"))
            try:
                assert await copy.slots_left(deadline=DEADLINE) is None
                await copy.newest_mark(deadline=DEADLINE)
                without_limit = await copy.slots_left(deadline=DEADLINE)
                await root.execute("ALTER SYSTEM SET max_slot_wal_keep_size = '1GB'")
                await root.execute("SELECT pg_reload_conf()")
                limited = await _limited(copy)
            finally:
                await copy.close()
                await root.execute("ALTER SYSTEM RESET max_slot_wal_keep_size")
                await root.execute("SELECT pg_reload_conf()")

        assert without_limit == {}
        assert limited.keys() == {"far_copy"}
        assert 0 < limited["far_copy"] <= 2**30 + 2**25

    asyncio.run(story())


def test_a_leader_tells_how_many_its_commits_wait_for(dsn: str) -> None:
    async def story() -> None:
        async with await _as(dsn, "postgres") as root:
            copy = Copy(partial(_as, dsn, "exporter"))
            try:
                assert await copy.waits_for(deadline=DEADLINE) is None
                await copy.newest_mark(deadline=DEADLINE)
                none = await copy.waits_for(deadline=DEADLINE)
                await root.execute("ALTER SYSTEM SET synchronous_standby_names = 'ANY 2 (a, b)'")
                await root.execute("SELECT pg_reload_conf()")
                two = await _other_than(none, copy)
            finally:
                await copy.close()
                await root.execute("ALTER SYSTEM RESET synchronous_standby_names")
                await root.execute("SELECT pg_reload_conf()")

        assert (none, two) == (WaitsAnswer(0), WaitsAnswer(2))

    asyncio.run(story())


async def _other_than(first: WaitsAnswer | None, copy: Copy) -> WaitsAnswer | None:
    """Return what commits wait for, once that is not what it was at ``first``."""
    async with asyncio.timeout(30):
        while True:
            waits = await copy.waits_for(deadline=DEADLINE)
            if waits != first:
                return waits
            await asyncio.sleep(0.05)


async def _limited(copy: Copy) -> dict[str, int]:
    """Return what is left to each slot, once the server has heard that there is a limit."""
    async with asyncio.timeout(30):
        while True:
            left = await copy.slots_left(deadline=DEADLINE)
            if left:
                return left
            await asyncio.sleep(0.05)


def test_a_server_that_is_not_there_is_not_full() -> None:
    with pytest.raises(psycopg.OperationalError) as nobody:
        psycopg.connect("host=127.0.0.1 port=1 user=exporter")
    error = heartbeats.not_seen(nobody.value, "there")
    error.__cause__ = nobody.value

    assert not heartbeats.is_full(error)


async def _restarted(dsn: str) -> None:
    """End every session but this one, as a restart does."""
    async with await _as(dsn, "postgres") as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND usename = 'exporter'"
        )
