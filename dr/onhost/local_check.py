"""Asks a service on this very host as a citizen does: by its address, and by its name."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final, Protocol

from typing_extensions import override

from inventory.endpoints import HTTPS

BOUND: Final = timedelta(seconds=2)


class LocalCheck(Protocol):
    """Tells whether a citizen who came here would be served."""

    def objection(self, service: str, address: IPv4Address) -> str:
        """Return why nobody is served here; empty where they are."""


@dataclass(frozen=True, slots=True)
class HttpsCheck(LocalCheck):
    """Asks for the service's own page; an error of the service's own (5xx) is no service."""

    authority: Path
    port: int = HTTPS

    @override
    def objection(self, service: str, address: IPv4Address) -> str:
        try:
            status = self._status(service, address)
        except (OSError, ValueError, IndexError) as error:
            # ssl.SSLError is an OSError
            return str(error) or type(error).__name__
        return f"HTTP {status}" if status >= _OWN_ERRORS else ""

    def _status(self, service: str, address: IPv4Address) -> int:
        context = ssl.create_default_context(cafile=self.authority)
        seconds = BOUND.total_seconds()
        with (
            socket.create_connection((str(address), self.port), timeout=seconds) as plain,
            context.wrap_socket(plain, server_hostname=service) as secured,
        ):
            secured.sendall(
                f"GET / HTTP/1.1\r\nHost: {service}\r\nConnection: close\r\n\r\n".encode("ascii")
            )
            return int(secured.recv(64).split(b" ")[1])


_OWN_ERRORS: Final = 500
