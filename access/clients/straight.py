"""Packets straight over one link, between one program at each of its ends.

Both ends use the same port. They go over the link that has the local address at this end, or
nowhere, and what comes another way is nobody's: who forwards a packet lowers its time to live,
so that a whole one was sent by the router at the other end (RFC 5082).
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from errno import EHOSTUNREACH, ENETDOWN, ENETUNREACH
from ipaddress import IPv4Address
from typing import Final

NO_WAY: Final = frozenset({EHOSTUNREACH, ENETDOWN, ENETUNREACH})
"""the link is dark at this end: sent, and lost at once"""

_LARGEST_BYTES = 256
_MOST_AT_ONCE = 512
"""whoever sends more keeps us no longer"""
_WHOLE = 255
_ASK_TTL = 12
"""IP_RECVTTL, which Python does not name"""
_TTL = struct.Struct("@i")
_ROOM = socket.CMSG_SPACE(_TTL.size)


class StraightChannel:
    """A way to send packets to ``remote``, and to take those that it sent."""

    def __init__(self, local: IPv4Address, remote: IPv4Address, port: int) -> None:
        """Open the way.

        Raises:
            OSError: there is no such address here, or somebody else has its port.
        """
        self._far_end = (str(remote), port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.settimeout(0)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, _WHOLE)
            self._socket.setsockopt(socket.IPPROTO_IP, _ASK_TTL, 1)
            self._socket.bind((str(local), port))
        except OSError:
            self._socket.close()
            raise

    def send(self, packet: bytes) -> None:
        """Send ``packet``; one for which the kernel knows no way counts as sent, and is lost.

        Raises:
            OSError: it was not sent, for another reason.
        """
        try:
            self._socket.sendto(packet, self._far_end)
        except OSError as error:
            if error.errno not in NO_WAY:
                raise

    def arrived(self) -> Iterator[bytes]:
        """Yield what came from the other end and nobody took yet, as it came."""
        with suppress(OSError):  # nothing is left to take
            for _ in range(_MOST_AT_ONCE):
                packet, extra, _, sender = self._socket.recvmsg(_LARGEST_BYTES, _ROOM)
                if sender == self._far_end and _time_to_live(extra) == _WHOLE:
                    yield packet

    def close(self) -> None:
        """Send and take nothing any more."""
        self._socket.close()


def _time_to_live(extra: Iterable[tuple[int, int, bytes]]) -> int | None:
    for level, kind, data in extra:
        if (level, kind) == (socket.IPPROTO_IP, socket.IP_TTL):
            return int(_TTL.unpack(data)[0])
    return None
