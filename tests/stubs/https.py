"""An HTTPS server on an address of loopback that answers as a function says."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    parameters: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]


Reply = tuple[int, Any]
"""status, and what is sent as JSON"""
Answering = Callable[[Asked], Reply]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go in two packets, and neither is to wait
    server: _Server

    def do_GET(self) -> None:
        self._answer(None)

    def do_DELETE(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        text = self._text()
        self._answer(json.loads(text) if text else None)

    def do_PUT(self) -> None:
        self._answer(self._text().decode())

    def _text(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, body: Any) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            self.command, parts.path, dict(parse_qsl(parts.query)), body, dict(self.headers)
        )
        status, answer = self.server.answering(asked)
        text = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, at: tuple[str, int], tls: ssl.SSLContext, answering: Answering) -> None:
        super().__init__(at, _Handler)
        self.answering = answering
        self._tls = tls
        self._open: set[ssl.SSLSocket] = set()

    @override
    def server_bind(self) -> None:
        # HTTPServer would ask the resolver for a name that nobody reads
        TCPServer.server_bind(self)

    @override
    def finish_request(self, request: Any, client_address: Any) -> None:
        # the handshake belongs to the thread of the connection, not to the one that accepts
        with self._tls.wrap_socket(request, server_side=True) as secured:
            self._open.add(secured)
            try:
                super().finish_request(secured, client_address)
            finally:
                self._open.discard(secured)

    def hang_up(self) -> None:
        """End the connections that clients keep."""
        for secured in list(self._open):
            with suppress(OSError):
                secured.shutdown(socket.SHUT_RDWR)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that went away is no news."""


def serve(at: tuple[str, int], tls: ssl.SSLContext, answering: Answering) -> Callable[[], None]:
    """Answer at ``at`` until what is returned is called."""
    server = _Server(at, tls, answering)

    def accept() -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                server.process_request(*server.get_request())

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()

    def end() -> None:
        server.socket.shutdown(socket.SHUT_RDWR)
        server.hang_up()
        server.server_close()
        thread.join()

    return end
