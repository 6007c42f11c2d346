"""What stays between two looks: one loop, one TLS context, and the connections."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import httpx

from access.clients.http import async_client
from monitors.look.certificates import ShownCertificates
from monitors.look.event_loop import PatientLoop

AnswerT = TypeVar("AnswerT")


class KeptConnections:
    """One loop and one HTTP client, kept so that a second look needs no handshake."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._loop = PatientLoop()
        self._runner = asyncio.Runner(loop_factory=lambda: self._loop)
        self._client = async_client(tls)
        self.certificates = ShownCertificates()
        """that hosts showed over these connections"""
        self._client.event_hooks = {"response": [self.certificates.note]}

    def run(self, look: Callable[[httpx.AsyncClient], Coroutine[Any, Any, AnswerT]]) -> AnswerT:
        """Return what ``look`` sees; its deadlines count the time in which it waits."""
        self._loop.begin()
        return self._runner.run(look(self._client))

    def close(self) -> None:
        """Close the connections and the loop."""
        self._runner.run(self._client.aclose())
        self._runner.close()
