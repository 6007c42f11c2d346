"""Places on loopback where hosts are looked for, and servers there that behave as a test says."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

from access.secrets.folder import Certificate
from dr.onhost.sight_main import Observer, tls_of
from dr.watch.sight import Whereabouts
from inventory.network import Role
from tests.stubs.network import Ground

Serving: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Neighbourhood:
    """Places on loopback, and what is found there."""

    def __init__(self, on: Ground) -> None:
        self.on = on
        # a monitor first, who may also show its certificate as a client
        hosts = sorted(on.network.hosts, key=lambda host: Role.MONITOR not in host.roles)
        self.places = [Whereabouts(host.name, host.management.ip) for host in hosts]
        with socket.create_server((str(self.places[0].address), 0)) as listener:
            self.port = int(listener.getsockname()[1])

    def observer(
        self, certificate: Certificate | None = None, authority: Path | None = None
    ) -> Observer:
        shown = certificate or self.on.secrets.host_certificate(self.places[0].host)
        known = authority or self.on.secrets.authority.certificate
        own = self.places[0].address
        return Observer(own, self.port, tls_of(known, shown.certificate, shown.key))

    def tls(self, files: Certificate) -> ssl.SSLContext:
        """Return what node_exporter is told: TLS 1.3, and a certificate from every client."""
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.minimum_version = ssl.TLSVersion.TLSv1_3
        tls.load_cert_chain(files.certificate, files.key)
        tls.load_verify_locations(self.on.secrets.authority.certificate)
        tls.verify_mode = ssl.CERT_REQUIRED
        return tls

    def certificate(self, index: int) -> Certificate:
        return self.on.secrets.host_certificate(self.places[index].host)

    @asynccontextmanager
    async def serving(
        self, index: int, serve: Serving, files: Certificate | None = None
    ) -> AsyncIterator[None]:
        at, tls = str(self.places[index].address), self.tls(files) if files else None
        server = await asyncio.start_server(serve, at, self.port, ssl=tls)
        try:
            yield
        finally:
            server.close()


async def stands_still(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await asyncio.sleep(60)
    finally:
        writer.transport.abort()
