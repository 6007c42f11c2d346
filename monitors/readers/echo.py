"""Round trips over a link, from the link's own address.

Links are measured every few seconds, for ever: no process is started, and a datagram
socket for echoes needs no privilege beside net.ipv4.ping_group_range.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from errno import EHOSTUNREACH, ENETDOWN, ENETUNREACH
from ipaddress import IPv4Address

from core.errors import NotSeen

_INTERVAL = timedelta(seconds=0.2)
_REQUEST, _REPLY = 8, 0
_HEADER = struct.Struct("!BBHHH")
"""type, code, checksum, identifier, number; the kernel fills in the two in the middle"""
_LOAD = bytes(56)
_LARGEST_BYTES = 256
_NO_WAY = frozenset({EHOSTUNREACH, ENETDOWN, ENETUNREACH})
"""the link is dark at this end: sent, and lost at once"""
_ARRIVAL = 35
"""SO_TIMESTAMPNS, which Python does not name"""
_TIME = struct.Struct("@ll")
_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class EchoReading:
    """What came back of a few echoes."""

    sent: int
    received: int
    shortest: timedelta | None
    """None: nothing came back, or the clock was set back meanwhile"""


async def echoes(
    local: IPv4Address, remote: IPv4Address, *, count: int = 3, deadline: timedelta
) -> EchoReading:
    """Return what came back of ``count`` echoes from ``local`` to ``remote`` within ``deadline``.

    They go straight over the link that has ``local`` at this end, or nowhere.

    Raises:
        NotSeen: they could not be sent; nothing is known of the link.
    """
    try:
        with _opened(local) as channel:
            series = _Series(channel, remote, count)
            await _played(series, channel, deadline)
    except OSError as error:
        raise NotSeen(
            "echoes could not be sent",
            refused=False,
            expected=f"a socket for echoes at {local}",
            actual=str(error),
            next_step="ip address; sysctl net.ipv4.ping_group_range",
        ) from error
    return series.reading()


class _Series:
    """Echoes on their way: what was sent when, and what came back when."""

    def __init__(self, channel: socket.socket, remote: IPv4Address, count: int) -> None:
        self._all_back = asyncio.Event()
        self._channel = channel
        self._remote = str(remote)
        self._count = count
        self._sent: dict[int, int] = {}
        self._back: dict[int, int] = {}

    async def play(self) -> None:
        """Send all of them in turn, then wait until all are back.

        Raises:
            OSError: one could not be sent.
        """
        for number in range(self._count):
            if number:
                await asyncio.sleep(_INTERVAL.total_seconds())
            self._send(number)
        await self._all_back.wait()

    def take(self) -> None:
        """Note what came back."""
        with suppress(OSError):  # nothing is left to take
            while True:
                packet, extra, _, (sender, _) = self._channel.recvmsg(_LARGEST_BYTES, 64)
                kind, _, _, _, number = _HEADER.unpack_from(packet)
                if kind == _REPLY and sender == self._remote and number in self._sent:
                    self._back.setdefault(number, _arrival(extra))
                if len(self._back) == self._count:
                    self._all_back.set()

    def reading(self) -> EchoReading:
        """Return what came back by now."""
        trips = [at - self._sent[number] for number, at in self._back.items()]
        # a wall clock that was set back meanwhile makes a trip of less than nothing
        shortest = min((trip for trip in trips if trip > 0), default=None)
        return EchoReading(
            len(self._sent),
            len(self._back),
            None if shortest is None else timedelta(microseconds=shortest / 1000),
        )

    def _send(self, number: int) -> None:
        # by the wall clock, because the kernel stamps what arrives by it
        sent_at = time.clock_gettime_ns(time.CLOCK_REALTIME)
        try:
            packet = _HEADER.pack(_REQUEST, 0, 0, 0, number) + _LOAD
            self._channel.sendto(packet, (self._remote, 0))
        except OSError as error:
            if error.errno not in _NO_WAY:
                raise
        self._sent[number] = sent_at


async def _played(series: _Series, channel: socket.socket, deadline: timedelta) -> None:
    loop = asyncio.get_running_loop()
    loop.add_reader(channel, series.take)
    try:
        with suppress(TimeoutError):  # what is not back by then is lost
            async with asyncio.timeout(deadline.total_seconds()):
                await series.play()
    finally:
        loop.remove_reader(channel)


def _opened(local: IPv4Address) -> socket.socket:
    channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    try:
        channel.settimeout(0)
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)
        channel.setsockopt(socket.SOL_SOCKET, _ARRIVAL, 1)
        channel.bind((str(local), 0))
    except OSError:
        channel.close()
        raise
    return channel


def _arrival(extra: Iterable[tuple[int, int, bytes]]) -> int:
    """Return when the kernel had a packet in hand, in nanoseconds of the wall clock."""
    stamps = [data for level, kind, data in extra if (level, kind) == (socket.SOL_SOCKET, _ARRIVAL)]
    seconds, nanoseconds = _TIME.unpack(stamps[0])
    return int(seconds * _SECOND + nanoseconds)
