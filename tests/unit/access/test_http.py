"""Every exception of the library says what a change may have done, and what a look tells."""

from __future__ import annotations

import asyncio
import inspect
import ssl

import httpx
import pytest

from access.clients import http
from access.clients.fates import FATES, Fate, fate
from access.clients.http import Reply, answered, look, look_async, send
from core.errors import NotSeen, Rejected, Unreachable
from tests.unit.access.servers import SECOND, answering, failing

URL = "https://host/x"
UNSENDABLE = {
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.CookieConflict,
}
UNTAKEN = {httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout}
ALL = sorted(
    (
        found
        for _, found in inspect.getmembers(httpx, inspect.isclass)
        if issubclass(found, Exception)
    ),
    key=lambda found: found.__name__,
)
EVERY = pytest.mark.parametrize("kind", ALL, ids=[kind.__name__ for kind in ALL])


def _raised(kind: type[Exception]) -> Exception:
    if issubclass(kind, httpx.HTTPStatusError):
        request = httpx.Request("GET", "https://host")
        return kind("said so", request=request, response=httpx.Response(500, request=request))
    takes_a_message = "message" in inspect.signature(kind).parameters
    return kind("said so") if takes_a_message else kind()


def _looks_on_both_ways(over: httpx.Client) -> list[NotSeen]:
    """Return what a look says where a program waits for it, and where a loop does."""

    async def look_in_a_loop() -> None:
        async with httpx.AsyncClient(transport=over._transport) as client:  # type: ignore[arg-type]  # the library's transport for tests is of both kinds
            await look_async(client, URL, deadline=SECOND)

    with pytest.raises(NotSeen) as waiting:
        look(over, URL, deadline=SECOND)
    with pytest.raises(NotSeen) as looping:
        asyncio.run(look_in_a_loop())
    return [waiting.value, looping.value]


def test_the_library_has_the_exceptions_that_we_think_of() -> None:
    assert set(ALL) > UNSENDABLE | UNTAKEN
    assert len(ALL) >= 25


@EVERY
def test_every_exception_of_the_library_says_what_became_of_the_request(
    kind: type[Exception],
) -> None:
    assert any(parent in FATES for parent in kind.mro())

    became = fate(_raised(kind))

    assert (became is Fate.UNSENDABLE) == (kind in UNSENDABLE)
    assert (became is Fate.UNTAKEN) == (kind in UNTAKEN)


@EVERY
def test_a_change_did_not_happen_if_it_was_never_sent_and_may_have_otherwise(
    kind: type[Exception],
) -> None:
    with pytest.raises((Rejected, Unreachable)) as caught:
        send(failing(_raised(kind)), "POST", URL, deadline=SECOND)

    assert type(caught.value) is (Rejected if kind in UNSENDABLE else Unreachable)
    assert type(caught.value.__cause__) is kind
    assert kind.__name__ in caught.value.actual
    assert caught.value.next_step


@EVERY
def test_a_look_saw_nothing_whatever_ended_it(kind: type[Exception]) -> None:
    for not_seen in _looks_on_both_ways(failing(_raised(kind))):
        assert not not_seen.refused
        assert type(not_seen.__cause__) is kind
        assert kind.__name__ in not_seen.actual
        assert not_seen.next_step


def test_a_connection_that_was_refused_says_that_the_host_is_there() -> None:
    refused = httpx.ConnectError("no")
    refused.__cause__ = ConnectionRefusedError()

    assert [one.refused for one in _looks_on_both_ways(failing(refused))] == [True, True]
    with pytest.raises(Unreachable):
        send(failing(refused), "POST", URL, deadline=SECOND)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (400, Rejected),
        (404, Rejected),
        (412, Rejected),
        (429, Rejected),
        (500, Unreachable),
        (503, Unreachable),
        (204, Unreachable),
        (302, Unreachable),
    ],
)
def test_to_a_change_a_status_says_no_or_that_nobody_knows(
    status: int, meaning: type[Exception]
) -> None:
    with pytest.raises(meaning, match=URL):
        answered(Reply(status, "because"), URL)


@pytest.mark.parametrize("status", [204, 302, 400, 404, 500, 503])
def test_to_a_look_every_other_status_says_that_somebody_is_there(status: int) -> None:
    for not_seen in _looks_on_both_ways(answering({"/x": (status, "because")})):
        assert not_seen.refused
        assert not_seen.actual == f"HTTP {status}: because"


def test_an_answer_that_is_no_json_tells_nothing_of_a_change_and_shows_nothing_to_a_look() -> None:
    with pytest.raises(Unreachable):
        answered(Reply(200, "<html>"), URL)

    for not_seen in _looks_on_both_ways(answering({"/x": (200, "<html>")})):
        assert not_seen.refused


def test_an_answer_that_is_too_deep_to_be_read_is_no_json_either() -> None:
    deep = "[" * 100_000

    with pytest.raises(Unreachable):
        answered(Reply(200, deep), URL)
    for not_seen in _looks_on_both_ways(answering({"/x": (200, deep)})):
        assert not_seen.refused


def test_a_yes_is_parsed() -> None:
    over = answering({"/x": (200, {"a": 1})})

    reply = send(over, "POST", URL, body={}, deadline=SECOND)

    assert answered(reply, URL) == {"a": 1}
    assert look(over, URL, deadline=SECOND) == {"a": 1}


def test_no_proxy_of_the_environment_takes_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "https://127.0.0.1:9")

    with http.client(ssl.create_default_context()) as over:
        assert not over.trust_env
    assert not http.async_client(ssl.create_default_context()).trust_env
