"""``ndc drill`` as a person and as a program use it, without an environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.errors import PlanRefused
from inventory.names import EnvironmentName
from ndc.cli.drill import app
from ndc.cli.options import Options
from tests.networks import DECLARED, declared, texts_of

NOWHERE = EnvironmentName("never-made")


def _ndc(*words: str, inventory: Path = DECLARED, as_json: bool = False) -> Result:
    options = Options(NOWHERE, inventory, as_json=as_json)
    return CliRunner().invoke(app, [*words], obj=options)


def test_the_list_names_every_drill_and_says_that_none_was_proved() -> None:
    listed = _ndc("list", as_json=True)

    rows = json.loads(listed.output)
    assert [row["drill"] for row in rows] == sorted(declared(DECLARED).drills)
    assert {row["last_proved"] for row in rows} == {"never"}


def test_a_tabletop_prints_the_plan_and_says_that_nothing_was_touched() -> None:
    printed = _ndc("run", "site-loss", "--mode", "tabletop")

    assert printed.exit_code == 0
    assert "failover without ndc01" in printed.output
    assert "drill site-loss: passed" not in printed.output
    assert "nothing was touched" in printed.output


def test_a_rehearsal_ends_with_its_verdict() -> None:
    played = _ndc("run", "planned-move", "--mode", "rehearsal")

    assert played.exit_code == 0
    assert "drill planned-move: passed" in played.output


@pytest.mark.parametrize("mode", ["tabletop", "rehearsal"])
def test_a_program_is_told_of_a_drill_in_json(mode: str) -> None:
    told = json.loads(_ndc("run", "planned-move", "--mode", mode, as_json=True).stdout)

    assert (told["drill"], told["mode"], told["refusal"]) == ("planned-move", mode, None)
    assert told["plan"]["steps"]
    assert told.get("passed") is (True if mode == "rehearsal" else None)


def test_a_rehearsal_that_failed_exits_with_one(tmp_path: Path) -> None:
    for name, text in texts_of(DECLARED).items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("[served, moved,", "[served, stayed,"), "utf-8")

    played = _ndc("run", "site-loss", "--mode", "rehearsal", inventory=tmp_path)

    assert played.exit_code == 1
    assert "drill site-loss: FAILED" in played.output


def test_a_drill_that_there_is_not_is_refused() -> None:
    refused = _ndc("run", "site-los", "--mode", "tabletop")

    assert isinstance(refused.exception, PlanRefused)


@pytest.mark.parametrize("words", [("run", "site-loss"), ("run", "--mode", "tabletop")])
def test_how_and_what_have_to_be_said(words: tuple[str, ...]) -> None:
    assert _ndc(*words).exit_code == 2
