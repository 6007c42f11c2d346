"""Tells etcd who we are: a name and a password buy a token that every voter knows.

A certificate alone does not tell: etcd takes its own JSON gateway for the client. A voter
forgets the token when it restarts, and after five minutes without a request. It then
refuses the request and does not obey it; so we get another token and send it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
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
    ``login`` where the password is wrong. Of many who are refused at a time one asks a voter for
    a token, and the others wait: to check a password costs it a tenth of a second of a core.
    """

    def __init__(self, login: EtcdCredentials) -> None:
        self._login = login
        self._token = ""
        self._asking: dict[bytes, asyncio.Lock] = {}
        """by voter: one that is dead keeps nobody from asking another"""

    def proof(self) -> dict[str, str]:
        """Return the headers that prove who we are, if another request got a token already."""
        return {"Authorization": self._token} if self._token else {}

    @override
    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Yield ``request``; after a refusal yield a request for a token, then ``request``."""
        request.headers.update(self.proof())
        response = yield request
        response.read()
        if not _refuses_token(response):
            return
        # the answer to this one is what the caller gets if the password is wrong
        reply = yield self._asks(request)
        reply.read()
        if self._is_known(reply):
            request.headers.update(self.proof())
            yield request

    @override
    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Do as ``sync_auth_flow``, once for all who are refused by one voter at a time."""
        refused, voter = self._token, request.url.netloc
        request.headers.update(self.proof())
        response = yield request
        await response.aread()
        if not _refuses_token(response):
            return
        async with self._asking.setdefault(voter, asyncio.Lock()):
            if self._token == refused:
                reply = yield self._asks(request)
                await reply.aread()
                if not self._is_known(reply):
                    return
        request.headers.update(self.proof())
        yield request

    def _asks(self, request: httpx.Request) -> httpx.Request:
        """Return what asks the voter of ``request`` for a token."""
        return httpx.Request(
            "POST",
            request.url.copy_with(path="/v3/auth/authenticate"),
            json={"name": self._login.name, "password": self._login.password},
            extensions=request.extensions,
        )

    def _is_known(self, reply: httpx.Response) -> bool:
        """Keep the token in ``reply``; return whether it has one."""
        if reply.is_success:
            self._token = str(reply.json()["token"])
        return reply.is_success


def _refuses_token(response: httpx.Response) -> bool:
    return response.is_client_error and any(reason in response.text for reason in _TOKEN_REFUSALS)
