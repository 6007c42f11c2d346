"""Every changing command is in the audit log before it acts; a look is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ndc.cli.audited import is_look
from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout

MOVE = ("dr", "switchover", SERVICE, "--to", "ndc02")


def _folder(typed: Checkout) -> Path:
    return typed.environment.paths.home / "var/.audit"


@pytest.mark.parametrize(
    ("words", "look"),
    [
        (["dr", "switchover", "portal"], False),
        (["dr", "give-up", "run"], False),
        (["dr", "a-verb-to-come"], False),
        (["a-command-to-come"], False),
        (["up"], False),
        (["env", "destroy", "lab"], False),
        (["lab", "kill", "ndc01"], False),
        (["ssh", "ndc01-data"], False),
        (["up", "--help"], True),
        (["dr", "plan", "portal"], True),
        (["status", "--wait"], True),
        (["lab", "status"], True),
        (["drill", "list"], True),
        (["drill", "run", "a"], False),
        (["audit", "--hosts"], True),
        ([], True),
    ],
)
def test_whatever_is_no_known_look_is_a_change(words: list[str], *, look: bool) -> None:
    assert is_look(words) is look


def test_who_changed_what_and_what_came_of_it_is_told(typed: Checkout) -> None:
    typed.ndc("dr", "plan", SERVICE, "--to", "ndc02")
    typed.ndc(*MOVE, "--as", "an", "--ticket", "CHG-7")
    typed.ndc("--yes", "dr", "abort", "no-such-run")

    told = typed.ndc("audit")
    plain = json.loads(typed.ndc("--json", "audit").out)["commands"]

    assert told.code == 0, told.err
    _, first, second = told.out.splitlines()
    assert "test  an, signed with SHA256:" in first
    assert f"(CHG-7): ndc dr switchover {SERVICE} --to ndc02  → exit 2" in first
    assert "not proved by a key: ndc dr abort no-such-run  → exit 4" in second
    assert (plain["broken"], plain["torn"]) == (None, 0)
    assert plain["head"] in told.out


def test_what_a_host_is_told_is_not_kept_since_it_may_be_secret(typed: Checkout) -> None:
    typed.ndc("ssh", "no-such-host", "--", "echo", "a-password")

    kept = "".join(path.read_text("utf-8") for path in _folder(typed).glob("*.jsonl"))

    assert "ndc ssh no-such-host -- …" in kept
    assert "a-password" not in kept


def test_what_was_tampered_with_is_told_with_its_place(typed: Checkout) -> None:
    for _ in range(2):
        typed.ndc("--yes", "dr", "abort", "no-such-run")
    (path,) = _folder(typed).glob("*.jsonl")
    path.write_text(path.read_text("utf-8").replace("no-such-run", "another-run", 1), "utf-8")

    told = typed.ndc("audit")

    assert told.code == 5
    assert f"is broken at {path.name}, line 2" in told.err
    assert "BROKEN" in told.out


def test_a_command_that_cannot_be_written_down_is_refused_before_it_acts(typed: Checkout) -> None:
    _folder(typed).parent.mkdir(exist_ok=True)
    _folder(typed).write_text("no folder", "utf-8")

    refused = typed.ndc("--yes", *MOVE)
    looked = typed.ndc("dr", "runs")

    assert refused.code == 6
    assert looked.code == 0
    assert not list(typed.environment.paths.runs.glob("*"))
    assert typed.stub.world.effects == []
