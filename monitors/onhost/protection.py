"""Whether the leaders at this site acknowledge what too few other copies have."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from prometheus_client.metrics_core import Metric

from core.clock import Clock
from core.errors import NotSeen
from inventory.names import DatabaseName, HostName
from inventory.network import Network
from monitors.collectors.protection import Shortfalls, Waits
from monitors.readers import DEADLINE
from monitors.readers.copy_age import Copy, WaitsAnswer

_PASSES: Final = timedelta(seconds=2)
"""a leader that waits for too few may just see to it that it waits for enough"""


class Protection:
    """Collects it from ``copies``, which are those at one site; remembers since when it is so."""

    def __init__(
        self,
        network: Network,
        copies: Mapping[tuple[DatabaseName, HostName], Copy],
        clock: Clock,
        *,
        passes: timedelta = _PASSES,
    ) -> None:
        """Ask nobody yet; what is over once ``passes`` went by will be told to nobody."""
        self._passes = passes
        self._copies = copies
        self._clock = clock
        self._wanted = {
            name: network.database(name).synchronous_node_count
            for name in dict.fromkeys(name for name, _ in copies)
        }
        self._shortfalls = Shortfalls()

    async def families(self) -> Sequence[Metric]:
        """Return what the copies tell; a shortfall that is new is told once it lasts."""
        waits = await self._waits()
        if self._shortfalls.has_new(waits):
            await asyncio.sleep(self._passes.total_seconds())
            waits = await self._waits()
        self._shortfalls.note(waits, self._clock.now())
        return self._shortfalls.families(waits)

    async def _waits(self) -> dict[DatabaseName, Waits | None]:
        answers = await asyncio.gather(*map(_asked, self._copies.values()))
        by_copy = dict(zip(self._copies, answers, strict=True))
        return {
            name: _together([one for (of, _), one in by_copy.items() if of == name], wanted)
            for name, wanted in self._wanted.items()
        }


async def _asked(copy: Copy) -> WaitsAnswer | None:
    try:
        return await copy.waits_for(deadline=DEADLINE / 5)
    except (NotSeen, TimeoutError):
        return None


def _together(answers: Sequence[WaitsAnswer | None], wanted: int) -> Waits | None:
    """Return what ``answers`` come to; None: none leads, and one of them was not told."""
    leading = [one.copies for one in answers if one is not None and one.copies is not None]
    if leading:
        return Waits(min(leading), wanted)
    return None if None in answers else Waits(None, wanted)
