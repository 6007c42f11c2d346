"""Every exception of the library says whether it happened, or that nobody knows."""

from __future__ import annotations

import inspect
import ssl

import httpx
import pytest

from access.clients import rest
from access.clients.rest import MEANINGS, Reply, answered, send, translate
from core.errors import Rejected, Unreachable
from tests.unit.access.servers import SECOND, answering, failing

NEVER_SENT = {
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.CookieConflict,
}
ALL = sorted(
    (
        found
        for _, found in inspect.getmembers(httpx, inspect.isclass)
        if issubclass(found, Exception)
    ),
    key=lambda found: found.__name__,
)


def _raised(kind: type[Exception]) -> Exception:
    if issubclass(kind, httpx.HTTPStatusError):
        request = httpx.Request("GET", "https://host")
        return kind("said so", request=request, response=httpx.Response(500, request=request))
    takes_a_message = "message" in inspect.signature(kind).parameters
    return kind("said so") if takes_a_message else kind()


@pytest.mark.parametrize("kind", ALL, ids=[kind.__name__ for kind in ALL])
def test_every_exception_of_the_library_has_a_meaning(kind: type[Exception]) -> None:
    assert any(parent in MEANINGS for parent in kind.mro())

    told = translate(_raised(kind), "https://host")

    assert type(told) is (Rejected if kind in NEVER_SENT else Unreachable)
    assert kind.__name__ in told.actual
    assert told.next_step


def test_the_library_has_the_exceptions_that_we_think_of() -> None:
    assert set(ALL) > NEVER_SENT
    assert len(ALL) >= 25


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ReadTimeout, httpx.InvalidURL])
def test_what_is_raised_in_a_call_is_told_in_our_words(kind: type[Exception]) -> None:
    with pytest.raises((Rejected, Unreachable)) as caught:
        send(failing(_raised(kind)), "GET", "https://host", deadline=SECOND)

    assert caught.value.__cause__ is not None


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
def test_a_status_says_no_or_that_nobody_knows(status: int, meaning: type[Exception]) -> None:
    with pytest.raises(meaning, match="https://host"):
        answered(Reply(status, "because"), "https://host")


def test_an_answer_that_is_no_json_may_have_been_obeyed() -> None:
    with pytest.raises(Unreachable):
        answered(Reply(200, "<html>"), "https://host")


def test_a_yes_is_parsed() -> None:
    over = answering({"/x": (200, {"a": 1})})

    reply = send(over, "POST", "https://host/x", body={}, deadline=SECOND)

    assert answered(reply, "https://host/x") == {"a": 1}


def test_no_proxy_of_the_environment_takes_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "https://127.0.0.1:9")

    with rest.client(ssl.create_default_context()) as over:
        assert not over.trust_env
