"""Round trips over a link, from the link's own address.

Links are measured every few seconds, for ever: no process is started.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address

from access.clients.echo import EchoChannel
from core.errors import NotSeen

_INTERVAL = timedelta(seconds=0.2)


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
        channel = EchoChannel(local, remote)
        try:
            series = _Series(channel, count)
            await _played(series, channel, deadline)
        finally:
            channel.close()
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

    def __init__(self, channel: EchoChannel, count: int) -> None:
        self._all_back = asyncio.Event()
        self._channel = channel
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
            self._sent[number] = self._channel.send(number)
        await self._all_back.wait()

    def take(self) -> None:
        """Note what came back."""
        for number, at in self._channel.arrived():
            if number in self._sent:
                self._back.setdefault(number, at)
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


async def _played(series: _Series, channel: EchoChannel, deadline: timedelta) -> None:
    loop = asyncio.get_running_loop()
    loop.add_reader(channel, series.take)
    try:
        with suppress(TimeoutError):  # what is not back by then is lost
            async with asyncio.timeout(deadline.total_seconds()):
                await series.play()
    finally:
        loop.remove_reader(channel)
