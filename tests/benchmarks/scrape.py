"""How long an exporter takes over a page of two thousand series, and past a dead source.

The copies, and so the connections, are fakes; all behind them is the exporter's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, cast

import httpx

from inventory.names import DatabaseName, HostName, SiteName
from monitors.onhost.exporter import application
from monitors.onhost.site_watches import copies_collected
from monitors.page import Page, Watch
from monitors.readers import heartbeats
from monitors.readers.copy_age import Copy
from tests.benchmarks.figures import Trial
from tests.benchmarks.stand import CLOCK, Stand
from tests.networks import network

COPIES: Final = 400
"""each tells five series: its point, its promise, its connections, and two slots"""
SCRAPES: Final = 25
TRIALS: Final = 20
_HEADERS: Final = {
    "accept": "application/openmetrics-text;version=1.0.0",
    "X-Prometheus-Scrape-Timeout-Seconds": "4",
}
_AT: Final = datetime(2030, 5, 17, 5, tzinfo=UTC)


def scrape(_: Stand, __: int) -> Iterator[Trial]:
    """Yield milliseconds of the slowest of some scrapes, and seconds of one past a dead source."""
    yield from asyncio.run(_trials())


async def _trials() -> list[Trial]:
    well, ill = page_of(COPIES), page_of(COPIES, dead=1)
    await scraped(well)
    trials: list[Trial] = []
    for _ in range(TRIALS):
        slowest = max([(await scraped(well))[0] for _ in range(SCRAPES)])
        past_a_dead_source, _ = await scraped(ill)
        trials.append((1000 * slowest, past_a_dead_source))
    return trials


def page_of(copies: int, *, dead: int = 0) -> Page:
    """Return a page of that many copies, of which the first ``dead`` take every connection."""
    names = [(DatabaseName(f"db{n}"), HostName(f"host{n}")) for n in range(copies)]
    doors = {name: Copy(_silent if n < dead else _connected) for n, name in enumerate(names)}
    collect = partial(copies_collected, network("tiny"), SiteName("ndc02"), doors)
    return Page([Watch("replication", collect)], CLOCK, fresh=-timedelta(seconds=1))


async def scraped(page: Page) -> tuple[float, int]:
    """Return how many seconds a Prometheus waits for ``page``, and how many series it gets."""
    began = CLOCK.elapsed()
    lines = (await scraped_text(page)).splitlines()
    took = CLOCK.elapsed() - began
    series = sum(line.startswith("ndc_") for line in lines)
    return took.total_seconds(), series - sum(line.startswith("ndc_exporter_") for line in lines)


async def scraped_text(page: Page) -> str:
    """Return what a Prometheus gets of ``page``."""
    transport = httpx.ASGITransport(application(page))
    async with httpx.AsyncClient(transport=transport, base_url="http://exporter") as client:
        return (await client.get("/metrics", headers=_HEADERS)).text


async def _connected() -> heartbeats.Connection:
    return cast("heartbeats.Connection", PromptConnection())


async def _silent() -> heartbeats.Connection:
    await asyncio.Event().wait()
    raise AssertionError


@dataclass(slots=True)
class PromptConnection:
    """A connection to a server that has every answer ready."""

    asked: str = ""

    @asynccontextmanager
    async def cursor(self) -> AsyncIterator[PromptConnection]:
        """Give itself."""
        yield self

    async def execute(self, question: str) -> None:
        """Ask ``question``."""
        self.asked = question

    async def fetchall(self) -> list[tuple[object, ...]]:
        """Return the newest mark, two slots, or how many connections are left."""
        if "heartbeat" in self.asked:
            return [("ndc01", _AT)]
        if "slots" in self.asked:
            return [("ndc01_data", 2**30), ("ndc03_data", 2**30)]
        return [(89,)]

    async def close(self) -> None:
        """Hang up."""
