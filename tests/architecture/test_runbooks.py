"""Each thing that can be done, and each place where a run can stand still, has its page."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner

from core.runs.journal import RunVerdict, StepEvent
from core.runs.machine import EventKind
from core.runs.plan import RunName, StepId
from core.runs.run import advance, fold
from dr.actions import Action
from dr.planning.plan import RecoveryRun, codec
from dr.reporting.run_text import next_steps, run_text
from dr.reporting.runbooks import APPROVAL, FOLDER, ORPHANED, STOPPED, pages
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from ndc.cli.audited import LOOKS
from ndc.cli.options import hoisted
from ndc.cli.root import app
from tests.architecture.test_documents import inert
from tests.documents import tracked
from tests.networks import ROOT
from tests.rehearsals import rehearsal

OF_STATES = {"held", "alerts", "seen"}
"""pages about how things stand; the others are about what can be done"""
ONLY_LOOKS = {name.removeprefix("dr ") for name in LOOKS if name.startswith("dr ")}
KINDS = sorted(verb.__dataclass_fields__["kind"].default for verb in get_args(Action))
PAGES = [path for path in tracked(f"{FOLDER}/*.md") if path.name != "README.md"]
IDS = [str(path.relative_to(ROOT / FOLDER)) for path in PAGES]
SHOWN = re.compile(r"^ {4,}(?:\$ )?(ndc [^#\n]*)|`(ndc [^`\n]+)`", re.MULTILINE)
HEADINGS = re.compile(r"^## (.+)$", re.MULTILINE)
RUNBOOK = re.compile(r"runbook: (\S+)")
LINK = re.compile(r"\]\(([^)#]+)\)")


def _held() -> RecoveryRun:
    made = rehearsal()
    made.world.faults.append(Fault("announce-service", Trouble.REFUSED))
    journal = MemoryJournal(codec(), made.world)
    made.carry(journal)
    run = fold(journal.records())
    assert run is not None
    return run


@pytest.mark.parametrize("kind", KINDS)
def test_each_action_has_a_page_for_when_it_holds_a_run(kind: str) -> None:
    assert (ROOT / FOLDER / "held" / f"{kind}.md") in PAGES


@pytest.mark.parametrize("page", [ORPHANED, STOPPED, APPROVAL])
def test_each_other_state_that_waits_for_a_person_has_its_page(page: str) -> None:
    assert ROOT / page in PAGES


def test_no_page_is_about_an_alert_that_there_is_not() -> None:
    declared = [path.read_text("utf-8") for path in ROOT.glob("monitors/rules/*.yml")]
    named = {Path(page).stem for text in declared for page in RUNBOOK.findall(text)}

    assert {page.stem for page in PAGES if page.parent.name == "alerts"} == named


def test_no_page_is_about_an_action_that_there_is_not() -> None:
    others = {Path(ORPHANED).stem, Path(STOPPED).stem}

    assert {page.stem for page in PAGES if page.parent.name == "held"} == {*KINDS, *others}


def test_each_command_of_recovery_that_changes_something_has_its_page() -> None:
    (recovery,) = (group for group in app.registered_groups if group.name == "dr")
    assert recovery.typer_instance is not None
    commands = {str(command.name) for command in recovery.typer_instance.registered_commands}

    pages_of_commands = {page.stem for page in PAGES if page.parent.name not in OF_STATES}

    assert pages_of_commands == commands - ONLY_LOOKS


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_a_page_is_read_in_the_same_order_as_all_others(page: Path) -> None:
    means, *rest = HEADINGS.findall(page.read_text("utf-8"))

    of_state = page.parent.name in OF_STATES
    assert means == ("What it means" if of_state else "When")
    assert rest == ["Look", "Do", *([] if of_state else ["What it says"]), "Stop and call"]


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_command_on_a_page_can_be_typed(page: Path) -> None:
    commands = ["".join(found) for found in SHOWN.findall(page.read_text("utf-8"))]

    assert commands
    for command in commands:
        typed = CliRunner().invoke(inert(), hoisted(shlex.split(command)[1:]))
        bare = len(command.split()) <= 3 and typed.exit_code == 2  # named without its arguments
        assert typed.exit_code == 0 or (bare and "Missing" in typed.output), command


def test_the_index_leads_to_every_page_once() -> None:
    linked = LINK.findall((ROOT / FOLDER / "README.md").read_text("utf-8"))

    assert sorted(linked) == sorted(IDS)


def test_a_held_run_names_the_page_of_the_step_that_holds_it() -> None:
    run = _held()

    assert pages(run) == (f"{FOLDER}/held/announce-service.md",)
    assert f"next       {FOLDER}/held/announce-service.md" in run_text(run, carried=False)
    assert f"next       {STOPPED}" in run_text(run, carried=False, stopped=7)
    assert next_steps(RunName("r"), pages(run))[0].startswith(f"{FOLDER}/held/announce-service.md")


def test_a_run_that_nobody_carries_names_the_page_about_that() -> None:
    run = advance(_held(), StepEvent(StepId("announce-ndc02-app"), EventKind.STARTED))

    assert run.verdict is RunVerdict.OPEN
    assert pages(run) == (ORPHANED,)


def test_a_run_that_is_over_names_none() -> None:
    journal = MemoryJournal(codec(), (made := rehearsal()).world)
    made.carry(journal)
    run = fold(journal.records())

    assert run is not None
    assert run.closed is not None
    assert pages(run) == ()
