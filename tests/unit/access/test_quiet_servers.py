"""A server that nobody asks costs nothing, and ends when it is told to."""

from __future__ import annotations

import asyncio
import os
import selectors
import signal
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
import uvicorn
from typing_extensions import override

from access.https_server import _QuietServer
from reference.application import application
from reference.configuration import Configuration
from reference.memory import MemoryStore

MINE = Configuration(name="portal", title="", listen_port=1, site="s", host="h", dsn="")
Visit = Callable[[str, "CountedSelector"], Coroutine[Any, Any, None]]


class CountedSelector(selectors.DefaultSelector):
    """Counts how often a loop waited."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = 0

    @override
    def select(self, timeout: float | None = None) -> Any:
        self.waits += 1
        return super().select(timeout)


@pytest.fixture
def server() -> uvicorn.Server:
    return _QuietServer(uvicorn.Config(application(MINE, MemoryStore()), log_level="error"))


def _served(server: uvicorn.Server, visit: Visit) -> None:
    """Run ``visit`` beside ``server``, tell it to end as systemd does, and wait until it has."""
    selector = CountedSelector()

    async def whole() -> None:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            while not server.started:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            await visit(f"http://127.0.0.1:{listening.getsockname()[1]}", selector)
            os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(10):
                await serving

    # the server passes the signal on once it has ended
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
            runner.run(whole())
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_server_that_nobody_asks_does_not_wake_up(server: uvicorn.Server) -> None:
    async def visit(_: str, selector: CountedSelector) -> None:
        await asyncio.sleep(0.3)
        before = selector.waits
        await asyncio.sleep(1)

        assert selector.waits - before <= 2

    _served(server, visit)


def test_who_asks_is_answered(server: uvicorn.Server) -> None:
    async def visit(root: str, _: CountedSelector) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{root}/health")

        assert answer.status_code == 200
        assert answer.headers["server"] == "uvicorn"

    _served(server, visit)


def test_a_signal_ends_a_server_that_nobody_asks(server: uvicorn.Server) -> None:
    async def visit(_: str, __: CountedSelector) -> None:
        await asyncio.sleep(0.1)

    _served(server, visit)

    assert server.should_exit
