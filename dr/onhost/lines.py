"""Looks at hosts over connections that are kept: a look at all of them is a packet each way.

A host answers when a program there answers over a channel on which it proved by TLS to be that
host. A line that fell silent is given up: what comes late on it would speak of an earlier moment.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Final

from dr.onhost.sight_main import OUR_OWN, those_who_answer
from dr.watch.sight import Whereabouts
from inventory.names import HostName

_WITHIN_SECONDS: Final = 0.5
"""a lost packet is sent again after 0.2 s and a round trip"""
_QUESTION: Final = b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n"
_END: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class _Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answers(self) -> bool:
        """Tell whether whoever is at the other end answers; only the caller waits not too long."""
        try:
            self.writer.write(_QUESTION)
            await self.reader.readuntil(_END)
        except (OSError, EOFError, asyncio.LimitOverrunError):
            return False
        return True

    def end(self) -> None:
        self.writer.transport.abort()


@dataclass(slots=True)
class Lines:
    """From the address ``own`` to a port of every host that was looked at."""

    own: IPv4Address
    port: int
    tls: ssl.SSLContext
    _kept: dict[HostName, _Line] = field(default_factory=dict)

    async def answering(self, places: Sequence[Whereabouts]) -> frozenset[HostName]:
        """Return which of ``places`` answer at once; silence for so short a time means little.

        Raises:
            OSError: this host cannot look.
        """
        return await those_who_answer(places, self._answers)

    def end(self) -> None:
        """Keep none of them any longer."""
        for line in self._kept.values():
            line.end()
        self._kept.clear()

    async def _answers(self, place: Whereabouts) -> bool:
        try:
            async with asyncio.timeout(_WITHIN_SECONDS):
                return await self._answers_on(self._kept.get(place.host), place)
        except OSError as error:
            self._give_up(place.host)
            if error.errno in OUR_OWN:
                raise
            return False

    async def _answers_on(self, line: _Line | None, place: Whereabouts) -> bool:
        if line is not None:
            if await line.answers():
                return True
            self._give_up(place.host)  # its program began anew
        self._kept[place.host] = fresh = await self._opened(place)
        if not await fresh.answers():
            self._give_up(place.host)
        return place.host in self._kept

    async def _opened(self, place: Whereabouts) -> _Line:
        reader, writer = await asyncio.open_connection(
            str(place.address),
            self.port,
            ssl=self.tls,
            server_hostname=place.host,
            local_addr=(str(self.own), 0),
        )
        return _Line(reader, writer)

    def _give_up(self, host: HostName) -> None:
        if (line := self._kept.pop(host, None)) is not None:
            line.end()
