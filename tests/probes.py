"""A probe in front of a real HTTP server, for as long as a story lasts."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from access.signing_key import SigningKey
from core.clock import Clock
from core.system_clock import SystemClock
from inventory.names import EnvironmentName, HostName
from monitors.ledger import WriteOutcome
from monitors.probe.application import application as probe_application
from monitors.probe.citizen import Citizen
from monitors.probe.ledger_file import LedgerFile
from monitors.probe.losses import LossRecord
from monitors.probe.service_probe import ServiceProbe
from monitors.probe.statements import Oath
from reference.application import application as reference
from reference.configuration import Configuration
from reference.memory import MemoryStore

PER_SECOND: Final = 50
PROBE: Final = "http://probe"
OATH: Final = Oath(
    EnvironmentName("test"), HostName("witness-node"), SigningKey(Ed25519PrivateKey.generate())
)
Story = Callable[[ServiceProbe, MemoryStore], Coroutine[Any, Any, None]]


@asynccontextmanager
async def _serving(store: MemoryStore) -> AsyncIterator[str]:
    mine = Configuration(
        name="portal", title="Portal", listen_port=1, site="ndc01", host="ndc01-app", dsn=""
    )
    server = uvicorn.Server(
        uvicorn.Config(reference(mine, store), log_level="error", timeout_graceful_shutdown=1)
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


def play(path: Path, story: Story, clock: Clock | None = None) -> None:
    """Run ``story`` beside a probe whose ledger is in ``path``; ``clock`` is the probe's."""

    async def whole() -> None:
        store = MemoryStore()
        await store.prepare()
        async with _serving(store) as root:
            citizen = Citizen(root, None)
            ledger = LedgerFile(path / "portal.jsonl")
            losses = LossRecord(path / "portal.losses.json")
            probe = ServiceProbe(
                "portal", citizen, ledger, losses, clock or SystemClock(), per_second=PER_SECOND
            )
            running = asyncio.create_task(probe.run())
            try:
                await story(probe, store)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    asyncio.run(whole())


async def acknowledged(probe: ServiceProbe, count: int) -> None:
    """Return when ``count`` writes have been acknowledged since the probe began."""
    async with asyncio.timeout(30):
        while sum(probe.counts[kind, WriteOutcome.OK] for kind in ("new", "kept")) < count:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)


def asking(probe: ServiceProbe) -> httpx.AsyncClient:
    """Return a client that asks ``probe`` at ``PROBE``."""
    transport = httpx.ASGITransport(probe_application({"portal": probe}, OATH))
    return httpx.AsyncClient(transport=transport, base_url=PROBE)
