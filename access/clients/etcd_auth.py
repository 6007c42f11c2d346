"""Who we are to etcd: a name and a password, for which it gives a token that every voter knows.

A certificate alone names nobody here: etcd takes its JSON gateway for the client. The
token is forgotten by voters that restart, or are not asked for five minutes; whoever
is refused for that asks for another and repeats the question, which was not obeyed.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final

import httpx
from typing_extensions import override

_NOT_KNOWN: Final = (
    "etcdserver: user name is empty",
    "etcdserver: invalid auth token",
    "etcdserver: revision of auth store is old",
)
"""api/v3rpc/rpctypes/error.go; nothing was done"""


@dataclass(frozen=True, slots=True)
class EtcdCredentials:
    """An account of etcd, and its password."""

    name: str
    password: str = field(repr=False)


class EtcdAuth(httpx.Auth):
    """Sends the token of ``login`` with each request; of a new one where that is not known."""

    requires_response_body = True

    def __init__(self, login: EtcdCredentials) -> None:
        self._login = login
        self._token = ""

    @override
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Yield ``request``; after a refusal, what gets a token, and ``request`` again."""
        if self._token:
            request.headers["Authorization"] = self._token
        response = yield request
        if not _is_unknown(response):
            return
        # the answer to this one is what the caller gets if the password is wrong
        told = yield httpx.Request(
            "POST",
            request.url.copy_with(path="/v3/auth/authenticate"),
            json={"name": self._login.name, "password": self._login.password},
            extensions=request.extensions,
        )
        if told.is_success:
            self._token = str(told.json()["token"])
            request.headers["Authorization"] = self._token
            yield request


def _is_unknown(response: httpx.Response) -> bool:
    return response.is_client_error and any(said in response.text for said in _NOT_KNOWN)
