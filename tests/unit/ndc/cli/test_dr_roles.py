"""Who changes something with ``ndc dr`` has the role, and who has a run carried on is named."""

from __future__ import annotations

import json
import re
from typing import Final

from core.runs.journal import Request, Wish
from core.system_clock import SystemClock
from dr.live.run_folder import RunFolder, names
from ndc.cli.root import app
from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout

MOVE = ("dr", "switchover", SERVICE, "--to", "ndc02")
RUN: Final = "RUN"
"""stands for a plan that was kept"""
CHANGES: Final[dict[str, list[str]]] = {
    "plan": [SERVICE, "--to", "ndc02"],
    "switchover": [SERVICE, "--to", "ndc02"],
    "failover": ["--lost", "ndc01"],
    "failback": [SERVICE],
    "resume": [RUN],
    "abort": [RUN],
    "skip": [RUN, "promote"],
    "give-up": [RUN],
    "admit": ["ndc02-node"],
    "hold": ["--reason", "work on the power"],
    "release": [],
    "reseed": ["general-db", "ndc02-node"],
    "make-room": [],
    "replace-voter": ["ndc02-mon"],
}
AGREES: Final = {"approve", "attest"}
"""with a role of their own"""
LOOKS: Final = {"runs", "deeds", "show", "kept", "evidence", "keys", "verify"}


def test_every_command_is_a_change_or_a_look_or_agrees() -> None:
    (recovery,) = [group.typer_instance for group in app.registered_groups if group.name == "dr"]

    assert recovery is not None
    assert {
        command.name for command in recovery.registered_commands
    } == CHANGES.keys() | AGREES | LOOKS


def test_who_may_only_approve_changes_nothing(typed: Checkout) -> None:
    typed.ndc("dr", "plan", SERVICE, "--to", "ndc02")
    (run,) = names(typed.environment.paths.runs)
    said = {
        verb: typed.ndc(
            *("--yes", "--as", "binh", "dr", verb),
            *(run if word is RUN else word for word in words),
        )
        for verb, words in CHANGES.items()
    }

    assert {verb: each.code for verb, each in said.items()} == dict.fromkeys(CHANGES, 4)
    assert [verb for verb, each in said.items() if "binh may not operate" not in each.err] == []
    assert typed.stub.world.effects == []
    assert names(typed.environment.paths.runs) == [run]
    assert _folder(typed, run).inbox().requests() == []


def _folder(typed: Checkout, run: str) -> RunFolder:
    return RunFolder.opened(typed.environment.paths.runs, run)


def _held(typed: Checkout) -> str:
    database = typed.stub.world.truth.at(SERVICE).database
    database.missing = {member.host: 3 for member in database.declared.members}
    typed.ndc("--yes", "--as", "an", *MOVE)
    (run,) = names(typed.environment.paths.runs)
    return run


def test_who_resumes_a_run_is_named_in_its_journal_and_its_report(typed: Checkout) -> None:
    run = _held(typed)

    resumed = typed.ndc("dr", "resume", run, "--as", "an", "--reason", "the copy is mended")
    report = json.loads(typed.ndc("--json", "dr", "show", run).out)["report"]

    assert "an asked to resume the run: the copy is mended" in resumed.err
    assert re.search(
        r"resumed by    an, proved by key SHA256:\S+, 20\d\d-\S+ \S+ UTC: the copy is mended",
        resumed.out,
    )
    assert [asker["wish"] for asker in report["askers"]] == ["start", "resume"]
    assert report["askers"][1]["at"] > report["opened_at"]


def test_what_is_over_or_carried_or_was_never_begun_is_asked_nothing(typed: Checkout) -> None:
    typed.ndc("dr", "plan", SERVICE, "--to", "ndc02")
    (run,) = names(typed.environment.paths.runs)
    unbegun = typed.ndc("dr", "resume", run)
    with _folder(typed, run).carried(SystemClock()):
        carried = typed.ndc("dr", "resume", run)
    asked = _folder(typed, run).inbox().requests()
    typed.ndc("--yes", *MOVE, "--plan", run)
    over = typed.ndc("dr", "resume", run)

    assert (unbegun.code, carried.code, asked) == (4, 4, [])
    assert f"{run} cannot resume" in unbegun.err
    assert "a run that was begun" in unbegun.err
    assert "is carried already" in carried.out
    assert over.code == 0, over.err
    assert "resumed by" not in over.out


def test_a_run_whose_carrier_died_before_its_first_record_is_begun_by_name(
    typed: Checkout,
) -> None:
    typed.ndc("dr", "plan", SERVICE, "--to", "ndc02")
    (run,) = names(typed.environment.paths.runs)
    _folder(typed, run).keep_start(Request("20300101-000000-000000-start", Wish.START, "an"))

    begun = typed.ndc("dr", "resume", run, "--as", "an")

    assert begun.code == 0, begun.err
    assert "asked for by  an, not proved by a key" in begun.out
    assert "resumed by    an, proved by key" in begun.out
