"""Tells etcd who we are: a name and a password buy a token that every voter knows.

A certificate alone does not tell: etcd takes its own JSON gateway for the client. A voter
forgets the token when it restarts, and after five minutes without a request. It then
refuses the request and does not obey it; so we get another token and send it again.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final

import httpx
from typing_extensions import override

_TOKEN_REFUSALS: Final = (
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
    """Sends a token of ``login`` with each request, and gets a new one when it is refused.

    The caller never sees a refusal that a new token mends. It sees etcd's refusal of
    ``login`` where the password is wrong.
    """

    requires_response_body = True

    def __init__(self, login: EtcdCredentials) -> None:
        self._login = login
        self._token = ""

    def proof(self) -> dict[str, str]:
        """Return the headers that prove who we are, if another request got a token already."""
        return {"Authorization": self._token} if self._token else {}

    @override
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Yield ``request``; after a refusal yield a request for a token, then ``request``."""
        if self._token:
            request.headers["Authorization"] = self._token
        response = yield request
        if not _refuses_token(response):
            return
        # the answer to this one is what the caller gets if the password is wrong
        reply = yield httpx.Request(
            "POST",
            request.url.copy_with(path="/v3/auth/authenticate"),
            json={"name": self._login.name, "password": self._login.password},
            extensions=request.extensions,
        )
        if reply.is_success:
            self._token = str(reply.json()["token"])
            request.headers["Authorization"] = self._token
            yield request


def _refuses_token(response: httpx.Response) -> bool:
    return response.is_client_error and any(reason in response.text for reason in _TOKEN_REFUSALS)
