"""What a monitor reads of runs and drills in etcd: what stands there, and when it cannot tell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.metrics_core import Metric
from typing_extensions import override

from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from access.this_host import ThisHost
from core.errors import NotSeen, WorldError
from core.runs.engine import BLIND
from core.runs.journal import Opened, RunVerdict, StepEvent
from core.runs.machine import EventKind
from core.runs.plan import RunName
from dr.drills.cadence import DrillProof, Felt, HeldDrill, Practised
from dr.live.drill_words import EtcdDrillWords
from dr.planning.plan import Intent, RecoveryRecord, codec
from dr.reporting.ending import Outcome
from dr.simulation.journal import MemoryJournal
from inventory import etcd as keys
from inventory.names import DrillName
from inventory.network import Role
from monitors.onhost.recorded import Recorded
from monitors.readers.drill_words import last_words
from monitors.readers.quorum_keys import QuorumKeys
from monitors.readers.unfinished import Unfinished, UnfinishedRuns, unfinished
from tests.rehearsals import rehearsal
from tests.stubs.etcd import StubEtcd

MADE = rehearsal("tiny")
NETWORK, HERE = MADE.network, MADE.network.environment
MONITOR = NETWORK.hosts_with(Role.MONITOR)[0]
ACCOUNT, PASSWORD = keys.exporter_account(MONITOR.name), "secret"
SECOND = timedelta(seconds=1)
FIRST, OTHER = RunName("20300101-000002-move"), RunName("20300101-000009-move")
NOON = MADE.world.now()
SITE_LOSS, MOVE = DrillName("site-loss"), DrillName("planned-move")


def _whole() -> Sequence[RecoveryRecord]:
    journal = MemoryJournal(codec(), MADE.world)
    MADE.carry(journal)
    return journal.records()


WHOLE = _whole()
BEGUN = next(
    at
    for at, record in enumerate(WHOLE)
    if isinstance(record.entry, StepEvent) and record.entry.event is EventKind.STARTED
)
GOING = WHOLE[: BEGUN + 1]
"""the first step was sent, and nothing is known of it"""


def _refused(records: Sequence[RecoveryRecord]) -> Sequence[RecoveryRecord]:
    """Return ``records`` and one more, after which the run is held."""
    last = records[-1]
    assert isinstance(last.entry, StepEvent)
    no = StepEvent(last.entry.step, EventKind.REJECTED, "no")
    return [*records, replace(last, seq=last.seq + 1, at=last.at + SECOND, entry=no)]


def _write(quorum: StubEtcd, run: RunName, records: Sequence[RecoveryRecord]) -> None:
    for record in records:
        line = codec().encode(record).decode()
        quorum.held[f"{keys.runs(HERE)}{run}/{record.seq:06d}"] = line


class Counted(StubEtcd):
    """A quorum that counts how often it is asked."""

    asked: int = 0

    @override
    def _respond(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return super()._respond(request)


def _keys(over: httpx.AsyncClient) -> QuorumKeys:
    return QuorumKeys(over, ["https://voter"], EtcdAuth(EtcdCredentials(ACCOUNT, "")), SECOND)


def _looks(quorum: StubEtcd, times: int = 1) -> list[Unfinished]:
    async def look() -> list[Unfinished]:
        async with httpx.AsyncClient(transport=quorum.transport()) as over:
            runs = UnfinishedRuns(_keys(over), HERE)
            return [await runs.look() for _ in range(times)][-1]

    return asyncio.run(look())


def test_a_step_under_way_is_due_by_its_deadline_and_what_a_look_takes() -> None:
    opened, started = WHOLE[0].entry, GOING[-1].entry
    assert isinstance(opened, Opened)
    assert isinstance(started, StepEvent)

    run = unfinished(GOING)

    due = GOING[-1].at + opened.plan.step(started.step).deadline + BLIND
    assert run == Unfinished(Intent.SWITCHOVER, RunVerdict.OPEN, GOING[-1].at, due)


@pytest.mark.parametrize(
    ("records", "state"),
    [
        (WHOLE[:1], RunVerdict.OPEN),
        (_refused(GOING), RunVerdict.HELD),
        (WHOLE[:-1], RunVerdict.HELD),
    ],
    ids=["opened", "refused", "done, and not closed"],
)
def test_a_run_that_is_not_over_stands_as_its_journal_says(
    records: Sequence[RecoveryRecord], state: RunVerdict
) -> None:
    run = unfinished(records)

    assert run is not None
    assert (run.state, run.said_at) == (state, records[-1].at)


def test_what_is_over_or_was_never_begun_is_no_unfinished_run() -> None:
    assert unfinished(WHOLE) is None
    assert unfinished([]) is None


def test_every_run_that_is_not_over_is_read_from_etcd() -> None:
    quorum = StubEtcd()
    _write(quorum, FIRST, WHOLE)
    _write(quorum, OTHER, GOING)

    assert _looks(quorum) == [unfinished(GOING)]


def test_a_run_that_is_over_is_read_once() -> None:
    quorum = Counted()
    _write(quorum, FIRST, WHOLE)

    _looks(quorum, times=1)
    once = quorum.asked
    _looks(quorum, times=3)

    assert quorum.asked - once == once + 2  # what is there is asked for each time


def test_a_journal_that_cannot_be_read_is_not_passed_over() -> None:
    quorum = StubEtcd()
    _write(quorum, FIRST, GOING)
    quorum.held[f"{keys.runs(HERE)}{FIRST}/{len(GOING):06d}"] = "{"

    with pytest.raises(NotSeen, match="cannot be trusted"):
        _looks(quorum)


def test_a_quorum_that_is_gone_leaves_nothing_to_tell() -> None:
    with pytest.raises(NotSeen):
        _looks(StubEtcd(passwords={}))


def _held(passed: bool, at: timedelta = timedelta()) -> HeldDrill:  # noqa: FBT001 - the case
    felt = Felt(timedelta(seconds=2), 0)
    return HeldDrill("a drill", SITE_LOSS, passed, NOON + at, felt)


def _told(quorum: StubEtcd) -> tuple[dict[DrillName, DrillProof], dict[DrillName, DrillProof]]:
    async def look() -> tuple[dict[DrillName, DrillProof], dict[DrillName, DrillProof]]:
        async with httpx.AsyncClient(transport=quorum.transport()) as over:
            return await last_words(_keys(over), HERE, [one.drill for one in NETWORK.drills])

    return asyncio.run(look())


def test_each_drill_has_one_word_for_well_and_one_for_not_well() -> None:
    quorum = StubEtcd()
    words = EtcdDrillWords(quorum.client(), NETWORK)

    words.tell(_held(passed=True))
    words.tell(_held(passed=False, at=SECOND))
    words.tell(Practised(FIRST, MADE.plan, Outcome.DONE, NOON))
    words.tell(None)

    felt = Felt(timedelta(seconds=2), 0)
    proved, failed = _told(quorum)
    assert proved == {
        SITE_LOSS: DrillProof("a drill", NOON, felt),
        MOVE: DrillProof(FIRST, NOON, None),
    }
    assert failed == {SITE_LOSS: DrillProof("a drill", NOON + SECOND, felt)}


@pytest.mark.parametrize(("later", "kept"), [(SECOND, SECOND), (-SECOND, timedelta())])
def test_an_older_drill_replaces_no_newer_one(later: timedelta, kept: timedelta) -> None:
    quorum = StubEtcd()
    words = EtcdDrillWords(quorum.client(), NETWORK)

    words.tell(_held(passed=True))
    words.tell(_held(passed=True, at=later))

    assert _told(quorum)[0][SITE_LOSS].ended_at == NOON + kept


def test_a_word_that_cannot_be_read_is_not_passed_over() -> None:
    quorum = StubEtcd(held={keys.drill_word(HERE, MOVE, passed=True): "{}"})

    with pytest.raises(NotSeen, match="cannot be read"):
        _told(quorum)


def _collected(quorum: StubEtcd, folder: Path, *, first: bool) -> dict[str, float]:
    """Return the figures of both collectors; ``first``: there is no password at the first look."""

    async def collect() -> list[Metric]:
        async with httpx.AsyncClient(transport=quorum.transport()) as over:
            recorded = Recorded(ThisHost(NETWORK, MONITOR, folder), over, patience=SECOND)
            if first:
                with pytest.raises(WorldError, match="cannot be read"):
                    await recorded.runs()
            path = folder / "passwords" / keys.password_name(ACCOUNT)
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"{PASSWORD}\n", "utf-8")
            return [*await recorded.runs(), *await recorded.drills()]

    families = asyncio.run(collect())
    return {
        f"{sample.name}{','.join(sample.labels.values())}": sample.value
        for family in families
        for sample in family.samples
    }


def test_they_are_asked_for_by_an_account_of_their_own_whose_password_may_come_later(
    tmp_path: Path,
) -> None:
    quorum = StubEtcd(passwords={ACCOUNT: PASSWORD})
    _write(quorum, FIRST, GOING)

    told = _collected(quorum, tmp_path, first=True)

    assert told["ndc_run_unfinishedswitchover,open"] == 1.0
    assert told["ndc_run_unfinishedswitchover,held"] == 0.0
    assert told["ndc_run_due_timestamp_secondsswitchover"] > GOING[-1].at.timestamp()
    assert told[f"ndc_drill_last_success_timestamp_seconds{MOVE},{MADE.service}"] == 0.0
    assert "ndc_run_due_timestamp_secondsfailover" not in told
