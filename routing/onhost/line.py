"""One link, as echoes from this end see it."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Protocol

from access.clients.echo import NUMBERS, EchoChannel
from routing.avoidance import REMEMBERED, Echo


class LinkEchoes(Protocol):
    """How a link is measured."""

    def send(self, now: timedelta) -> None:
        """Send one echo."""

    def echoes(self, now: timedelta) -> list[Echo]:
        """Return the echoes of the last seconds, with what came back of them by ``now``."""


@dataclass(slots=True)
class _Sent:
    number: int
    at: timedelta
    by_wall_clock: int
    took: timedelta | None = None


class EchoLine:
    """A link, measured from ``local`` to ``remote``.

    While it cannot be measured it has no echoes: nothing is known of it.
    """

    def __init__(self, local: IPv4Address, remote: IPv4Address) -> None:
        self._ends = (local, remote)
        self._channel: EchoChannel | None = None
        self._sent: deque[_Sent] = deque()
        self._number = 0

    def send(self, now: timedelta) -> None:
        """Send one echo, if the link can be measured."""
        with suppress(OSError):
            self._channel = self._channel or EchoChannel(*self._ends)
            try:
                at = self._channel.send(self._number)
            except OSError:
                self._channel.close()
                self._channel = None
                raise
            self._sent.append(_Sent(self._number, now, at))
            self._number = (self._number + 1) % NUMBERS

    def echoes(self, now: timedelta) -> list[Echo]:
        """Take what came back, and return all that is remembered."""
        while self._sent and now - self._sent[0].at > REMEMBERED:
            self._sent.popleft()
        by_number = {sent.number: sent for sent in self._sent}
        for number, arrived_at in self._channel.arrived() if self._channel else ():
            sent = by_number.get(number)
            # a wall clock that was set back meanwhile makes a trip of less than nothing
            if sent and sent.took is None and arrived_at > sent.by_wall_clock:
                sent.took = timedelta(microseconds=(arrived_at - sent.by_wall_clock) / 1000)
        return [Echo(sent.at, sent.took) for sent in self._sent]
