"""Serves an application to whoever shows a certificate of the environment."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import ExitStack
from ipaddress import IPv4Address

import uvicorn
from starlette.applications import Starlette

from access.this_host import ThisHost
from core.errors import Rejected


async def serve(application: Starlette, this_host: ThisHost, port: int) -> None:
    """Serve on the host's loopback and management addresses until told to stop.

    A visitor without a certificate ends in the handshake, and keeps nobody waiting.

    Raises:
        Rejected: another program has the port.
    """
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            ssl_certfile=this_host.certificate,
            ssl_keyfile=this_host.key,
            ssl_ca_certs=str(this_host.authority),
            ssl_cert_reqs=ssl.CERT_REQUIRED,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
        )
    )
    with ExitStack() as closing:
        sockets = [
            closing.enter_context(_listening(this_host, at, port))
            for at in (this_host.host.loopback, this_host.host.management.ip)
        ]
        running = asyncio.ensure_future(server.serve(sockets=sockets))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            server.should_exit = True
            await running
            raise


def _listening(this_host: ThisHost, address: IPv4Address, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # the address may come a moment after we do
    listening.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
    try:
        listening.bind((str(address), port))
    except OSError as error:
        listening.close()
        raise Rejected(
            f"port {port} of {address} cannot be had",
            expected="a port that no other program listens on",
            actual=error.strerror or str(error),
            next_step=f"ndc ssh {this_host.host.name} -- ss -tlnp shows who has it; end that, "
            "or give it another port",
        ) from error
    return listening


_IP_FREEBIND = 15
"""Linux' number; Python 3.11 has no name for it"""
