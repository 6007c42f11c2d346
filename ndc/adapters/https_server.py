"""Serves an application to whoever shows a certificate of the environment."""

from __future__ import annotations

import asyncio
import socket
import ssl
from ipaddress import IPv4Address

import uvicorn
from starlette.applications import Starlette

from ndc.adapters.here import Here


async def serve(application: Starlette, mine: Here, port: int) -> None:
    """Serve on the host's loopback and management addresses until told to stop.

    A visitor without a certificate ends in the handshake, and keeps nobody waiting.
    """
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            ssl_certfile=mine.certificate,
            ssl_keyfile=mine.key,
            ssl_ca_certs=str(mine.authority),
            ssl_cert_reqs=ssl.CERT_REQUIRED,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
        )
    )
    sockets = [_listening(at, port) for at in (mine.host.loopback, mine.host.management.ip)]
    running = asyncio.ensure_future(server.serve(sockets=sockets))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        server.should_exit = True
        await running
        raise
    finally:
        for listening in sockets:
            listening.close()


def _listening(address: IPv4Address, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # the address may come a moment after we do
    listening.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
    listening.bind((str(address), port))
    return listening


_IP_FREEBIND = 15
"""Linux' number; Python 3.11 has no name for it"""
