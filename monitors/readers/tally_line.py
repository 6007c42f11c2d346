"""What each way of this router's links loses, by tallies that it exchanges with their other ends.

What came waits in the socket for the next exchange: nobody is woken for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from ipaddress import IPv4Address

from access.clients.straight import StraightChannel
from core.clock import Clock
from inventory.endpoints import TALLIES
from monitors.tallies import LinkTallies, WayLosses, tallies_in

_INTERVAL = timedelta(seconds=0.2)


class TallyLine:
    """A link, from ``local`` to ``remote``.

    While it cannot be measured nothing is known of it. ``draw`` returns a number to call a
    session by, which nobody foresees; one is drawn each time that counting begins anew.
    """

    def __init__(self, local: IPv4Address, remote: IPv4Address, draw: Callable[[], int]) -> None:
        self._ends = (local, remote)
        self._draw = draw
        self._channel: StraightChannel | None = None
        self._tallies = LinkTallies(draw())

    def exchange(self, now: timedelta) -> None:
        """Take what came, then send a tally; ``now`` is counted since boot."""
        with suppress(OSError):
            self._channel = self._channel or StraightChannel(*self._ends, TALLIES)
            try:
                self._tallies.hear(tallies_in(self._channel.arrived()), now)
                self._channel.send(self._tallies.next(now).packed())
            except OSError:
                self.close()
                raise

    def losses(self, now: timedelta) -> WayLosses:
        """Return what is known at ``now``."""
        return self._tallies.losses(now)

    def close(self) -> None:
        """Free the port, and forget what was counted."""
        if self._channel is not None:
            self._channel.close()
            self._channel, self._tallies = None, LinkTallies(self._draw())


async def exchanged(lines: Iterable[TallyLine], clock: Clock, *, count: int = 3) -> None:
    """Exchange ``count`` tallies over each of ``lines``."""
    all_lines = tuple(lines)
    for turn in range(count):
        if turn:
            await asyncio.sleep(_INTERVAL.total_seconds())
        now = clock.elapsed()
        for line in all_lines:
            line.exchange(now)
