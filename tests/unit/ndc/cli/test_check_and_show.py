"""``ndc check`` and ``ndc show`` as a person and as a program use them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from inventory.names import EnvironmentName
from inventory.topics import TABLES
from ndc.cli.check import check
from ndc.cli.options import Options
from ndc.cli.show import Topic, show
from tests.conftest import Golden
from tests.networks import DECLARED, ROOT, texts_of

GOLDEN = ROOT / "tests/golden/show"
NOWHERE = EnvironmentName("never-made")


def _ndc(*words: str, inventory: Path = DECLARED, as_json: bool = False) -> Result:
    app = typer.Typer()
    app.command("check")(check)
    app.command("show")(show)
    options = Options(NOWHERE, inventory, as_json=as_json)
    return CliRunner().invoke(app, [*words], obj=options)


def _spoilt(folder: Path) -> Path:
    for name, text in texts_of(DECLARED).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("[witness, ndc03]", "[witness, ndc30]"), "utf-8")
    return folder


def test_an_inventory_in_order_is_one_line() -> None:
    told = _ndc("check")

    assert told.exit_code == 0
    assert told.stdout.startswith(
        "in order: 4 sites, 14 hosts, 9 links, 5 voters, 1 database, 1 service; profile compact"
    )
    assert told.stdout.count("\n") == 1


def test_a_spoilt_inventory_is_told_in_full_and_exits_with_3(tmp_path: Path) -> None:
    told = _ndc("check", inventory=_spoilt(tmp_path))

    assert told.exit_code == 3
    assert "NDC-E0301" in told.stdout
    assert "did you mean ndc03?" in told.stdout


def test_a_program_gets_places_codes_and_words(tmp_path: Path) -> None:
    told = _ndc("check", inventory=_spoilt(tmp_path), as_json=True)

    (problem,) = json.loads(told.stdout)["problems"]
    assert told.exit_code == 3
    assert (problem["file"], problem["code"]) == ("links.yaml", "NDC-E0301")
    assert problem["line"] > 0


def test_a_program_learns_that_all_is_in_order() -> None:
    told = json.loads(_ndc("check", as_json=True).stdout)

    assert told["ok"] is True
    assert len(told["digest"]) == 64


@pytest.mark.parametrize("topic", sorted(TABLES))
def test_a_table_is_as_the_golden_text_shows(topic: str, golden: Golden) -> None:
    golden(GOLDEN / f"{topic}.txt", _ndc("show", topic).stdout)


def test_every_topic_has_a_table() -> None:
    assert {*TABLES, "schema"} == {*Topic}


def test_an_address_tells_what_carries_it() -> None:
    told = _ndc("show", "addresses", "198.19.100.3").stdout

    assert told.splitlines()[1].split() == ["198.19.100.3/31", "ndc02-edge1", "link1"]


def test_a_word_that_stands_nowhere_exits_with_1() -> None:
    assert _ndc("show", "hosts", "ndc99").exit_code == 1


def test_without_a_topic_the_network_is_shown_at_a_glance() -> None:
    told = _ndc("show", as_json=True)

    assert {*json.loads(told.stdout)} == {"sites", "hosts", "links", "workloads"}


def test_the_schema_is_printed_for_editors() -> None:
    assert json.loads(_ndc("show", "schema").stdout)["title"] == "A file of declared inventory"
