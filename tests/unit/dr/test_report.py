"""What a run came to, in words and in JSON."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import JournalCorrupt
from core.measure import Gap, Measure
from core.runs.journal import Opened, Proof, Request, RunVerdict, Wish
from core.runs.run import fold
from dr.planning.plan import RecoveryRecord, codec
from dr.reporting.ending import Ending, Outcome, outcome
from dr.reporting.report import Noticed, report
from dr.reporting.report_json import report_json
from dr.reporting.report_text import report_text
from dr.reporting.run_text import record_text, run_text
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from inventory.network import Service
from tests.conftest import Golden
from tests.rehearsals import SERVICE, Rehearsal, rehearsal

GOLDEN = Path(__file__).resolve().parents[2] / "golden/reports"
PROMISED = timedelta(minutes=15)
BEGAN = datetime(2030, 1, 1, tzinfo=UTC)
GOOD = Measure(
    since=BEGAN,
    until=BEGAN + timedelta(seconds=8.376),
    acknowledged=168,
    refused=2,
    unknown=71,
    lost=0,
    duplicated=0,
    sent_again=24,
    unknown_appeared=66,
    not_read_back=0,
    gap=Gap(
        timedelta(seconds=3.95),
        BEGAN + timedelta(seconds=2.25),
        BEGAN + timedelta(seconds=6.2),
    ),
    worst_slip=timedelta(milliseconds=4),
)
VOID = replace(GOOD, worst_slip=timedelta(seconds=0.3))
UNREAD = replace(GOOD, not_read_back=1)
UNHEARD = replace(GOOD, acknowledged=0)
WELL = Ending(at_target=True, protected=True)


def _gap(length: timedelta) -> Gap:
    return replace(GOOD.gap, length=length)


def _records(made: Rehearsal) -> list[RecoveryRecord]:
    journal = MemoryJournal(codec(), made.world)
    made.carry(journal)
    return list(journal.records())


@pytest.fixture(scope="module")
def done() -> list[RecoveryRecord]:
    return _records(rehearsal())


@pytest.fixture(scope="module")
def held() -> list[RecoveryRecord]:
    made = rehearsal()
    made.world.faults.append(Fault("announce-service", Trouble.REFUSED))
    return _records(made)


@pytest.fixture(scope="module")
def service() -> Service:
    return rehearsal().network.service(SERVICE)


def test_a_good_run_is_reported_like_this(
    done: list[RecoveryRecord], service: Service, golden: Golden
) -> None:
    made = report(done, [Noticed(service, GOOD, WELL)])

    golden(GOLDEN / "done.txt", report_text(made) + "\n")
    golden(GOLDEN / "done.json", report_json(made) + "\n")


def test_an_unmeasured_run_says_beside_each_figure_what_it_is_worth(
    done: list[RecoveryRecord], service: Service, golden: Golden
) -> None:
    made = report(
        done,
        [
            Noticed(
                service,
                replace(VOID, not_read_back=64, unknown=0, unknown_appeared=0, sent_again=0),
                WELL,
            )
        ],
    )
    unheard = report(done, [Noticed(service, UNHEARD, WELL)])

    golden(GOLDEN / "unmeasured.txt", report_text(made) + "\n")
    assert "0 of 73, 0.0%  (nothing is known of a service that was never heard)" in report_text(
        unheard
    )


def test_a_held_run_says_what_it_waits_for(
    held: list[RecoveryRecord], service: Service, golden: Golden
) -> None:
    made = report(held, [Noticed(service, None, WELL)])

    golden(GOLDEN / "held.txt", report_text(made) + "\n")
    golden(GOLDEN / "held.json", report_json(made) + "\n")


def test_a_run_is_followed_like_this(held: list[RecoveryRecord], golden: Golden) -> None:
    run = fold(held)
    assert run is not None
    lines = [record_text(run.plan, record, began=held[0]) for record in held]

    text = "\n".join([*lines, "", run_text(run, carried=False)]) + "\n"

    golden(GOLDEN / "followed.txt", text)
    stopped = run_text(run, carried=False, stopped=314).splitlines()
    assert stopped[-2].startswith("next       kill -CONT 314  lets the process go on")
    assert stopped[-1].startswith(
        "next       kill -KILL 314  ends that process; then ndc dr resume"
    )


@pytest.mark.parametrize(
    ("measure", "called"),
    [
        (GOOD, Outcome.DONE),
        (replace(GOOD, gap=_gap(PROMISED)), Outcome.DONE),
        (replace(GOOD, gap=_gap(PROMISED + timedelta(milliseconds=1))), Outcome.MISSED),
        (replace(GOOD, duplicated=1), Outcome.MISSED),
        (None, Outcome.UNMEASURED),
        (VOID, Outcome.UNMEASURED),
        (UNREAD, Outcome.UNMEASURED),
        (UNHEARD, Outcome.UNMEASURED),
        (replace(VOID, duplicated=1), Outcome.UNMEASURED),
        (replace(UNREAD, gap=_gap(2 * PROMISED)), Outcome.UNMEASURED),
        (replace(GOOD, lost=1), Outcome.LOSS),
        (replace(GOOD, lost=1, duplicated=1), Outcome.LOSS),
        (replace(VOID, lost=1), Outcome.LOSS),
        (replace(UNREAD, lost=1), Outcome.LOSS),
    ],
)
def test_a_finished_run_is_called_after_the_worst_that_its_citizens_may_have_noticed(
    measure: Measure | None, called: Outcome
) -> None:
    assert (
        outcome(RunVerdict.DONE, measure, complete=True, promised=PROMISED, ending=WELL) is called
    )


@pytest.mark.parametrize(
    ("verdict", "called"),
    [
        (RunVerdict.UNWOUND, Outcome.UNWOUND),
        (RunVerdict.HELD, Outcome.HELD),
        (RunVerdict.OPEN, Outcome.HELD),
    ],
)
@pytest.mark.parametrize("measure", [GOOD, UNREAD, None])
def test_an_unfinished_run_is_called_after_how_it_stands_unless_there_is_a_loss(
    verdict: RunVerdict, called: Outcome, measure: Measure | None
) -> None:
    assert outcome(verdict, measure, complete=None, promised=PROMISED, ending=WELL) is called
    assert outcome(verdict, measure, complete=False, promised=PROMISED, ending=WELL) is Outcome.LOSS
    lost = replace(GOOD, lost=3)
    assert outcome(verdict, lost, complete=None, promised=PROMISED, ending=WELL) is Outcome.LOSS


def test_a_log_that_nobody_compared_is_no_reason_to_call_it_a_loss() -> None:
    assert (
        outcome(RunVerdict.DONE, GOOD, complete=None, promised=PROMISED, ending=WELL)
        is Outcome.DONE
    )


def test_a_report_is_called_after_the_run_and_the_promise_of_its_service(
    done: list[RecoveryRecord], held: list[RecoveryRecord], service: Service
) -> None:
    late = replace(GOOD, gap=_gap(service.recovery_time + timedelta(milliseconds=1)))

    assert report(done, [Noticed(service, GOOD, WELL)]).outcome is Outcome.DONE
    assert report(done, [Noticed(service, late, WELL)]).outcome is Outcome.MISSED
    assert report(held, [Noticed(service, GOOD, WELL)]).outcome is Outcome.HELD


def test_no_field_of_a_measure_is_dropped(done: list[RecoveryRecord], service: Service) -> None:
    other = replace(GOOD.gap, began_at=BEGAN, ended_at=GOOD.until, length=PROMISED)
    values = {"since": GOOD.gap.began_at, "until": GOOD.gap.ended_at, "worst_slip": PROMISED}
    changes: list[dict[str, Any]] = [
        *({field.name: values.get(field.name, 9)} for field in fields(GOOD) if field.name != "gap"),
        *({"gap": replace(GOOD.gap, **{f.name: getattr(other, f.name)})} for f in fields(Gap)),
    ]

    told = {
        report_json(report(done, [Noticed(service, replace(GOOD, **change), WELL)]))
        for change in changes
    }

    assert (
        len(told | {report_json(report(done, [Noticed(service, GOOD, WELL)]))}) == len(changes) + 1
    )


def test_nothing_is_reported_of_no_run(service: Service) -> None:
    with pytest.raises(JournalCorrupt, match="no run to report"):
        report([], [Noticed(service, None, WELL)])


@pytest.mark.parametrize(
    ("ending", "skipped", "called"),
    [
        (WELL, False, Outcome.DONE),
        (WELL, True, Outcome.UNVERIFIED),
        (replace(WELL, protected=False), False, Outcome.UNPROTECTED),
        (replace(WELL, protected=False), True, Outcome.UNVERIFIED),
        (replace(WELL, protected=None), False, Outcome.UNVERIFIED),
        (replace(WELL, at_target=None), False, Outcome.UNVERIFIED),
        (replace(WELL, at_target=False), False, Outcome.ELSEWHERE),
        (replace(WELL, at_target=False), True, Outcome.ELSEWHERE),
    ],
)
def test_what_was_skipped_or_is_elsewhere_is_never_called_done(
    ending: Ending, *, skipped: bool, called: Outcome
) -> None:
    found = outcome(
        RunVerdict.DONE, GOOD, complete=True, promised=PROMISED, ending=ending, skipped=skipped
    )

    assert found is called


def test_a_report_names_who_asked_and_who_answered_for_a_step(
    done: list[RecoveryRecord], service: Service
) -> None:
    opened = done[0].entry
    assert isinstance(opened, Opened)
    proof = Proof("SHA256:key-of-an", "…", ("operate",))
    start = Request("1", Wish.START, "an", proof=proof, ticket="CHG-7")
    told = [replace(done[0], entry=replace(opened, start=start)), *done[1:]]

    proved = report(told, [Noticed(service, GOOD, WELL)], lambda request: request == start)
    forged = report(told, [Noticed(service, GOOD, WELL)], lambda _: False)

    assert "asked for by  an, proved by key SHA256:key-of-an (CHG-7)" in report_text(proved)
    assert "asked for by  an, not proved by a key" in report_text(forged)
    assert '"requested_by_key": null' in report_json(forged)
