"""Serves the engine until it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import Final

import grpc.aio
from pulumi.runtime.proto import provider_pb2_grpc

from stacks.provider.servicer import Servicer
from stacks.substrates.port import Substrate

_LOOK_SECONDS: Final = 1.0


def serve(substrate: Substrate, engine_address: str) -> None:
    """Answer the engine at ``engine_address`` until it sends SIGINT, or is dead.

    The first line of standard output is the port; the engine waits for it.
    """
    asyncio.run(_serve(substrate, engine_address))


async def _serve(substrate: Substrate, engine_address: str) -> None:
    server = grpc.aio.server()
    servicer = Servicer(substrate, engine_address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await _until(end, engine=os.getppid())
    await server.stop(grace=None)


async def _until(end: asyncio.Event, *, engine: int) -> None:
    """Return when ``end`` is set or the process ``engine`` is no longer our parent.

    An engine that is killed sends no signal, and would leave this process behind.
    """
    while os.getppid() == engine:
        with suppress(TimeoutError):
            await asyncio.wait_for(end.wait(), _LOOK_SECONDS)
            return
