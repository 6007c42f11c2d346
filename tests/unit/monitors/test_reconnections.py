"""A source that restarts all the time adds no series to a Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import cast

import psycopg

from inventory.names import DatabaseName, HostName, SiteName
from monitors.onhost.site_watches import copies_collected
from monitors.page import Page, Watch
from monitors.readers import heartbeats
from monitors.readers.copy_age import Copy
from tests.benchmarks.scrape import PromptConnection, scraped_text
from tests.benchmarks.stand import CLOCK
from tests.networks import network

QUESTIONS = 3
"""of one scrape"""


@dataclass(slots=True)
class RestartingServer:
    """A server of which every life ends after a scrape."""

    lives: int = 0

    async def connect(self) -> heartbeats.Connection:
        self.lives += 1
        return cast("heartbeats.Connection", ShortConnection(self.lives))


@dataclass(slots=True)
class ShortConnection:
    """Answers for one scrape; each life has other slots' room, and another process."""

    life: int
    asked: int = 0
    prompt: PromptConnection = field(default_factory=PromptConnection)

    @asynccontextmanager
    async def cursor(self) -> AsyncIterator[ShortConnection]:
        yield self

    async def execute(self, question: str) -> None:
        self.asked += 1
        if self.asked > QUESTIONS:
            raise psycopg.OperationalError(f"terminated, process {self.life}")
        await self.prompt.execute(question)

    async def fetchall(self) -> list[tuple[object, ...]]:
        return await self.prompt.fetchall()

    async def close(self) -> None:
        await self.prompt.close()


def test_a_thousand_reconnections_bring_no_new_series() -> None:
    server = RestartingServer()
    name = (DatabaseName("db"), HostName("host"))
    collect = partial(
        copies_collected, network("tiny"), SiteName("ndc02"), {name: Copy(server.connect)}
    )
    page = Page([Watch("replication", collect)], CLOCK, fresh=-timedelta(seconds=1))

    first = asyncio.run(_series(page, 1))
    later = asyncio.run(_series(page, 1000))

    assert server.lives == 1001
    assert later == first
    assert len(first) >= QUESTIONS


async def _series(page: Page, scrapes: int) -> set[str]:
    """Return every series that any of so many scrapes told."""
    texts = [await scraped_text(page) for _ in range(scrapes)]
    lines = (line for text in texts for line in text.splitlines())
    return {line.rpartition(" ")[0] for line in lines if line.startswith("ndc_")}
