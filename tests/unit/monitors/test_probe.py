"""The probe in front of a real HTTP server, and its ledger through crashes."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from typing_extensions import override

from access.clients.probe import measured, summary
from core.errors import JournalCorrupt, Rejected
from core.measure import FRESH
from core.system_clock import SystemClock
from monitors.ledger import WriteOutcome, unchained
from monitors.probe.citizen import Citizen, ConnectionKind, Ended, ended
from monitors.probe.ledger_file import LedgerFile
from monitors.probe.losses import LossRecord
from monitors.probe.service_probe import SENT_AGAIN_EVERY, ServiceProbe, next_due
from reference.memory import MemoryStore
from reference.submissions import Draft, Submission
from tests.ledgers import TICK, WINDOW, at, write
from tests.probes import PROBE, acknowledged, asking, play

HOUR = timedelta(hours=1)


class FrozenClock(SystemClock):
    """The machine's time, which went on while the probe was frozen."""

    def __init__(self) -> None:
        self.frozen = timedelta()

    @override
    def elapsed(self) -> timedelta:
        """Return the time since boot, with that in the freeze."""
        return super().elapsed() + self.frozen


class Forgetful:
    """Keeps each draft as if its key had never been seen."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def keep(self, draft: Draft) -> tuple[Submission, bool]:
        """Return a new submission."""
        made = self._store._submission(draft)
        self._store._submissions[f"{draft.key} {made.id}"] = made
        return made, True


class SteppedClock(SystemClock):
    """The machine's time, with a wall that somebody may set."""

    def __init__(self) -> None:
        self.step = timedelta()

    @override
    def now(self) -> datetime:
        """Return the current instant, as the wall has it."""
        return super().now() + self.step


def test_what_is_acknowledged_is_in_the_ledger_and_is_found(tmp_path: Path) -> None:
    async def story(probe: ServiceProbe, _: MemoryStore) -> None:
        await acknowledged(probe, 40)

        found = (await probe.measured(probe.now() - HOUR, probe.now())).measure

        assert found.acknowledged >= 20
        assert (found.lost, found.duplicated, found.not_read_back) == (0, 0, 0)
        assert found.sent_again >= 1
        assert {entry.connection for entry in probe.recent()} == {"new", "kept"}

    play(tmp_path, story)


def test_a_write_that_vanishes_is_lost(tmp_path: Path) -> None:
    async def story(probe: ServiceProbe, store: MemoryStore) -> None:
        await acknowledged(probe, 12)
        victim = next(e for e in probe.recent() if e.outcome is WriteOutcome.OK)
        del store._submissions[victim.key]

        found = (await probe.measured(probe.now() - HOUR, probe.now())).measure

        assert found.lost == 1

    play(tmp_path, story)


def test_a_service_that_keeps_a_repeated_write_twice_is_found_out(tmp_path: Path) -> None:
    async def story(probe: ServiceProbe, store: MemoryStore) -> None:
        store.keep = Forgetful(store).keep  # type: ignore[method-assign]  # a store with a defect
        await acknowledged(probe, 3 * SENT_AGAIN_EVERY)

        found = (await probe.measured(probe.now() - HOUR, probe.now())).measure

        assert found.duplicated == found.sent_again >= 2

    play(tmp_path, story)


def test_it_tells_summary_measure_ledger_and_metrics(tmp_path: Path) -> None:
    async def story(probe: ServiceProbe, store: MemoryStore) -> None:
        await acknowledged(probe, 12)
        first, *_, last = sorted(probe.recent(), key=lambda entry: entry.due_at)[:6]
        del store._submissions[first.key]
        window = (first.due_at, last.due_at)
        async with asking(probe) as client:
            told = await summary(client, PROBE, deadline=HOUR)
            came_to = await measured(client, PROBE, "portal", window=window, deadline=HOUR)
            lines = (await client.get("/ledger/portal")).text.splitlines()
            metrics = (await client.get("/metrics")).text
            nobody = await client.get("/measure/land-registry")
            nonsense = await client.get("/measure/portal?since=yesterday")

        assert told.services["portal"].site == "ndc01"
        assert told.services["portal"].acknowledged > 10
        assert told.services["portal"].answers
        assert (told.services["portal"].missing, told.services["portal"].missing_since) == (0, None)
        due = [e for e in probe.recent() if first.due_at <= e.due_at <= last.due_at]
        assert len(due) >= 6
        assert (came_to.measure.acknowledged, came_to.measure.lost) == (len(due), 1)
        assert came_to.measure == (await probe.measured(*window)).measure
        assert len(unchained(lines)[0]) > 10
        assert (
            'ndc_probe_writes_total{connection="new",outcome="refused",service="portal"} 0.0'
            in (metrics)
        )
        assert (nobody.status_code, nonsense.status_code) == (404, 400)

    play(tmp_path, story)


def test_after_a_freeze_nothing_is_sent_that_was_missed_and_the_time_is_void(
    tmp_path: Path,
) -> None:
    clock = FrozenClock()

    async def story(probe: ServiceProbe, _: MemoryStore) -> None:
        await acknowledged(probe, 5)
        frozen_at = probe.now()
        clock.frozen = HOUR
        thawed_at = probe.now()
        await acknowledged(probe, 30)
        found = (await probe.measured(frozen_at, thawed_at)).measure

        assert found.acknowledged + found.refused + found.unknown <= 2
        assert found.is_void
        assert found.worst_slip >= HOUR - timedelta(seconds=1)

    play(tmp_path, story, clock)


class Deaf(Citizen):
    """A citizen whose machine has no socket left."""

    @override
    async def write(self, key: str, connection: ConnectionKind) -> Ended:
        raise Rejected("no socket left")


def test_a_probe_without_sockets_ends_and_says_nothing_of_the_service(tmp_path: Path) -> None:
    ledger = LedgerFile(tmp_path / "portal.jsonl")
    losses = LossRecord(tmp_path / "portal.losses.json")
    citizen = Deaf("https://127.0.0.1:9", None)
    probe = ServiceProbe("portal", citizen, ledger, losses, SystemClock(), per_second=50)

    with pytest.raises(ExceptionGroup, match="unhandled errors"):
        asyncio.run(probe.run())

    assert (tmp_path / "portal.jsonl").read_text("utf-8") == ""


@pytest.mark.parametrize(
    ("late", "expected"),
    [(-1.0, 1), (0.0, 1), (1.0, 1), (4.9, 1), (5.1, 5), (5.9, 5), (100.5, 100)],
)
def test_a_little_lateness_is_caught_up_with_and_a_long_one_is_skipped(
    late: float, expected: int
) -> None:
    assert next_due(at(0), at(late), TICK) == at(expected)


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_setting_the_wall_clock_makes_no_acknowledgement_old_or_new(
    tmp_path: Path, step: timedelta
) -> None:
    clock = SteppedClock()

    async def story(probe: ServiceProbe, _: MemoryStore) -> None:
        await acknowledged(probe, 1)
        clock.step = step
        async with asking(probe) as client:
            told = (await summary(client, PROBE, deadline=HOUR)).services["portal"]

        assert told.last_acknowledged_at is not None
        assert timedelta() <= told.taken_at - told.last_acknowledged_at <= FRESH

    play(tmp_path, story, clock)


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

    assert len(ledger.stretch(*WINDOW).lines) == 60
    ledger.close()
