"""Connections that are closed on every way out, also where a handshake is cancelled.

The library closes a socket whose handshake fails, and forgets one whose handshake is cancelled:
it stays open for as long as the process lives, and a program that gives up often runs out of them.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx
from httpcore import AsyncNetworkBackend, AsyncNetworkStream
from typing_extensions import override


def closing_transport(tls: ssl.SSLContext, limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
    """Return a transport without proxies that leaves no socket behind."""
    transport = httpx.AsyncHTTPTransport(verify=tls, limits=limits, trust_env=False)
    # the library takes a backend, and httpx does not pass one on
    pool = transport._pool  # noqa: SLF001 - as said
    pool._network_backend = _Backend(pool._network_backend)  # noqa: SLF001 - as said
    return transport


class _Backend(AsyncNetworkBackend):
    """Connects as ``own`` does; the streams close themselves."""

    def __init__(self, own: AsyncNetworkBackend) -> None:
        self._own = own

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        stream = await self._own.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream)

    @override
    async def sleep(self, seconds: float) -> None:
        await self._own.sleep(seconds)


class _Stream(AsyncNetworkStream):
    """A stream as ``own``, which is closed by a handshake that does not end well."""

    def __init__(self, own: AsyncNetworkStream) -> None:
        self._own = own

    @override
    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> AsyncNetworkStream:
        try:
            return await self._own.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._own.aclose()
            raise

    @override
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._own.read(max_bytes, timeout)

    @override
    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._own.write(buffer, timeout)

    @override
    async def aclose(self) -> None:
        await self._own.aclose()

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._own.get_extra_info(info)
