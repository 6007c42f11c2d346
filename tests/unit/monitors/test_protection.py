"""What too few copies have is told, and since when as far as that was seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import psycopg
import pytest

from inventory.names import DatabaseName, HostName
from monitors.collectors.protection import Shortfalls, Waits
from monitors.onhost.protection import Protection
from monitors.protection_metrics import (
    SYNCHRONOUS_COPIES,
    SYNCHRONOUS_COPIES_OBJECTIVE,
    UNPROTECTED_SINCE,
)
from monitors.readers import heartbeats
from monitors.readers.copy_age import Copy
from tests.networks import network

NOON = datetime(2030, 5, 17, 12, tzinfo=UTC)
DATABASE = DatabaseName("identity-db")
WANTED = 2
SOON = timedelta(seconds=10)
LEADS, FOLLOWS = "ANY 2 (a,b)", None
MISSING = psycopg.OperationalError("nobody there")


@dataclass
class Server:
    """One copy: each look finds the next of ``settings``, or the last."""

    settings: list[str | psycopg.Error | None]
    asked: int = 0
    rows: list[tuple[object, ...]] = field(default_factory=list)

    async def connect(self) -> heartbeats.Connection:
        return cast("heartbeats.Connection", self)

    @asynccontextmanager
    async def cursor(self) -> AsyncIterator[Server]:
        yield self

    async def execute(self, question: str) -> None:
        if "synchronous_standby_names" not in question:
            self.rows = [("ndc01", NOON)]
            return
        said = self.settings[min(self.asked, len(self.settings) - 1)]
        self.asked += 1
        if isinstance(said, psycopg.Error):
            raise said
        self.rows = [] if said is None else [(said,)]

    async def fetchall(self) -> list[tuple[object, ...]]:
        return self.rows

    async def close(self) -> None:
        """Go on living."""


class StillClock:
    """It is noon, and ten seconds later each time that somebody looks."""

    def __init__(self) -> None:
        self._looks = 0

    def now(self) -> datetime:
        self._looks += 1
        return NOON + (self._looks - 1) * timedelta(seconds=10)

    def elapsed(self) -> timedelta:
        return timedelta()

    def sleep(self, duration: timedelta) -> None:
        """Let nothing go by."""


def _collected(*copies: Server, times: int = 1) -> dict[str, float]:
    """Return what is told the last of so many times, of one database with ``copies`` at a site."""

    async def story() -> dict[str, float]:
        doors = {
            (DATABASE, HostName(f"host{at}")): Copy(server.connect)
            for at, server in enumerate(copies)
        }
        watch = Protection(network("tiny"), doors, StillClock(), passes=timedelta())
        for door in doors.values():
            await door.newest_mark(deadline=SOON)
        families = [await watch.families() for _ in range(times)][-1]
        return {s.name: s.value for family in families for s in family.samples}

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("setting", "copies"),
    [("", 0), ("ANY 2 (a,b)", 2), ("1 (a)", 1), ("FIRST 1 (a,b)", 1), ("a", 1), ("*", 1)],
)
def test_a_leader_tells_how_many_its_commits_wait_for(setting: str, copies: int) -> None:
    told = _collected(Server([setting]))

    assert told[SYNCHRONOUS_COPIES.name] == copies
    assert told[SYNCHRONOUS_COPIES_OBJECTIVE.name] == WANTED


@pytest.mark.parametrize("copies", [[FOLLOWS], [MISSING], [FOLLOWS, FOLLOWS], [FOLLOWS, MISSING]])
def test_who_does_not_lead_tells_nothing(copies: list[str | psycopg.Error | None]) -> None:
    assert _collected(*(Server([one]) for one in copies)) == {}


def test_of_two_copies_at_a_site_the_one_counts_that_leads() -> None:
    assert _collected(Server([FOLLOWS]), Server([""]))[SYNCHRONOUS_COPIES.name] == 0


def test_what_is_over_when_it_is_looked_at_again_was_none() -> None:
    told = _collected(Server([LEADS, "", LEADS]), times=2)

    assert told[SYNCHRONOUS_COPIES.name] == WANTED
    assert UNPROTECTED_SINCE.name not in told


def test_what_lasts_is_told_at_once_the_next_time() -> None:
    server = Server([LEADS, ""])

    told = _collected(server, times=3)

    assert told[SYNCHRONOUS_COPIES.name] == 0
    assert told[UNPROTECTED_SINCE.name] == (NOON + timedelta(seconds=10)).timestamp()
    assert server.asked == 1 + 2 + 1


def _since(*told: Waits | None) -> float | None:
    """Return since when it is short by what was ``told`` each second from noon on."""
    shortfalls = Shortfalls()
    for second, one in enumerate(told):
        shortfalls.note({DATABASE: one}, NOON + timedelta(seconds=second))
    families = shortfalls.families({DATABASE: told[-1]})
    values = _values(families, UNPROTECTED_SINCE.name)
    return values[0] - NOON.timestamp() if values else None


def _values(families: Sequence[object], name: str) -> list[float]:
    return [s.value for family in families for s in family.samples if s.name == name]  # type: ignore[attr-defined]  # the client's samples have no types


ENOUGH, FEW, ELSEWHERE = Waits(2, 2), Waits(1, 2), Waits(None, 2)


@pytest.mark.parametrize(
    ("told", "since"),
    [
        ((ENOUGH, FEW, FEW), 1),
        ((ELSEWHERE, FEW), 1),
        ((FEW, FEW), None),
        ((ENOUGH, None, FEW), None),
        ((ENOUGH, FEW, None, FEW), None),
        ((FEW, ENOUGH, FEW), 2),
        ((ENOUGH, FEW, ENOUGH), None),
        ((ENOUGH, FEW, ELSEWHERE), None),
    ],
)
def test_since_when_is_told_only_by_who_saw_it_begin(
    told: tuple[Waits | None, ...], since: float | None
) -> None:
    assert _since(*told) == since
