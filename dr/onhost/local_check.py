"""Asks a service on this very host as a citizen does: by its address, and by its name."""

from __future__ import annotations

import os
import socket
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final, Protocol

from typing_extensions import override

from dr.hosts.announcing import Checked, Fitness
from inventory.endpoints import HTTPS

BOUND: Final = timedelta(seconds=2)
HERE: Final = IPv4Address("127.0.0.1")
"""where a service is asked that is not announced here: its address is another host's"""
NEEDED_BYTES: Final = 2**20
"""with less room on its disk, a host cannot take what citizens send"""


class LocalCheck(Protocol):
    """Tells whether a citizen who came here would be served."""

    def checked(self, service: str, address: IPv4Address) -> Checked:
        """Return how ``service`` is at ``address``, and why."""


@dataclass(frozen=True, slots=True)
class HttpsCheck(LocalCheck):
    """Asks for the service's own page; an error of the service's own (5xx) is no service.

    What is late before the service's page was asked for is late by nobody's fault but this host's.
    """

    authority: Path
    port: int = HTTPS
    ways: Mapping[str, int] = field(default_factory=dict)
    """of services the port of this host's way to their database: nobody listens if HAProxy died,
    and it listens where there is no leader
    """
    disk: Path | None = None
    """where there must be room; None: nobody asks"""
    sockets: Path = Path("/proc/net/tcp")
    """the kernel's list, those that listen first"""

    @override
    def checked(self, service: str, address: IPv4Address) -> Checked:
        if why := self._lacks(service):
            return Checked(Fitness.ILL, why)
        context = ssl.create_default_context(cafile=self.authority)
        seconds = BOUND.total_seconds()
        try:
            with (
                socket.create_connection((str(address), self.port), timeout=seconds) as plain,
                context.wrap_socket(plain, server_hostname=service) as secured,
            ):
                return _answered(service, secured)
        except OSError as error:
            # ssl.SSLError is one
            return Checked(Fitness.ILL, _text(error))

    def _lacks(self, service: str) -> str:
        """Return what this host lacks to serve ``service``; empty where it lacks nothing."""
        way = self.ways.get(service)
        try:
            if self.disk is not None and (why := _no_room(self.disk)):
                return why
            if way is not None and not _listens(self.sockets, way):
                return f"nothing listens at {HERE}:{way}, the way to its database"
        except OSError as error:
            return _text(error)
        return ""


def _no_room(disk: Path) -> str:
    room = os.statvfs(disk)
    if room.f_bavail * room.f_frsize < NEEDED_BYTES:
        return f"the disk under {disk} is full"
    return f"the disk under {disk} is read-only" if room.f_flag & os.ST_RDONLY else ""


def _listens(sockets: Path, port: int) -> bool:
    """Whether something listens at ``port`` of this host itself; it is not disturbed for it."""
    address = int.from_bytes(HERE.packed, sys.byteorder)
    with sockets.open(encoding="ascii") as lines:
        return any(f" {address:08X}:{port:04X} 00000000:0000 0A " in line for line in lines)


def _answered(service: str, secured: ssl.SSLSocket) -> Checked:
    secured.sendall(
        f"GET / HTTP/1.1\r\nHost: {service}\r\nConnection: close\r\n\r\n".encode("ascii")
    )
    try:
        status = int(secured.recv(64).split(b" ")[1])
    except TimeoutError as error:
        return Checked(Fitness.LATE, _text(error))
    except (ValueError, IndexError) as error:
        return Checked(Fitness.ILL, _text(error))
    if status in _OF_NGINX:
        return Checked(_OF_NGINX[status], f"HTTP {status}")
    if status >= _OWN_ERRORS:
        return Checked(Fitness.TROUBLED, f"HTTP {status}")
    return Checked(Fitness.WELL)


def _text(error: Exception) -> str:
    return str(error) or type(error).__name__


_OWN_ERRORS: Final = 500
_OF_NGINX: Final = {502: Fitness.ILL, 504: Fitness.LATE}
"""what nginx says where no application listens behind it, and where one gives no answer"""
