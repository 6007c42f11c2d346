"""A run is its journal, folded: from every prefix, and never from nonsense."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import JournalCorrupt
from core.runs.journal import (
    Closed,
    Opened,
    Record,
    Request,
    RunVerdict,
    StepEvent,
    Where,
    Wish,
)
from core.runs.machine import EventKind
from core.runs.plan import StepId
from core.runs.run import advance, fold
from dr.simulation.timeline import BEGINNING
from tests.unit.core.runs.small import CODEC, START, Bench, approval, plan, step

A = StepId("a")
OPENED = Opened(plan(step("a"), step("b", "a", gate="approve")), Where.MEMORY, start=START)


def test_every_prefix_of_a_journal_is_a_run_that_can_be_finished() -> None:
    bench = Bench()
    bench.world.mute.add("b")
    bench.world.lost = ["c"]
    steps = (step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c"))
    whole = bench.start(*steps)
    lines = list(bench.journal.lines)

    for length in range(1, len(lines) + 1):
        again = Bench()
        again.world.true = set()
        again.journal.lines = lines[:length]
        again.world.true = {s.id for s in whole.plan.steps if _was_done(lines[:length], s.id)}
        assert again.engine.resume().closed is RunVerdict.DONE, length


def _was_done(lines: list[bytes], name: str) -> bool:
    entries = [record.entry for record in CODEC.decode(lines, "a test")]
    return any(
        e.what == "step" and e.step == name and e.event is EventKind.SUCCEEDED for e in entries
    )


@pytest.mark.parametrize(
    "entry",
    [
        OPENED,
        StepEvent(StepId("z"), EventKind.STARTED),
        StepEvent(A, EventKind.SUCCEEDED),
        StepEvent(StepId("b"), EventKind.STARTED),
        Closed(RunVerdict.DONE),
        Request("1", Wish.SKIP, "an", step=StepId("z")),
    ],
    ids=["opened-twice", "no-such-step", "not-sent", "needs-not-done", "not-over", "skip-nothing"],
)
def test_what_cannot_come_next_is_refused(entry: object) -> None:
    run = advance(None, OPENED)

    with pytest.raises(JournalCorrupt, match="cannot"):
        advance(run, entry)  # type: ignore[arg-type]  # one of many kinds


def test_a_gated_step_cannot_begin_without_its_approval() -> None:
    run = advance(None, OPENED)
    for event in (EventKind.STARTED, EventKind.SUCCEEDED):
        run = advance(run, StepEvent(A, event))

    with pytest.raises(JournalCorrupt, match="the start of b cannot come next"):
        advance(run, StepEvent(StepId("b"), EventKind.STARTED))


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        ([], RunVerdict.OPEN),
        ([EventKind.STARTED], RunVerdict.OPEN),
        ([EventKind.STARTED, EventKind.LOST], RunVerdict.HELD),
        ([EventKind.STARTED, EventKind.SUCCEEDED], RunVerdict.HELD),  # b waits for its approval
        ([EventKind.STARTED, EventKind.REJECTED], RunVerdict.HELD),
        ([EventKind.SKIPPED], RunVerdict.HELD),
    ],
)
def test_a_run_is_open_while_something_can_be_done_now(
    events: list[EventKind], verdict: RunVerdict
) -> None:
    run = advance(None, OPENED)

    for event in events:
        run = advance(run, StepEvent(A, event))

    assert run.verdict is verdict


def test_an_approval_opens_a_run_again() -> None:
    run = advance(advance(None, OPENED), StepEvent(A, EventKind.SKIPPED))

    approved = advance(run, approval("b"))

    assert approved.verdict is RunVerdict.OPEN


def test_a_wish_that_is_not_yet_obeyed_keeps_a_run_open() -> None:
    run = advance(advance(None, OPENED), StepEvent(A, EventKind.REFUSED))
    assert run.verdict is RunVerdict.HELD

    wished = advance(run, Request("1", Wish.SKIP, "an", step=A))

    assert wished.verdict is RunVerdict.OPEN


def test_an_approved_step_cannot_begin_before_the_steps_that_it_needs() -> None:
    run = advance(advance(None, OPENED), approval("b"))

    with pytest.raises(JournalCorrupt, match="the start of b cannot come next"):
        advance(run, StepEvent(StepId("b"), EventKind.STARTED))


def test_nothing_begins_with_anything_but_opened() -> None:
    with pytest.raises(JournalCorrupt, match="cannot come next"):
        advance(None, StepEvent(A, EventKind.STARTED))


def test_a_journal_of_nothing_is_no_run() -> None:
    assert fold([]) is None


def test_a_request_read_twice_is_refused_the_second_time() -> None:
    request = approval("b")
    run = advance(advance(None, OPENED), request)

    with pytest.raises(JournalCorrupt, match="cannot come next"):
        advance(run, request)


def test_a_record_reads_as_it_was_written() -> None:
    record: Record[str, None] = Record(0, BEGINNING + timedelta(seconds=1.5), OPENED)

    assert CODEC.decode([CODEC.encode(record)], "a test") == [record]


@pytest.mark.parametrize(
    ("lines", "actual"),
    [
        ([b"{}"], "Field required"),
        (
            [b'{"seq":1,"at":"2030-01-01T00:00:00Z","entry":{"what":"closed","verdict":"done"}}'],
            "1",
        ),
        ([b"nonsense"], "Invalid JSON"),
    ],
    ids=["empty", "gap", "nonsense"],
)
def test_a_damaged_journal_says_what_is_wrong(lines: list[bytes], actual: str) -> None:
    with pytest.raises(JournalCorrupt) as caught:
        CODEC.decode(lines, "a test")

    assert actual in caught.value.actual
