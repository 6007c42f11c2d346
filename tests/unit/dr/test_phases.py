"""When each phase began and ended, and what an undone run is called."""

from __future__ import annotations

from datetime import timedelta

from core.runs.journal import Closed, Opened, Record, Request, RunVerdict, StepEvent, Where, Wish
from core.runs.machine import EventKind
from core.runs.plan import StepId
from dr.planning.plan import RecoveryRecord
from dr.reporting.ending import Ending, Outcome
from dr.reporting.report import Noticed, report
from dr.reporting.run_text import run_line
from dr.simulation.timeline import BEGINNING
from tests.rehearsals import SERVICE, rehearsal

MADE = rehearsal()
READY = StepId("ready-ndc02-app")
A_SERVICE = MADE.network.service(SERVICE)


def _records(*entries: StepEvent | Request | Closed) -> list[RecoveryRecord]:
    """Return the journal of a run in which ``entries`` came a second apart."""
    told = [Opened(MADE.plan, Where.MEMORY), *entries]
    return [
        Record(seq, BEGINNING + timedelta(seconds=seq), entry) for seq, entry in enumerate(told)
    ]


def test_a_phase_lasts_from_its_first_step_sent_to_its_last_answer() -> None:
    records = _records(
        StepEvent(READY, EventKind.STARTED),
        StepEvent(READY, EventKind.LOST),
        StepEvent(READY, EventKind.STARTED),
        StepEvent(READY, EventKind.SUCCEEDED),
    )

    (ready,) = report(records, [Noticed(A_SERVICE, None, Ending())]).phases

    assert ready.began_at == BEGINNING + timedelta(seconds=1)
    assert ready.took == timedelta(seconds=3)


def test_a_phase_whose_answer_is_awaited_lasts_until_it_was_sent() -> None:
    (ready,) = report(
        _records(StepEvent(READY, EventKind.STARTED)), [Noticed(A_SERVICE, None, Ending())]
    ).phases

    assert ready.took == timedelta()


def test_a_phase_that_was_sent_again_lasts_until_then() -> None:
    records = _records(
        StepEvent(READY, EventKind.STARTED),
        StepEvent(READY, EventKind.LOST),
        StepEvent(READY, EventKind.STARTED),
    )

    (ready,) = report(records, [Noticed(A_SERVICE, None, Ending())]).phases

    assert ready.took == timedelta(seconds=2)


def test_a_phase_of_which_nothing_was_sent_is_not_told() -> None:
    records = _records(StepEvent(READY, EventKind.REFUSED, "not so"))

    assert report(records, [Noticed(A_SERVICE, None, Ending())]).phases == ()


def test_a_run_that_was_undone_is_called_so() -> None:
    records = _records(Request("1", Wish.ABORT, "an"), Closed(RunVerdict.UNWOUND))

    assert report(records, [Noticed(A_SERVICE, None, Ending())]).outcome is Outcome.UNWOUND


def test_a_list_of_runs_says_how_each_stands() -> None:
    undone = _records(Request("1", Wish.ABORT, "an"), Closed(RunVerdict.UNWOUND))
    refused = _records(StepEvent(READY, EventKind.REFUSED, "not so"))

    sent = _records(StepEvent(READY, EventKind.STARTED))
    lost = [*sent, *_records(StepEvent(READY, EventKind.LOST))[1:]]

    def stand(records: list[RecoveryRecord], *, carried: bool = False) -> str:
        return run_line(MADE.plan, records, carried=carried).removeprefix(f"{MADE.plan.id}  ")[:18]

    stands = [stand(records).rstrip() for records in ([], refused, lost, sent, undone)]
    assert stands == ["planned", "held", "held", "orphaned", "unwound"]
    assert stand(lost, carried=True).rstrip() == "in progress"
    skipped = [StepEvent(step.id, EventKind.SKIPPED) for step in MADE.plan.steps]
    assert stand(_records(*skipped, Closed(RunVerdict.DONE))) == "done, not verified"
