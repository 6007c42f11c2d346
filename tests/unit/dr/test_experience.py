"""What a plan expects of its steps: what such steps took in earlier runs, or an estimate."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.runs.journal import Closed, Opened, StepEvent
from core.runs.machine import EventKind
from core.runs.plan import RunName
from core.runs.run import fold
from core.system_clock import SystemClock
from dr.live.past_runs import experience_below
from dr.live.run_folder import RunFolder
from dr.planning.plan import RecoveryPlan, RecoveryRecord, codec, from_text, to_text
from dr.planning.rules.staleness import staleness
from dr.reporting.experience import LAST, LEAST, experience_of, with_experience
from dr.reporting.plan_figures import estimated_of, served_after
from dr.reporting.plan_text import plan_text
from dr.reporting.progress import progress
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from tests.rehearsals import SERVICE, rehearsal

SECOND = timedelta(seconds=1)
PLAN = rehearsal().plan
Journal = Sequence[RecoveryRecord]


def _carried(fault: Fault | None = None) -> Journal:
    made = rehearsal()
    made.world.faults += [fault] if fault else []
    journal = MemoryJournal(codec(), made.world)
    made.carry(journal)
    return journal.records()


CARRIED = _carried()


def _that_took(*seconds: float, step: str = "declare") -> list[Journal]:
    """Return journals, the newest first, in which ``step`` took so long."""
    return [_with(took, step) for took in seconds]


def _with(seconds: float, step: str) -> Journal:
    sent = next(record.at for record in CARRIED if _is(record, step, EventKind.STARTED))
    return [
        replace(record, at=sent + seconds * SECOND)
        if _is(record, step, EventKind.SUCCEEDED)
        else record
        for record in CARRIED
    ]


def _is(record: RecoveryRecord, step: str, event: EventKind) -> bool:
    entry = record.entry
    return isinstance(entry, StepEvent) and (entry.step, entry.event) == (step, event)


def _expected(journals: Sequence[Journal], name: str = "declare") -> tuple[timedelta, int]:
    plan = with_experience(PLAN, experience_of(journals))
    (step,) = [step for step in plan.steps if step.id == name]
    return step.expected, step.samples


def test_a_step_is_expected_to_take_what_it_took_in_the_middle_of_the_last_runs() -> None:
    assert _expected(_that_took(4, 40, 2)) == (4 * SECOND, 3)
    assert _expected(_that_took(4, 2)) == (3 * SECOND, 2)
    assert _expected(_that_took(0)) == (LEAST, 1)
    assert _expected(_that_took(1.26)) == (1.3 * SECOND, 1)


def test_what_was_slower_long_ago_is_forgotten() -> None:
    assert _expected(_that_took(*[2] * LAST, *[60] * 20)) == (2 * SECOND, LAST)


def test_where_no_run_tells_the_estimate_stays() -> None:
    assert with_experience(PLAN, experience_of([])) == PLAN
    assert {step.samples for step in PLAN.steps} == {0}


def test_the_same_verb_in_another_phase_is_another_thing() -> None:
    slow = _that_took(7, step="canary-ndc02-app")

    assert _expected(slow, "canary-ndc02-app") == (7 * SECOND, 1)
    assert _expected(slow, "ready-ndc02-app")[0] < SECOND


@pytest.mark.parametrize("trouble", [Trouble.LOST, Trouble.REFUSED])
def test_what_was_sent_again_or_held_says_nothing(trouble: Trouble) -> None:
    journal = _carried(Fault("announce-service", trouble))
    closed = [*journal, *([] if isinstance(journal[-1].entry, Closed) else CARRIED[-1:])]

    assert _expected([closed], "announce-ndc02-app") == (SECOND, 0)
    assert _expected([closed])[1] == 1


def test_a_run_that_is_not_over_and_a_clock_that_was_set_back_say_nothing() -> None:
    assert _expected([CARRIED[:-1]]) == (SECOND, 0)
    assert _expected([[]]) == (SECOND, 0)
    assert _expected(_that_took(-5)) == (SECOND, 0)


def test_a_plan_says_how_much_of_what_it_expects_is_estimated() -> None:
    known = with_experience(PLAN, experience_of([CARRIED]))
    unknown = [replace(step, expected=2 * SECOND, samples=0) for step in known.steps[1:2]]
    partly = replace(known, steps=(known.steps[0], *unknown, *known.steps[2:]))

    told = [_line(plan) for plan in (PLAN, known, partly)]

    assert [line.split("; ")[1] for line in told] == [
        "estimated",
        "by what earlier runs took",
        "2 s of that are estimated",
    ]
    assert served_after(known) < served_after(PLAN) == estimated_of(PLAN)
    assert estimated_of(known) == timedelta()


def _line(plan: RecoveryPlan) -> str:
    return next(line for line in plan_text(plan).splitlines() if line.startswith("  expected "))


def test_a_plan_for_other_programs_says_where_each_figure_comes_from() -> None:
    known = with_experience(PLAN, experience_of(_that_took(4, 4)))

    steps = {step["id"]: step for step in json.loads(to_text(known))["steps"]}

    assert (steps["declare"]["expected"], steps["declare"]["samples"]) == ("PT4S", 2)
    assert from_text(to_text(known)) == known
    old = json.loads(to_text(PLAN))
    for step in old["steps"]:
        del step["samples"]
    assert from_text(json.dumps(old)) == PLAN


def test_who_follows_a_run_reads_whether_a_figure_is_known() -> None:
    known = with_experience(PLAN, experience_of(_that_took(4, step="promote")))
    opened = CARRIED[0].entry
    assert isinstance(opened, Opened)
    journal = [replace(CARRIED[0], entry=replace(opened, plan=known)), *CARRIED[1:10]]
    run = fold(journal)
    assert run is not None

    told = progress(run, journal, journal[-1].at + SECOND)

    assert told.sentence() == "4 of 14 steps; P5 promote since 1.0 s, usually 4 s"


def test_what_is_expected_decides_nothing() -> None:
    made = rehearsal()
    known = with_experience(made.plan, experience_of(_that_took(4)))
    facts = {SERVICE: made.world.eye.observe(SERVICE)}

    assert known != made.plan
    assert known.basis == made.plan.basis
    assert staleness(known, made.network, facts, made.world.now()) == []


def test_runs_that_are_kept_are_read_and_those_that_cannot_be_are_left_out(tmp_path: Path) -> None:
    clock = SystemClock()
    for number, journal in enumerate([CARRIED, CARRIED[:-1], *_that_took(5)]):
        plan = replace(PLAN, id=RunName(f"2030010{number}-000000-run"))
        folder = RunFolder.create(tmp_path / "runs", plan)
        for record in journal:
            folder.journal(clock).add(record)
    damaged = RunFolder.create(tmp_path / "runs", replace(PLAN, id=RunName("20300104-0-run")))
    (damaged.path / "journal.jsonl").write_text("no journal\n", "utf-8")

    experience = experience_below(tmp_path / "runs", clock)

    assert [len(times) for times in experience.values()] == [2] * len(experience)
    assert experience["claim-workload", "declare"][0] == 5 * SECOND
    assert experience_below(tmp_path / "nothing", clock) == {}
