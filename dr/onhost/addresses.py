"""Service addresses of a host: on ``lo`` they are announced by its router, elsewhere not."""

from __future__ import annotations

import fcntl
import socket
import struct
import subprocess
from array import array
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Final, Protocol

from typing_extensions import override

from core.errors import Rejected, Unreachable
from core.surroundings import surroundings

_BOUND_SECONDS = 5
_SIOCGIFCONF: Final = 0x8912
_LIST: Final = struct.Struct("@iP")
"""``struct ifconf``: how many bytes, and where"""
_ENTRY: Final = struct.Struct("@16s4x4s16x")
"""``struct ifreq`` with an address of IPv4: its label (INTERFACE or INTERFACE:WORD), and itself"""
_MOST_AT_FIRST: Final = 64


class Addresses(Protocol):
    """The addresses on ``lo``. Each call is true when it returns, also the second time."""

    def present(self) -> frozenset[IPv4Address]:
        """Return every address that is there."""

    def add(self, address: IPv4Address) -> None:
        """Make ``address`` be there, for good."""

    def remove(self, address: IPv4Address) -> None:
        """Make ``address`` not be there."""


class Loopback(Addresses):
    """The real ones: the kernel tells them, iproute2 changes them."""

    @override
    def present(self) -> frozenset[IPv4Address]:
        try:
            # an agent looks every two seconds, for ever: no process is started
            return frozenset(address for interface, address in _listed() if interface == "lo")
        except OSError as error:
            raise Rejected("the kernel does not tell its addresses", actual=str(error)) from error

    @override
    def add(self, address: IPv4Address) -> None:
        _ip("address", "replace", f"{address}/32", "dev", "lo")

    @override
    def remove(self, address: IPv4Address) -> None:
        if address in self.present():
            _ip("address", "del", f"{address}/32", "dev", "lo")


class MemoryAddresses(Addresses):
    """Addresses of no host, for rehearsal."""

    def __init__(self) -> None:
        self._addresses: set[IPv4Address] = set()

    @override
    def present(self) -> frozenset[IPv4Address]:
        return frozenset(self._addresses)

    @override
    def add(self, address: IPv4Address) -> None:
        self._addresses.add(address)

    @override
    def remove(self, address: IPv4Address) -> None:
        self._addresses.discard(address)


def _listed() -> Iterator[tuple[str, IPv4Address]]:
    """Yield the interface of every address, and the address."""
    most = _MOST_AT_FIRST
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        while True:
            room = array("B", bytes(most * _ENTRY.size))
            request = _LIST.pack(len(room), room.buffer_info()[0])
            used, _ = _LIST.unpack(fcntl.ioctl(channel, _SIOCGIFCONF, request))
            if used < len(room):
                break
            most *= 2  # the kernel leaves out what finds no room
    for label, address in _ENTRY.iter_unpack(room[:used]):
        yield label.rstrip(b"\0").decode().partition(":")[0], IPv4Address(address)


def _ip(*words: str) -> None:
    try:
        done = subprocess.run(
            ["ip", *words],
            env=surroundings(),
            capture_output=True,
            encoding="utf-8",
            timeout=_BOUND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreachable(
            "ip does not end", actual=" ".join(words), next_step="look at the addresses of lo"
        ) from error
    except OSError as error:
        raise Rejected("ip cannot be started", actual=str(error)) from error
    if done.returncode:
        raise Rejected(
            f"ip {' '.join(words)} failed", expected="exit 0", actual=done.stderr.strip()
        )
