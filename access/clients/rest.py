"""REST calls that may change something: each has a deadline, each error says what we now know."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx

from core.errors import Rejected, Unreachable, WorldError

CONNECT: Final = timedelta(milliseconds=500)
"""a host that does not take a connection by then is dead or far beyond any link of ours"""

MEANINGS: Final[dict[type[Exception], type[WorldError]]] = {
    # it never left this machine
    httpx.InvalidURL: Rejected,
    httpx.UnsupportedProtocol: Rejected,
    httpx.LocalProtocolError: Rejected,
    httpx.CookieConflict: Rejected,
    # it may have arrived
    httpx.HTTPError: Unreachable,
    httpx.StreamError: Unreachable,
}
"""what each exception of the library says; a class that is not named counts as its parent.

A connection that was refused counts as no answer: it certainly did not happen,
and whoever looks will find so and may send it again.
"""

_NO: Final = range(400, 500)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered."""

    status: int
    text: str

    def parsed(self) -> Any:
        """Return the JSON it holds.

        Raises:
            Unreachable: it holds none; the request may have been obeyed.
        """
        try:
            return json.loads(self.text)
        except ValueError:
            raise _unreachable("the answer is not JSON", self.text[:80]) from None


def client(tls: ssl.SSLContext, *, kept: timedelta = timedelta(seconds=5)) -> httpx.Client:
    """Return a client that shows our certificate, asks no proxy and follows nobody.

    An idle connection is ``kept`` so long.
    """
    limits = httpx.Limits(keepalive_expiry=kept.total_seconds())
    return httpx.Client(verify=tls, limits=limits, trust_env=False)


def send(
    over: httpx.Client,
    method: str,
    url: str,
    *,
    body: Mapping[str, Any] | None = None,
    deadline: timedelta,
    auth: httpx.Auth | None = None,
) -> Reply:
    """Return what ``url`` answers, whatever the status.

    Raises:
        Rejected: it was never sent.
        Unreachable: no answer in time; it may have been obeyed.
    """
    timeout = httpx.Timeout(deadline.total_seconds(), connect=CONNECT.total_seconds())
    try:
        response = over.request(method, url, json=body, timeout=timeout, auth=auth)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict) as error:
        raise translate(error, url) from error
    return Reply(response.status_code, response.text)


def answered(reply: Reply, url: str) -> Any:
    """Return the JSON of a reply that says yes.

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
    return reply.parsed()


def translate(error: Exception, url: str) -> WorldError:
    """Return what ``error``, of the library, says in our words."""
    meaning = next((MEANINGS[kind] for kind in type(error).mro() if kind in MEANINGS), Unreachable)
    said = f"{type(error).__name__}: {error}".removesuffix(": ")
    if meaning is Unreachable:
        return _unreachable(url, said)
    return Rejected(
        f"{url} cannot be asked",
        expected="a request that can be sent",
        actual=said,
        next_step="this is a defect of the caller: report it with the command",
    )


def _unreachable(url: str, actual: str) -> Unreachable:
    return Unreachable(
        f"{url} gave no answer that tells what happened",
        expected="an answer within the deadline",
        actual=actual,
        next_step="ndc status shows what can be reached; look before repeating a change",
    )
