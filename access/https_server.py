"""Serves an application to every client that shows a certificate of the environment."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import ExitStack
from datetime import timedelta
from ipaddress import IPv4Address
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from typing_extensions import override

from access.this_host import ThisHost
from access.tls import LOOK_EVERY, OwnTls
from core.errors import Rejected


async def serve(
    application: Starlette, this_host: ThisHost, port: int, *, every: timedelta = LOOK_EVERY
) -> None:
    """Serve ``application`` on the host's loopback and management addresses until cancelled.

    A client without a certificate fails in the handshake, and delays no other. A renewed
    certificate, or a new list of revoked ones, is found by a look as often as ``every`` says.

    Raises:
        Rejected: another program has the port.
    """
    configuration = uvicorn.Config(
        application,
        ssl_certfile=this_host.certificate,
        ssl_keyfile=this_host.key,
        ssl_ca_certs=str(this_host.authority),
        ssl_cert_reqs=ssl.CERT_REQUIRED,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    server = _QuietServer(configuration)
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(_listener(this_host, address, port))
            for address in (this_host.host.loopback, this_host.host.management.ip)
        ]
        follower = asyncio.ensure_future(_own_tls(configuration, this_host).follow(every))
        stack.callback(follower.cancel)
        server_task = asyncio.ensure_future(server.serve(sockets=sockets))
        try:
            await asyncio.shield(server_task)
        except asyncio.CancelledError:
            server.end()
            await server_task
            raise


class _QuietServer(uvicorn.Server):
    """Wakes only for who asks; the library looks ten times a second whether it is to end.

    So its answers bear no date, which the library would write anew each second.
    """

    def __init__(self, configuration: uvicorn.Config) -> None:
        super().__init__(configuration)
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @override
    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.server_state.default_headers = self.config.encoded_headers
        if not self.should_exit:
            await self._ending.wait()

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.end()

    def end(self) -> None:
        """Serve nobody any more; the handler of a signal may ask for it, in the midst of all."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ending.set)


def _own_tls(configuration: uvicorn.Config, this_host: ThisHost) -> OwnTls:
    """Return what the server trusts and shows; a renewed certificate needs no other start."""
    configuration.load()
    context = configuration.ssl or ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls = OwnTls(context, this_host.authority, this_host.certificate, this_host.key)
    tls.look()
    return tls


def _listener(this_host: ThisHost, address: IPv4Address, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # the address may come a moment after we do
    listener.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
    try:
        listener.bind((str(address), port))
    except OSError as error:
        listener.close()
        raise Rejected(
            f"port {port} of {address} cannot be had",
            expected="a port that no other program listens on",
            actual=error.strerror or str(error),
            next_step=f"ndc ssh {this_host.host.name} -- ss -tlnp shows who has it; end that, "
            "or give it another port",
        ) from error
    return listener


_IP_FREEBIND = 15
"""Linux' number; Python 3.11 has no name for it"""
