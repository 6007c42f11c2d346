"""What one request may take, in time and in bytes, whatever its server does.

The library bounds each wait for bytes, so a server that sends one now and then is waited for
without end. Here all waits for an answer draw on one allowance. Connecting and sending do not:
the first has two waits of its own, and what we send fits into the kernel.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpcore
import httpx
from httpcore import NetworkBackend, NetworkStream
from typing_extensions import override

from core.system_clock import SystemClock

MOST_BYTES: Final = 64 * 1024**2
"""of all that a server sends: the longest journal of a run is a part of that"""
_AS_IT_IS: Final = {"Accept-Encoding": "identity"}
_CLOCK: Final = SystemClock()


@dataclass(slots=True)
class Allowance:
    """What is left of one."""

    time: timedelta
    count: int = MOST_BYTES
    _until: timedelta | None = None
    """None: nothing was waited for yet"""

    def seconds(self) -> float:
        """Return how long the next wait may be; httpcore's ReadTimeout if no time is left."""
        now = _CLOCK.elapsed()
        if self._until is None:
            self._until = now + self.time
        left = (self._until - now).total_seconds()
        if left <= 0:
            raise httpcore.ReadTimeout(f"not all of it within {self.time.total_seconds():g} s")
        return left

    def spend(self, count: int) -> None:
        """Take ``count`` bytes from what is left; httpcore's ReadError if that is too little."""
        self.count -= count
        if self.count < 0:
            raise httpcore.ReadError(f"more than {MOST_BYTES} bytes")


_allowance: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def allowing(time: timedelta) -> Iterator[None]:
    """Let what is asked inside take ``time`` once it was sent, and ``MOST_BYTES``.

    It holds over a ``bounded_client``.
    """
    token = _allowance.set(Allowance(time))
    try:
        yield
    finally:
        _allowance.reset(token)


def bounded_client(tls: ssl.SSLContext, limits: httpx.Limits) -> httpx.Client:
    """Return a client, without proxies, over which each request keeps to its allowance."""
    transport = httpx.HTTPTransport(verify=tls, limits=limits, trust_env=False)
    # the library takes a backend, and httpx does not pass one on
    pool = transport._pool  # noqa: SLF001 - as said
    pool._network_backend = _Backend(pool._network_backend)  # noqa: SLF001 - as said
    hooks = {"response": [_as_it_came]}
    return httpx.Client(transport=transport, headers=_AS_IT_IS, event_hooks=hooks, trust_env=False)


def _as_it_came(response: httpx.Response) -> None:
    """Unpack nothing, which nobody asked to be packed: a small answer may hold gigabytes."""
    response.headers.pop("Content-Encoding", None)


class _Backend(NetworkBackend):
    """Connects as ``own`` does; what comes over the streams is allowed for."""

    def __init__(self, own: NetworkBackend) -> None:
        self._own = own

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        return _Stream(self._own.connect_tcp(host, port, timeout, local_address, socket_options))


class _Stream(NetworkStream):
    """A stream as ``own``, over which no request takes more than it is allowed."""

    def __init__(self, own: NetworkStream) -> None:
        self._own = own

    @override
    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> NetworkStream:
        return _Stream(self._own.start_tls(ssl_context, server_hostname, timeout))

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if (allowance := _allowance.get()) is None:
            return self._own.read(max_bytes, timeout)
        got = self._own.read(max_bytes, allowance.seconds())
        allowance.spend(len(got))
        return got

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._own.write(buffer, timeout)

    @override
    def close(self) -> None:
        self._own.close()

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._own.get_extra_info(info)
