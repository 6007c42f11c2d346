"""Whoever gives up on a server leaves no socket behind."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from access.clients.http import async_client, look_async
from core.errors import Rejected
from monitors.probe.citizen import Citizen

Ask = Callable[[str], Awaitable[object]]


async def _look(root: str) -> None:
    async with async_client(ssl.create_default_context()) as client:
        await look_async(client, root, deadline=timedelta(minutes=1))


async def _write(root: str) -> None:
    await Citizen(root, None).write("k", "new")


async def _write_again(root: str) -> None:
    await Citizen(root, None).write("k", "kept")


async def _hears_the_end(ask: Ask) -> bool:
    """Tell whether a server that answers no handshake hears that whoever asked is gone."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0)
        loop = asyncio.get_running_loop()
        asking = asyncio.ensure_future(ask(f"https://127.0.0.1:{server.getsockname()[1]}"))
        ours, _ = await loop.sock_accept(server)
        with ours:
            await loop.sock_recv(ours, 4096)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            try:
                async with asyncio.timeout(1):
                    return await loop.sock_recv(ours, 4096) == b""
            except TimeoutError:
                return False


@pytest.mark.parametrize("ask", [_look, _write, _write_again])
def test_a_handshake_that_is_given_up_closes_its_socket(ask: Ask) -> None:
    assert asyncio.run(_hears_the_end(ask))


def test_a_process_without_sockets_says_so_and_blames_nobody_else() -> None:
    async def write() -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        lowest_free = os.dup(0)
        os.close(lowest_free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
        try:
            await Citizen("http://127.0.0.1:9", None).write("k", "new")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    with pytest.raises(Rejected, match="no socket left"):
        asyncio.run(write())
