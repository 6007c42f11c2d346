"""Echoes over one link, from the link's own address, by a socket that can do nothing else.

A datagram socket for echoes needs no privilege beside net.ipv4.ping_group_range, and starts no
process. They go straight over the link that has the local address at this end, or nowhere.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from ipaddress import IPv4Address
from typing import Final

from access.clients.straight import NO_WAY

NUMBERS: Final = 2**16
"""an echo has one of so many numbers"""

_REQUEST, _REPLY = 8, 0
_HEADER = struct.Struct("!BBHHH")
"""type, code, checksum, identifier, number; the kernel fills in the two in the middle"""
_LOAD = bytes(56)
_LARGEST_BYTES = 256
_ARRIVAL = 35
"""SO_TIMESTAMPNS, which Python does not name"""
_TIME = struct.Struct("@ll")
_SECOND = 1_000_000_000


class EchoChannel:
    """A way to send echoes to ``remote``, and to take what came back."""

    def __init__(self, local: IPv4Address, remote: IPv4Address) -> None:
        """Open the way.

        Raises:
            OSError: there is no such address here, or no permission.
        """
        self._remote = str(remote)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
        try:
            self._socket.settimeout(0)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, _ARRIVAL, 1)
            self._socket.bind((str(local), 0))
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Return what to wait on for an answer."""
        return self._socket.fileno()

    def send(self, number: int) -> int:
        """Send an echo; return when, in nanoseconds of the wall clock.

        An echo for which the kernel knows no way counts as sent, and is lost.

        Raises:
            OSError: it could not be sent for another reason.
        """
        # by the wall clock, because the kernel stamps what arrives by it
        sent_at = time.clock_gettime_ns(time.CLOCK_REALTIME)
        try:
            packet = _HEADER.pack(_REQUEST, 0, 0, 0, number) + _LOAD
            self._socket.sendto(packet, (self._remote, 0))
        except OSError as error:
            if error.errno not in NO_WAY:
                raise
        return sent_at

    def arrived(self) -> Iterator[tuple[int, int]]:
        """Yield the number of each answer that is there, and when the kernel had it in hand."""
        with suppress(OSError):  # nothing is left to take
            while True:
                packet, extra, _, (sender, _) = self._socket.recvmsg(_LARGEST_BYTES, 64)
                kind, _, _, _, number = _HEADER.unpack_from(packet)
                if kind == _REPLY and sender == self._remote:
                    yield number, _arrival(extra)

    def close(self) -> None:
        """Send and take nothing any more."""
        self._socket.close()


def _arrival(extra: Iterable[tuple[int, int, bytes]]) -> int:
    stamps = [data for level, kind, data in extra if (level, kind) == (socket.SOL_SOCKET, _ARRIVAL)]
    seconds, nanoseconds = _TIME.unpack(stamps[0])
    return int(seconds * _SECOND + nanoseconds)
