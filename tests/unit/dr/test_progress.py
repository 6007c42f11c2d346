"""How far a run has come, as it is told while it goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from core.runs.run import fold
from dr.planning.plan import codec
from dr.reporting.progress import RunProgress, progress
from dr.reporting.run_json import run_plain
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from tests.rehearsals import rehearsal

SECOND = timedelta(seconds=1)


def _after(records: int, *, later: timedelta = SECOND, fault: Fault | None = None) -> RunProgress:
    """Return how a switchover stands after its first ``records`` records, ``later``; 0: all."""
    made = rehearsal()
    made.world.faults += [fault] if fault else []
    journal = MemoryJournal(codec(), made.world)
    made.carry(journal)
    known = journal.records()[: records or None]
    run = fold(known)
    assert run is not None
    return progress(run, known, known[-1].at + later)


def test_a_step_that_goes_on_is_told_with_what_passed_and_what_is_usual() -> None:
    told = _after(10, later=1.5 * SECOND)

    (step,) = told.now
    assert (step.step, step.passed) == ("promote", 1.5 * SECOND)
    assert told.sentence() == "4 of 14 steps; P5 promote since 1.5 s, estimated 3 s"


def test_a_step_that_is_over_took_what_it_took() -> None:
    told = _after(7, later=99 * SECOND)

    assert told.now == []
    assert told.steps[0].passed is not None
    assert told.steps[0].passed < SECOND
    assert told.sentence() == "3 of 14 steps; about to go on"


def test_a_run_that_is_held_tells_what_it_waits_for() -> None:
    told = _after(0, fault=Fault("announce-service", Trouble.REFUSED))

    assert told.is_held
    assert told.sentence().startswith("7 of 14 steps; waits for announce-ndc02-app is failed: ")


def test_a_program_is_told_of_a_run_that_goes_on() -> None:
    made = rehearsal()
    journal = MemoryJournal(codec(), made.world)
    made.carry(journal)
    known = journal.records()[:10]
    run = fold(known)
    assert run is not None

    plain = run_plain(run.plan, run, _after(10, later=1.5 * SECOND), carried=True)

    assert (plain["standing"], plain["steps_done"], plain["waits_for"]) == ("in progress", 4, [])
    steps = TypeAdapter(list[dict[str, object]]).validate_python(plain["steps"])
    (step,) = [each for each in steps if each["step"] == "promote"]
    assert (step["state"], step["passed_seconds"]) == ("running", 1.5)
    assert [each["passed_seconds"] for each in steps[-1:]] == [None]


@pytest.mark.parametrize("behind", [SECOND, timedelta(hours=1)])
def test_a_clock_that_is_behind_tells_no_time_below_zero(behind: timedelta) -> None:
    (step,) = _after(8, later=-behind).now

    assert step.passed == timedelta()
