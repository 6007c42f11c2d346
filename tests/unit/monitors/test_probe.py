"""The probe in front of a real HTTP server, and its ledger through crashes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from typing_extensions import override

from access.clients.probe import measured, summary
from core.clock import Clock
from core.errors import JournalCorrupt
from core.measure import FRESH
from core.system_clock import SystemClock
from monitors.ledger import WriteOutcome, unchained
from monitors.probe.application import application as probe_application
from monitors.probe.citizen import Citizen, ended
from monitors.probe.ledger_file import LedgerFile
from monitors.probe.service_probe import ServiceProbe
from reference.application import application as reference
from reference.configuration import Configuration
from reference.memory import MemoryStore
from tests.ledgers import WINDOW, write

PER_SECOND = 50
HOUR = timedelta(hours=1)
PROBE = "http://probe"
Story = Callable[[ServiceProbe, MemoryStore], Coroutine[Any, Any, None]]


@asynccontextmanager
async def _serving(store: MemoryStore) -> AsyncIterator[str]:
    mine = Configuration(
        name="portal", title="Portal", listen_port=1, site="ndc01", host="ndc01-app", dsn=""
    )
    server = uvicorn.Server(
        uvicorn.Config(reference(mine, store), log_level="error", timeout_graceful_shutdown=1)
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


class SteppedClock(SystemClock):
    """The machine's time, with a wall that somebody may set."""

    def __init__(self) -> None:
        self.step = timedelta()

    @override
    def now(self) -> datetime:
        """Return the current instant, as the wall has it."""
        return super().now() + self.step


def _play(path: Path, story: Story, clock: Clock | None = None) -> None:
    async def whole() -> None:
        store = MemoryStore()
        await store.prepare()
        async with _serving(store) as root:
            citizen = Citizen(root, None)
            ledger = LedgerFile(path / "portal.jsonl")
            probe = ServiceProbe(
                "portal", citizen, ledger, clock or SystemClock(), per_second=PER_SECOND
            )
            running = asyncio.create_task(probe.run())
            try:
                await story(probe, store)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    asyncio.run(whole())


async def _acknowledged(probe: ServiceProbe, count: int) -> None:
    async with asyncio.timeout(30):
        while sum(probe.counts[kind, WriteOutcome.OK] for kind in ("new", "kept")) < count:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)


def test_what_is_acknowledged_is_in_the_ledger_and_is_found(tmp_path: Path) -> None:
    async def story(probe: ServiceProbe, _: MemoryStore) -> None:
        await _acknowledged(probe, 20)

        found = await probe.measured(probe.now() - HOUR, probe.now())

        assert found.acknowledged >= 20
        assert (found.lost, found.duplicated, found.not_read_back) == (0, 0, 0)
        assert {entry.connection for entry in probe.recent()} == {"new", "kept"}

    _play(tmp_path, story)


def test_a_write_that_vanishes_is_lost(tmp_path: Path) -> None:
    async def story(probe: ServiceProbe, store: MemoryStore) -> None:
        await _acknowledged(probe, 12)
        victim = next(e for e in probe.recent() if e.outcome is WriteOutcome.OK)
        del store._submissions[victim.key]

        found = await probe.measured(probe.now() - HOUR, probe.now())

        assert found.lost == 1

    _play(tmp_path, story)


def test_it_tells_summary_measure_ledger_and_metrics(tmp_path: Path) -> None:
    async def story(probe: ServiceProbe, store: MemoryStore) -> None:
        await _acknowledged(probe, 12)
        first, *_, last = sorted(probe.recent(), key=lambda entry: entry.due_at)[:6]
        del store._submissions[first.key]
        window = (first.due_at, last.due_at)
        async with _asking(probe) as client:
            told = await summary(client, PROBE, deadline=HOUR)
            came_to = await measured(client, PROBE, "portal", window=window, deadline=HOUR)
            lines = (await client.get("/ledger/portal")).text.splitlines()
            metrics = (await client.get("/metrics")).text
            nobody = await client.get("/measure/land-registry")
            nonsense = await client.get("/measure/portal?since=yesterday")

        assert told.services["portal"].site == "ndc01"
        assert told.services["portal"].acknowledged > 10
        assert told.services["portal"].answers
        due = [e for e in probe.recent() if first.due_at <= e.due_at <= last.due_at]
        assert len(due) >= 6
        assert (came_to.acknowledged, came_to.lost) == (len(due), 1)
        assert came_to == await probe.measured(*window)
        assert len(unchained(lines)[0]) > 10
        assert (
            'ndc_probe_writes_total{connection="new",outcome="refused",service="portal"} 0.0'
            in (metrics)
        )
        assert (nobody.status_code, nonsense.status_code) == (404, 400)

    _play(tmp_path, story)


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_setting_the_wall_clock_makes_no_acknowledgement_old_or_new(
    tmp_path: Path, step: timedelta
) -> None:
    clock = SteppedClock()

    async def story(probe: ServiceProbe, _: MemoryStore) -> None:
        await _acknowledged(probe, 1)
        clock.step = step
        async with _asking(probe) as client:
            told = (await summary(client, PROBE, deadline=HOUR)).services["portal"]

        assert told.last_acknowledged_at is not None
        assert timedelta() <= told.taken_at - told.last_acknowledged_at <= FRESH

    _play(tmp_path, story, clock)


def _asking(probe: ServiceProbe) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(probe_application({"portal": probe}))
    return httpx.AsyncClient(transport=transport, base_url=PROBE)


def test_nobody_there_is_refused_and_nothing_is_raised() -> None:
    async def whole() -> WriteOutcome:
        citizen = Citizen("http://127.0.0.1:9", None)
        try:
            return (await citizen.write("k", "new")).outcome
        finally:
            await citizen.close()

    assert asyncio.run(whole()) is WriteOutcome.REFUSED


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (201, {"id": 1, "key": "k", "site": "s", "host": "h"}, WriteOutcome.OK),
        (200, {"id": 1, "key": "k", "site": "s", "host": "h"}, WriteOutcome.OK),
        (201, {"id": 1, "key": "another", "site": "s", "host": "h"}, WriteOutcome.UNKNOWN),
        (201, {"hello": "world"}, WriteOutcome.UNKNOWN),
        (503, {"outcome": "refused"}, WriteOutcome.REFUSED),
        (504, {"outcome": "unknown"}, WriteOutcome.UNKNOWN),
        (502, {}, WriteOutcome.UNKNOWN),
        (404, {}, WriteOutcome.REFUSED),
    ],
)
def test_only_a_clear_word_is_believed(
    status: int, body: dict[str, object], outcome: WriteOutcome
) -> None:
    assert ended(httpx.Response(status, json=body), "k").outcome is outcome


def test_a_ledger_goes_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "portal.jsonl"
    first = LedgerFile(path)
    for number in range(1, 4):
        first.append(write(number))
    first.close()

    second = LedgerFile(path)
    second.append(write(second.last_sequence + 1))
    second.close()

    entries, head = unchained(path.read_text("utf-8").splitlines(), None)
    assert [entry.sequence for entry in entries] == [1, 2, 3, 4]
    assert head.hash == second.head.hash


@pytest.mark.parametrize("cut", [1, 40, 150])
def test_a_line_torn_by_a_crash_is_cut_off_and_the_chain_holds(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "portal.jsonl"
    first = LedgerFile(path)
    for number in range(1, 4):
        first.append(write(number))
    first.close()
    path.write_bytes(path.read_bytes()[:-cut])

    second = LedgerFile(path)
    second.append(write(3))
    second.close()

    assert [e.sequence for e in unchained(path.read_text("utf-8").splitlines())[0]] == [1, 2, 3]


def test_a_ledger_that_was_changed_is_not_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "portal.jsonl"
    first = LedgerFile(path)
    first.append(write(1))
    first.append(write(2))
    first.close()
    path.write_text(path.read_text("utf-8").replace("ndc01-app", "ndc02-app", 1), "utf-8")

    with pytest.raises(JournalCorrupt):
        LedgerFile(path)


def test_what_is_not_synced_is_not_told(tmp_path: Path) -> None:
    ledger = LedgerFile(tmp_path / "portal.jsonl")
    for number in range(1, 101):
        ledger.append(write(number))
        if number == 60:
            ledger.sync()

    assert len(list(ledger.within(*WINDOW))) == 60
    ledger.close()
