"""HTTP: what each failure of the library means, for a change and for a look.

A change is sent with ``send``: it answers in Rejected and Unreachable. A look is asked with
``look``: it asks nothing to change, so it says NotSeen. ``send_async`` and ``look_async`` are
the same where a loop runs; there the deadline is of the connection too.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import anyio
import httpx

from access.clients.allowances import allowing, bounded_client
from access.clients.fates import Fate, causes, fate
from access.clients.handshakes import closing_transport
from access.tls import OwnTls
from core.errors import NotSeen, Rejected, Unreachable

CONNECT: Final = timedelta(milliseconds=500)
"""a host that takes no connection within this is dead, or further away than any link of ours"""


_ROOTS: Final = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
_NO: Final = range(400, 500)
_UNLIMITED: Final = httpx.Limits(max_connections=None, max_keepalive_connections=None)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered."""

    status: int
    text: str
    etag: str | None = None
    """names the answer, for a change that is made only while it holds; None: nobody asked"""


def own_tls(authority: Path, certificate: Path, key: Path) -> OwnTls:
    """Return what trusts the environment's authority alone, and shows who we are.

    Raises:
        Rejected: one of the files is not there or not what it should be.
    """
    try:
        tls = OwnTls(ssl.create_default_context(cafile=authority), authority, certificate, key)
        tls.look()
    except (OSError, ssl.SSLError) as error:
        raise Rejected(
            "the certificates of this environment cannot be used",
            expected=f"{authority}, {certificate}, {key}",
            actual=(error.strerror or str(error)).lower(),
            next_step="run `ndc up`, which makes what is missing",
        ) from error
    return tls


def mutual_tls(authority: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Return the context of ``own_tls`` as it is now, for who ends soon.

    Raises:
        Rejected: as ``own_tls``.
    """
    return own_tls(authority, certificate, key).context


def client(tls: ssl.SSLContext, *, kept: timedelta = timedelta(seconds=5)) -> httpx.Client:
    """Return a client that shows our certificate, uses no proxy and follows no redirection.

    A connection that is idle stays open for ``kept``. No answer is longer than ``MOST_BYTES``.
    """
    return bounded_client(tls, httpx.Limits(keepalive_expiry=kept.total_seconds()))


def async_client(tls: ssl.SSLContext) -> httpx.AsyncClient:
    """Return a client as ``client`` does, for ``look_async``; any number may be asked at once."""
    return httpx.AsyncClient(transport=closing_transport(tls, _UNLIMITED), trust_env=False)


def send(
    over: httpx.Client,
    method: str,
    url: str,
    *,
    body: Mapping[str, Any] | None = None,
    deadline: timedelta,
    auth: httpx.Auth | None = None,
) -> Reply:
    """Return what ``url`` answers to a change, whatever the status.

    ``method`` is HTTP's; ``body`` is sent as JSON, nothing if None; the whole answer has to be
    there within ``deadline`` from when it was sent, while TCP and TLS have ``CONNECT`` each;
    ``auth`` adds what proves who we are, within the same deadline.

    A connection that was refused counts as no answer. The change certainly did not happen;
    the caller sees that when it looks, and may send it again.

    Raises:
        Rejected: it was never sent.
        Unreachable: no answer in time; it may have been obeyed.
    """
    try:
        with allowing(deadline):
            response = over.request(method, url, json=body, timeout=_timeout(deadline), auth=auth)
    except _ROOTS as error:
        if fate(error) is Fate.UNSENDABLE:
            raise _unsendable(url, error) from error
        raise _unreachable(url, _words(error)) from error
    return Reply(response.status_code, response.text)


def answered(reply: Reply, url: str) -> Any:
    """Return the JSON of a reply that says yes to a change.

    Raises:
        Rejected: it says no (4xx).
        Unreachable: it says that it does not know (5xx, or no JSON).
    """
    if reply.status in _NO:
        raise Rejected(
            f"{url} said no",
            expected="HTTP 200",
            actual=f"HTTP {reply.status}: {reply.text.strip()[:200]}",
            next_step="ndc status; then plan again",
        )
    if reply.status != httpx.codes.OK:
        raise _unreachable(url, f"HTTP {reply.status}: {reply.text.strip()[:200]}")
    try:
        return json.loads(reply.text)
    except (ValueError, RecursionError):
        raise _unreachable(url, f"not JSON: {reply.text[:80]}") from None


def look(over: httpx.Client, url: str, *, deadline: timedelta) -> Any:
    """Return the JSON that ``url`` answers; ``deadline`` is as for ``send``.

    Raises:
        NotSeen: it did not answer with JSON.
    """
    return json_of(look_whole(over, url, deadline=deadline), url)


def look_whole(over: httpx.Client, url: str, *, deadline: timedelta) -> Reply:
    """Return what ``url`` answers, whatever its status; ``deadline`` is as for ``send``.

    Raises:
        NotSeen: it did not answer.
    """
    try:
        with allowing(deadline):
            response = over.get(url, timeout=_timeout(deadline))
    except _ROOTS as error:
        raise _not_seen(url, _words(error), refused=_is_refusal(error)) from error
    return Reply(response.status_code, response.text)


async def send_async(
    over: httpx.AsyncClient,
    url: str,
    *,
    body: Mapping[str, Any],
    etag: str,
    deadline: timedelta,
) -> Reply:
    """Return what ``url`` answers to a change within ``deadline``, whatever the status.

    ``body`` is posted as JSON; it is to be obeyed only while ``etag`` names what is there.

    Raises:
        Rejected: it was never sent.
        Unreachable: no answer in time; it may have been obeyed.
    """
    seconds = deadline.total_seconds()
    try:
        with anyio.fail_after(seconds):
            response = await over.post(url, json=body, headers={"If-Match": etag}, timeout=seconds)
    except _ROOTS as error:
        if fate(error) is Fate.UNSENDABLE:
            raise _unsendable(url, error) from error
        raise _unreachable(url, _words(error)) from error
    except TimeoutError as error:
        raise _unreachable(url, f"no answer within {seconds:g} s") from error
    return Reply(response.status_code, response.text)


async def look_async(
    over: httpx.AsyncClient,
    url: str,
    *,
    deadline: timedelta,
    parameters: Mapping[str, str | Sequence[str]] | None = None,
    body: Mapping[str, Any] | None = None,
    auth: httpx.Auth | None = None,
) -> Any:
    """Return the JSON that ``url`` answers within ``deadline``, TCP and TLS included.

    ``parameters`` are the query of the address. A ``body`` holds a question that does not
    fit there, and is posted. ``auth`` adds what proves who we are.

    Raises:
        NotSeen: it did not answer with JSON in time.
    """
    reply = await look_whole_async(
        over, url, deadline=deadline, parameters=parameters, body=body, auth=auth
    )
    return json_of(reply, url)


async def look_whole_async(
    over: httpx.AsyncClient,
    url: str,
    *,
    deadline: timedelta,
    parameters: Mapping[str, str | Sequence[str]] | None = None,
    body: Mapping[str, Any] | None = None,
    auth: httpx.Auth | None = None,
) -> Reply:
    """Return what ``url`` answers as ``look_async`` asks, whatever its status.

    Raises:
        NotSeen: it did not answer in time.
    """
    seconds = deadline.total_seconds()
    method = "GET" if body is None else "POST"
    try:
        with anyio.fail_after(seconds):
            response = await over.request(
                method, url, params=parameters, json=body, timeout=seconds, auth=auth
            )
    except _ROOTS as error:
        raise _not_seen(url, _words(error), refused=_is_refusal(error)) from error
    except TimeoutError as error:
        raise _not_seen(url, f"no answer within {seconds:g} s", refused=False) from error
    return Reply(response.status_code, response.text, response.headers.get("ETag"))


def json_of(reply: Reply, url: str) -> Any:
    """Return the JSON of a reply to a look; any other reply is a refusal: somebody is there.

    Raises:
        NotSeen: its status is not 200, or it holds no JSON.
    """
    if reply.status != httpx.codes.OK:
        status = f"HTTP {reply.status}: {reply.text.strip()[:200]}"
        raise _not_seen(url, status, refused=True)
    try:
        return json.loads(reply.text)
    except (ValueError, RecursionError):
        raise _not_seen(url, f"not JSON: {reply.text[:80]}", refused=True) from None


def _timeout(deadline: timedelta) -> httpx.Timeout:
    return httpx.Timeout(deadline.total_seconds(), connect=CONNECT.total_seconds())


def _is_refusal(error: BaseException) -> bool:
    return any(isinstance(cause, ConnectionRefusedError) for cause in causes(error))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".removesuffix(": ")


def _unsendable(url: str, error: Exception) -> Rejected:
    return Rejected(
        f"{url} cannot be asked",
        expected="a request that can be sent",
        actual=_words(error),
        next_step="this is a defect of the caller: report it with the command",
    )


def _unreachable(url: str, actual: str) -> Unreachable:
    return Unreachable(
        f"{url} gave no answer that tells what happened",
        expected="an answer within the deadline",
        actual=actual,
        next_step="ndc status shows what can be reached; look before repeating a change",
    )


def _not_seen(url: str, actual: str, *, refused: bool) -> NotSeen:
    return NotSeen(
        f"{url} gave no useful answer" if refused else f"{url} did not answer",
        refused=refused,
        expected="JSON" if refused else "an answer within the deadline",
        actual=actual,
        next_step="see what the host logs: `ndc ssh HOST -- journalctl -n 50`"
        if refused
        else "`ndc status` shows which hosts and links are up",
    )
