"""What every store of submissions promises; the real one runs in the lab suite."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reference.memory import MemoryStore
from reference.postgres import PostgresStore
from reference.submissions import Draft, DraftRefused, StoreRefused, StoreSilent, SubmissionStore
from tests.scratch_postgres import scratch_postgres

Promise = Callable[[SubmissionStore], Coroutine[Any, Any, None]]


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the connection string of an empty database."""
    with scratch_postgres(tmp_path_factory.mktemp("postgres")) as made:
        yield made


@pytest.fixture(params=["memory", pytest.param("postgresql", marks=pytest.mark.lab)])
def keeps(request: pytest.FixtureRequest) -> Callable[[Promise], None]:
    """Return what runs a promise against a prepared store, and closes it."""

    def made() -> SubmissionStore:
        if request.param == "memory":
            return MemoryStore()
        return PostgresStore(request.getfixturevalue("dsn"))

    def run(promise: Promise) -> None:
        asyncio.run(_with(made(), promise))

    return run


async def _with(store: SubmissionStore, promise: Promise) -> None:
    try:
        async with asyncio.timeout(30):
            while not await _is_prepared(store):  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.1)
        await promise(store)
    finally:
        await store.close()


async def _is_prepared(store: SubmissionStore) -> bool:
    try:
        await store.prepare()
    except (StoreRefused, StoreSilent):
        return False
    return True


def _draft(key: str, text: str = "x") -> Draft:
    return Draft(f"{os.getpid()}-{key}", {"text": text}, "ndc01", "ndc01-app")


def test_what_is_kept_can_be_found_by_id_and_by_key(keeps: Callable[[Promise], None]) -> None:
    async def promise(store: SubmissionStore) -> None:
        kept, made = await store.keep(_draft("found", "xin chào"))

        assert made
        assert kept.body == {"text": "xin chào"}
        assert kept.committed_at.tzinfo is not None
        assert await store.by_id(kept.id) == kept
        assert await store.by_keys((kept.key, "never sent")) == [kept]

    keeps(promise)


def test_a_key_never_has_two_submissions(keeps: Callable[[Promise], None]) -> None:
    async def promise(store: SubmissionStore) -> None:
        first, made = await store.keep(_draft("twice", "first"))
        second, made_again = await store.keep(_draft("twice", "second"))

        assert (made, made_again) == (True, False)
        assert second == first
        assert await store.by_keys((first.key,)) == [first]

    keeps(promise)


def test_a_key_sent_ten_times_at_once_is_made_once(keeps: Callable[[Promise], None]) -> None:
    async def promise(store: SubmissionStore) -> None:
        answers = await asyncio.gather(*(store.keep(_draft("at-once")) for _ in range(10)))

        assert sum(made for _, made in answers) == 1
        assert len({kept.id for kept, _ in answers}) == 1

    keeps(promise)


def test_preparing_again_keeps_what_is_there(keeps: Callable[[Promise], None]) -> None:
    async def promise(store: SubmissionStore) -> None:
        kept, _ = await store.keep(_draft("prepared"))

        await store.prepare()

        assert await store.by_id(kept.id) == kept

    keeps(promise)


def test_what_was_never_sent_is_not_there(keeps: Callable[[Promise], None]) -> None:
    async def promise(store: SubmissionStore) -> None:
        assert await store.by_id(10**12) is None
        assert await store.by_keys(("never sent",)) == []

    keeps(promise)


@pytest.mark.parametrize("value", ["\0", "\ud800", float("nan"), float("inf")])
def test_what_no_store_keeps_is_refused_for_ever(
    keeps: Callable[[Promise], None], value: object
) -> None:
    async def promise(store: SubmissionStore) -> None:
        draft = replace(_draft("poison"), body={"a": value})

        with pytest.raises(DraftRefused):
            await store.keep(draft)

        assert await store.by_keys((draft.key,)) == []

    keeps(promise)


def test_old_measurements_go_and_nothing_else(keeps: Callable[[Promise], None]) -> None:
    async def promise(store: SubmissionStore) -> None:
        real, _ = await store.keep(_draft("stays"))
        marked = replace(_draft("marked"), body={"marker": "m", "text": "x"})
        both, _ = await store.keep(marked)
        drafts = [replace(_draft(f"goes-{n}"), body={"marker": f"m{n}"}) for n in range(3)]
        first, second, third = [(await store.keep(draft))[0] for draft in drafts]
        keys = tuple(one.key for one in (real, both, first, second, third))

        young = await store.forget(timedelta(hours=1), real.id - 1, 100)
        assert young == real.id - 1
        assert len(await store.by_keys(keys)) == 5

        assert await store.forget(timedelta(0), real.id - 1, 4) == second.id
        assert await store.by_keys(keys) == [real, both, third]
        assert await store.forget(timedelta(0), second.id, 100) == third.id
        assert await store.forget(timedelta(0), third.id, 100) == third.id
        assert await store.by_keys(keys) == [real, both]

    keeps(promise)


def test_an_id_is_not_given_again_when_its_measurement_went(
    keeps: Callable[[Promise], None],
) -> None:
    async def promise(store: SubmissionStore) -> None:
        gone, _ = await store.keep(replace(_draft("gone"), body={"marker": "m"}))
        await store.forget(timedelta(0), gone.id - 1, 1)

        again, made = await store.keep(replace(_draft("gone"), body={"marker": "m"}))

        assert made
        assert again.id > gone.id

    keeps(promise)


def test_a_closed_store_refuses(keeps: Callable[[Promise], None]) -> None:
    async def promise(store: SubmissionStore) -> None:
        await store.close()

        with pytest.raises(StoreRefused):
            await store.keep(_draft("too-late"))

    keeps(promise)
