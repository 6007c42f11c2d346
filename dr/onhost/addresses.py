"""Service addresses of a host: on ``lo`` they are announced by its router, elsewhere not."""

from __future__ import annotations

import fcntl
import socket
import struct
import subprocess
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Final, Protocol

from typing_extensions import override

from core.clock import Clock
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


class LentAddresses(Protocol):
    """Addresses on ``lo`` that go by themselves."""

    def lend(self, address: IPv4Address, until: timedelta) -> None:
        """Make ``address`` be there until that time since boot, and no longer.

        Then it goes, whatever becomes of the program that asked for it. Where it is there already,
        this time holds.
        """


@dataclass(frozen=True, slots=True)
class Loopback(Addresses, LentAddresses):
    """The real ones: the kernel tells them and ends them, iproute2 changes them."""

    clock: Clock

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
    def lend(self, address: IPv4Address, until: timedelta) -> None:
        # the kernel counts whole seconds: it is there for less than it may be, never for longer
        if seconds := max(int((until - self.clock.elapsed()).total_seconds()), 0):
            lasts = ("valid_lft", str(seconds), "preferred_lft", str(seconds))
            _ip("address", "replace", f"{address}/32", "dev", "lo", *lasts)
        # the kernel counts from when it was told: whoever stood still before that told it too late
        if self.clock.elapsed() >= until or not seconds:
            self.remove(address)

    @override
    def remove(self, address: IPv4Address) -> None:
        if address in self.present():
            _ip("address", "del", f"{address}/32", "dev", "lo")


class MemoryAddresses(Addresses, LentAddresses):
    """Addresses of no host, for rehearsal; without a clock none of them goes by itself."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock
        self._addresses: dict[IPv4Address, timedelta | None] = {}

    @override
    def present(self) -> frozenset[IPv4Address]:
        now = self._clock.elapsed() if self._clock else timedelta()
        ends = self._addresses.items()
        return frozenset(address for address, until in ends if until is None or now < until)

    @override
    def add(self, address: IPv4Address) -> None:
        self._addresses[address] = None

    @override
    def lend(self, address: IPv4Address, until: timedelta) -> None:
        self._addresses[address] = until

    @override
    def remove(self, address: IPv4Address) -> None:
        self._addresses.pop(address, None)


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
