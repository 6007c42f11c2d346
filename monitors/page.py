"""One page of metrics: every collector within a deadline, one collection for all who ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client.metrics_core import Metric

from core.clock import Clock
from core.errors import WorldError
from monitors.catalogue import COLLECTOR_DURATION, COLLECTOR_SUCCESS
from monitors.families import exposition, family

_HOUR = timedelta(hours=1)
"""longer than any reader waits"""


@dataclass(frozen=True, slots=True)
class Watch:
    """One collector with its reader, as a value that a ``Page`` asks.

    A new collector is one more line in ``monitors.onhost.watches``::

        Watch("quorum", partial(_quorum, this_host.network, client))
    """

    name: str
    """value of the label ``collector``"""
    collect: Callable[[], Awaitable[Sequence[Metric]]]
    """may raise WorldError or TimeoutError: then none of its series is served"""
    every: timedelta = timedelta()
    """for how long what was collected is served again; 0: each page is of one collection"""


@dataclass(frozen=True, slots=True)
class _Collected:
    watch: Watch
    took: timedelta
    families: Sequence[Metric] | None
    """None: it failed"""
    at: timedelta
    """when it began"""


class Page:
    """The exposition of a set of watches, made anew when the last one is too old.

    Each of ``watches`` has ``deadline`` to answer, and one that does not costs the others
    nothing. A page serves who asks within ``fresh`` of its beginning, by ``clock``.
    """

    def __init__(
        self,
        watches: Sequence[Watch],
        clock: Clock,
        *,
        deadline: timedelta = timedelta(seconds=3),
        fresh: timedelta = timedelta(seconds=1),
    ) -> None:
        self._watches = watches
        self._clock = clock
        self._deadline = deadline
        self._fresh = fresh
        self._one_at_a_time = asyncio.Lock()
        self._made_at: timedelta | None = None
        self._kept: dict[str, _Collected] = {}
        self._families: list[Metric] = []

    async def text(self, accept: str = "", *, within: timedelta = _HOUR) -> tuple[bytes, str]:
        """Return the page and its media type; its collection began at most ``fresh`` before.

        ``accept`` is what the reader asks for, as HTTP says it. A collector has no longer than
        ``within``. A collection that is under way when several ask serves them all.
        """
        async with self._one_at_a_time:
            now = self._clock.elapsed()
            if self._made_at is None or now - self._made_at > self._fresh:
                deadline = min(self._deadline, within)
                collected = [self._collected(watch, deadline) for watch in self._watches]
                self._families = _families(await asyncio.gather(*collected))
                self._made_at = self._clock.elapsed()
            return exposition(self._families, accept)

    async def _collected(self, watch: Watch, deadline: timedelta) -> _Collected:
        began = self._clock.elapsed()
        kept = self._kept.get(watch.name)
        if kept is not None and kept.families is not None and began - kept.at < watch.every:
            return kept
        families: Sequence[Metric] | None = None
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                families = await watch.collect()
        except (WorldError, TimeoutError):
            pass  # told by success 0, and by the absence of its series
        collected = _Collected(watch, self._clock.elapsed() - began, families, began)
        self._kept[watch.name] = collected
        return collected


def _families(collected: Sequence[_Collected]) -> list[Metric]:
    return [
        family(
            COLLECTOR_SUCCESS,
            (((c.watch.name,), float(c.families is not None)) for c in collected),
        ),
        family(COLLECTOR_DURATION, (((c.watch.name,), c.took.total_seconds()) for c in collected)),
        *(one for c in collected for one in c.families or ()),
    ]
