"""Who runs out of time leaves no connection behind, whatever the library was doing just then."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import httpx
import pytest
from typing_extensions import override

from access.clients.http import look_async, send_async
from core.errors import NdcError
from monitors.probe.citizen import Citizen

LOOKS: Final = range(1, 90)
"""of a loop at its clock, a few in each of its steps; a whole exchange takes about sixty"""
LEAP_SECONDS: Final = 60.0
"""past any deadline of these"""
DEADLINE: Final = timedelta(seconds=30)
ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CLOSES_WITHIN: Final = 200
"""hundredths of a second"""

Ask = Callable[[httpx.AsyncClient, str], Awaitable[object]]


class _Late(asyncio.SelectorEventLoop):
    """A loop that once stands still between two looks at its clock: all is due at once then."""

    looks_left: int | None = None
    _ahead = 0.0

    @override
    def time(self) -> float:
        if self.looks_left is not None:
            self.looks_left -= 1
            if self.looks_left == 0:
                self._ahead = LEAP_SECONDS
        return super().time() + self._ahead


@dataclass(slots=True)
class _Server:
    """Answers whatever it is told, and knows who has not hung up."""

    root: str = ""
    callers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, up: threading.Event) -> None:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        up.set()
        await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.callers.add(writer)
        with suppress(ConnectionError):
            while await reader.read(4096):
                writer.write(ANSWER)
        self.callers.discard(writer)
        writer.close()

    async def left(self) -> int:
        """Return how many callers have not hung up, once they had the time to."""
        for _ in range(CLOSES_WITHIN):
            if not self.callers:
                break
            await asyncio.sleep(0.01)
        return len(self.callers)


@pytest.fixture(scope="module")
def server() -> _Server:
    server, up = _Server(), threading.Event()
    threading.Thread(target=lambda: asyncio.run(server.serve(up)), daemon=True).start()
    assert up.wait(10)
    return server


async def _look(client: httpx.AsyncClient, root: str) -> object:
    return await look_async(client, root, deadline=DEADLINE)


async def _send(client: httpx.AsyncClient, root: str) -> object:
    return await send_async(client, root, body={}, etag="1", deadline=DEADLINE)


async def _write(_: httpx.AsyncClient, root: str) -> object:
    return await Citizen(root, None).write("k", "new")


async def _left(ask: Ask, server: _Server, looks: int) -> int:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, _Late)
    none_kept = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(trust_env=False, limits=none_kept) as client:
        loop.looks_left = looks
        with suppress(NdcError):
            await ask(client, server.root)
        loop.looks_left = None
        return await server.left()


@pytest.mark.parametrize("ask", [_look, _send, _write])
def test_a_deadline_that_passes_at_any_step_leaves_no_connection(ask: Ask, server: _Server) -> None:
    left = {}
    for looks in LOOKS:
        with asyncio.Runner(loop_factory=_Late) as runner:
            left[looks] = runner.run(_left(ask, server, looks))
        server.callers.clear()

    assert [looks for looks, count in left.items() if count] == []
