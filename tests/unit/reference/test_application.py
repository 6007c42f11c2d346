"""What citizens and the probe are told, over a store that can be told to fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import httpx
import pytest
from typing_extensions import override

from reference.acceptance import Accepted, NeverAccepted, NotAccepted, accept
from reference.application import application
from reference.configuration import Configuration
from reference.memory import MemoryStore
from reference.submissions import Draft, DraftRefused, StoreRefused, StoreSilent

Conversation = Callable[[httpx.AsyncClient], Coroutine[Any, Any, None]]
MINE = Configuration(
    name="portal",
    title="Cổng <dịch vụ>",
    listen_port=8080,
    site="ndc02",
    host="ndc02-app",
    dsn="",
)


def _talk(store: MemoryStore, conversation: Conversation) -> None:
    async def whole() -> None:
        app = application(MINE, store)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://portal") as client,
        ):
            await asyncio.sleep(0)
            await conversation(client)

    asyncio.run(whole())


async def _send(client: httpx.AsyncClient, key: str = "k1", text: str = "a") -> httpx.Response:
    return await client.post("/submissions", json={"text": text}, headers={"Idempotency-Key": key})


def test_a_submission_is_acknowledged_with_id_time_site_and_host() -> None:
    async def conversation(client: httpx.AsyncClient) -> None:
        answer = await _send(client)

        assert answer.status_code == 201
        assert answer.json()["site"] == "ndc02"
        assert answer.json()["host"] == "ndc02-app"
        assert set(answer.json()) == {"id", "key", "committed_at", "site", "host"}

    _talk(MemoryStore(), conversation)


def test_the_same_key_again_gives_the_same_id_and_no_second_row() -> None:
    async def conversation(client: httpx.AsyncClient) -> None:
        first = await _send(client, text="first")
        second = await _send(client, text="second")

        assert second.status_code == 200
        assert second.json()["id"] == first.json()["id"]
        found = await client.get("/submissions", params={"key": "k1"})
        assert [one["body"] for one in found.json()["submissions"]] == [{"text": "first"}]

    _talk(MemoryStore(), conversation)


def test_a_lost_answer_is_asked_for_again_and_the_row_is_there_once() -> None:
    store = MemoryStore()
    store.fail_next(StoreSilent("connection lost"), StoreRefused("read-only"))

    async def conversation(client: httpx.AsyncClient) -> None:
        answer = await _send(client)

        assert answer.status_code == 200
        found = await client.get("/submissions", params={"key": "k1"})
        assert len(found.json()["submissions"]) == 1

    _talk(store, conversation)


def test_health_says_nothing_of_the_store() -> None:
    async def conversation(client: httpx.AsyncClient) -> None:
        answer = await client.get("/health")

        assert answer.json() == {"service": "portal", "site": "ndc02", "host": "ndc02-app"}

    store = MemoryStore()
    store.fail_next(*[StoreRefused("down")] * 100)
    _talk(store, conversation)


def test_the_page_says_where_it_comes_from_and_trusts_no_title() -> None:
    async def conversation(client: httpx.AsyncClient) -> None:
        page = (await client.get("/")).text

        assert "ndc02" in page
        assert "ndc02-app" in page
        assert "Cổng &lt;dịch vụ&gt;" in page

    _talk(MemoryStore(), conversation)


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({}, b"{}", 400),
        ({"Idempotency-Key": "k" * 201}, b"{}", 400),
        ({"Idempotency-Key": "k"}, b"not json", 400),
        ({"Idempotency-Key": "k"}, b"[]", 400),
        ({"Idempotency-Key": "k"}, b'"' + b"x" * 65_536 + b'"', 413),
        ({"Idempotency-Key": "k"}, b'{"a": "\\u0000"}', 400),
        ({"Idempotency-Key": "k"}, b'{"a": ["\\ud800"]}', 400),
        ({"Idempotency-Key": "k"}, b'{"\\u0000": 1}', 400),
        ({"Idempotency-Key": "k"}, b'{"a": NaN}', 400),
        ({"Idempotency-Key": "k"}, b'{"a": 1e400}', 400),
        ({"Idempotency-Key": "k"}, b'{"a": ' + b"9" * 5_000 + b"}", 400),
        ({"Idempotency-Key": "k"}, b"[" * 60_000, 400),
        ({"Idempotency-Key": "k"}, b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}", 400),
    ],
)
def test_what_cannot_be_a_submission_is_refused(
    headers: dict[str, str], content: bytes, status: int
) -> None:
    async def conversation(client: httpx.AsyncClient) -> None:
        answer = await client.post("/submissions", headers=headers, content=content)

        assert answer.status_code == status
        assert answer.json()["outcome"] == "refused"

    _talk(MemoryStore(), conversation)


def test_a_submission_as_deep_as_may_be_is_kept() -> None:
    async def conversation(client: httpx.AsyncClient) -> None:
        deep = b'{"a": ' + b"[" * 31 + b"]" * 31 + b"}"
        answer = await client.post("/submissions", headers={"Idempotency-Key": "k"}, content=deep)

        assert answer.status_code == 201

    _talk(MemoryStore(), conversation)


def test_a_submission_is_shown_to_whoever_knows_its_key() -> None:
    async def conversation(client: httpx.AsyncClient) -> None:
        sent = (await _send(client, key="mine")).json()
        where = f"/submissions/{sent['id']}"

        shown = await client.get(where, headers={"Idempotency-Key": "mine"})
        refused = [
            await client.get(where),
            await client.get(where, headers={"Idempotency-Key": "another"}),
            await client.get("/submissions/999", headers={"Idempotency-Key": "mine"}),
        ]

        assert shown.json()["body"] == {"text": "a"}
        assert {answer.status_code for answer in refused} == {404}
        assert len({answer.text for answer in refused}) == 1

    _talk(MemoryStore(), conversation)


def test_a_submission_that_never_arrives_whole_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reference.application._BODY_SECONDS", 0.01)

    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async def conversation(client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/submissions", headers={"Idempotency-Key": "k"}, content=dripping()
        )

        assert answer.status_code == 408
        assert answer.json()["outcome"] == "refused"

    _talk(MemoryStore(), conversation)


def test_what_the_store_will_never_keep_is_asked_of_it_once() -> None:
    store = MemoryStore()
    store.fail_next(DraftRefused("invalid byte"), StoreRefused("asked again"))

    async def whole() -> Accepted | NeverAccepted | NotAccepted:
        await store.prepare()
        return await accept(store, Draft("k", {}, "ndc01", "ndc01-app"))

    assert asyncio.run(whole()) == NeverAccepted()


def test_what_is_not_there_is_not_found() -> None:
    async def conversation(client: httpx.AsyncClient) -> None:
        assert (await client.get("/submissions/7")).status_code == 404
        assert (await client.get("/submissions")).status_code == 400
        assert (await client.get("/submissions?key=%00")).status_code == 400

    _talk(MemoryStore(), conversation)


@pytest.mark.parametrize(
    ("failure", "may_be_kept"), [(StoreRefused("no"), False), (StoreSilent("?"), True)]
)
def test_patience_ends_with_what_is_known(failure: Exception, *, may_be_kept: bool) -> None:
    store = MemoryStore()

    async def whole() -> Accepted | NeverAccepted | NotAccepted:
        await store.prepare()
        store.fail_next(*[failure] * 1000)
        draft = Draft("k", {}, "ndc01", "ndc01-app")
        return await accept(store, draft, patience_seconds=0.05, pause_seconds=0.001)

    assert asyncio.run(whole()) == NotAccepted(may_be_kept)


def test_an_attempt_cut_off_by_impatience_may_be_kept() -> None:
    class Slow(MemoryStore):
        @override
        async def keep(self, draft: Draft) -> tuple[Any, bool]:
            await asyncio.sleep(10)
            return await super().keep(draft)

    ended = asyncio.run(accept(Slow(), Draft("k", {}, "s", "h"), patience_seconds=0.01))

    assert ended == NotAccepted(may_be_kept=True)


@pytest.mark.parametrize("may_be_kept", [False, True])
def test_for_a_citizen_who_has_gone_the_store_is_not_asked_again(may_be_kept: bool) -> None:  # noqa: FBT001 - a column
    store = MemoryStore()
    fault = StoreSilent("lost") if may_be_kept else StoreRefused("every session is in use")
    draft = Draft("k", {}, "ndc01", "ndc01-app")

    async def is_gone() -> bool:
        return True

    async def ended() -> object:
        await store.prepare()
        store.fail_next(fault)
        return await accept(store, draft, is_gone=is_gone, pause_seconds=0.001)

    assert asyncio.run(ended()) == NotAccepted(may_be_kept)


def test_an_application_hears_that_a_citizen_has_gone() -> None:
    store = MemoryStore()
    store.fail_next(*[StoreRefused("every session is in use")] * 100)
    body = [{"type": "http.request", "body": b'{"text": "a"}'}, {"type": "http.disconnect"}]
    answers: list[Any] = []

    async def receive() -> Any:
        return body.pop(0) if len(body) > 1 else body[0]

    async def send(message: Any) -> None:
        answers.append(message)

    async def whole() -> float:
        began = asyncio.get_running_loop().time()
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/submissions",
            "query_string": b"",
            "headers": [(b"idempotency-key", b"k")],
        }
        await application(MINE, store)(scope, receive, send)
        return asyncio.get_running_loop().time() - began

    took_seconds = asyncio.run(whole())

    assert took_seconds < 1  # of three that it has patience
    assert answers[0]["status"] == 503
