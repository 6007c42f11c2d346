"""What a run came to, in words and in JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import JournalCorrupt
from core.runs.run import fold
from dr.plan import RecoveryRecord, codec
from dr.report import Measure, Outcome, report, report_json, report_text
from dr.run_text import record_text, run_text
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from inventory.network import Service
from tests.conftest import Golden
from tests.rehearsals import SERVICE, Rehearsal, rehearsal

GOLDEN = Path(__file__).resolve().parents[2] / "golden/reports"
GOOD = Measure(
    gap=timedelta(seconds=3.95), acknowledged=168, refused=2, lost=0, duplicated=0, unknown=71
)


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
    made = report(done, service, GOOD)

    golden(GOLDEN / "done.txt", report_text(made) + "\n")
    golden(GOLDEN / "done.json", report_json(made) + "\n")


def test_a_held_run_says_what_it_waits_for(
    held: list[RecoveryRecord], service: Service, golden: Golden
) -> None:
    made = report(held, service, None)

    golden(GOLDEN / "held.txt", report_text(made) + "\n")
    golden(GOLDEN / "held.json", report_json(made) + "\n")


def test_a_run_is_followed_like_this(held: list[RecoveryRecord], golden: Golden) -> None:
    run = fold(held)
    assert run is not None
    lines = [record_text(run.plan, record, began=held[0]) for record in held]

    text = "\n".join([*lines, "", run_text(run)]) + "\n"

    golden(GOLDEN / "followed.txt", text)


@pytest.mark.parametrize(
    ("measure", "outcome"),
    [
        (GOOD, Outcome.DONE),
        (None, Outcome.UNMEASURED),
        (replace(GOOD, void=True), Outcome.UNMEASURED),
        (replace(GOOD, lost=1), Outcome.LOSS),
        (replace(GOOD, lost=1, void=True), Outcome.LOSS),
        (replace(GOOD, duplicated=1), Outcome.MISSED),
        (replace(GOOD, gap=timedelta(minutes=16)), Outcome.MISSED),
    ],
)
def test_a_finished_run_is_called_what_its_citizens_noticed(
    measure: Measure | None, outcome: Outcome, done: list[RecoveryRecord], service: Service
) -> None:
    assert report(done, service, measure).outcome is outcome


def test_an_unfinished_run_with_a_loss_is_a_loss(
    held: list[RecoveryRecord], service: Service
) -> None:
    assert report(held, service, replace(GOOD, lost=3)).outcome is Outcome.LOSS


def test_nothing_is_reported_of_no_run(service: Service) -> None:
    with pytest.raises(JournalCorrupt, match="no run to report"):
        report([], service, None)
