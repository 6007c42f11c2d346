"""``ndc dr kept`` and ``reseed``: a person sees which rows one copy holds alone, by their keys."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dr.logs.log_changes import ChangeKind
from dr.logs.row_list import NO_KEY, RowChange, RowList
from dr.logs.tail import Tail
from inventory.names import HostName
from tests.conftest import Golden
from tests.networks import ROOT
from tests.stubs.checkout import Checkout

APART, OTHER, LEADER = (HostName(f"ndc0{number}-node") for number in (2, 3, 1))
KEPT = "/var/lib/postgresql/kept/general-db/timeline-1-from-64-to-384"
TAIL = Tail("general-db", APART, 1, 100, 900, 3, "2030-01-01 00:00:00Z", KEPT, 2.0)
ROWS = RowList(
    commits=3,
    listed=2,
    changes=31,
    file=f"{KEPT}/rows.jsonl",
    notes=("changes of the catalogue, by which tables are made, altered or emptied: 44",),
    first=(
        RowChange("2030-01-01 00:00:00.5Z", 9, ChangeKind.INSERTED, "app.public.t", '{"id": 7}'),
        RowChange(
            "2030-01-01 00:00:01.5Z", 10, ChangeKind.DELETED, "app.public.u", None, why=NO_KEY
        ),
    ),
)
REFUSED = 4


@pytest.fixture
def apart(typed: Checkout) -> Checkout:
    """Return a checkout of a network in which one host kept a tail, and an earlier one."""
    earlier = replace(TAIL, timeline=9, commits=1, kept=f"{KEPT}-too")
    plain = {
        "kept": [json.loads(one.text()) for one in (earlier, TAIL)],
        "rows": [None, json.loads(ROWS.text())],
        "apart": True,
    }
    typed.stub.answers[APART, "dr.onhost.kept_main"] = json.dumps(plain)
    tail = json.dumps({"tail": json.loads(TAIL.text())})
    typed.stub.answers[APART, "dr.onhost.keep_main"] = tail
    return typed


def test_what_was_kept_is_shown_host_by_host(apart: Checkout, golden: Golden) -> None:
    shown = apart.ndc("dr", "kept")

    golden(ROOT / "tests/golden/kept/all.txt", shown.out)
    assert shown.code == 0


def test_a_program_reads_it_as_json(apart: Checkout) -> None:
    (of_host,) = (
        one
        for one in json.loads(apart.ndc("--json", "dr", "kept", "general-db").out)
        if one["host"] == APART
    )

    assert of_host["apart"] is True
    assert [one["rows"] and one["rows"]["listed"] for one in of_host["kept"]] == [None, 2]
    assert of_host["kept"][1]["tail"]["commits"] == 3
    assert of_host["kept"][1]["rows"]["first"][0]["key"] == {"id": 7}


def test_what_a_host_keeps_that_does_not_answer_is_not_known(apart: Checkout) -> None:
    with apart.stub.holding():
        apart.stub.world.truth.plant.power_off(APART)

    shown = apart.ndc("dr", "kept", "general-db")
    plain = json.loads(apart.ndc("--json", "dr", "kept", "general-db").out)

    assert shown.code != 0
    assert f"what {APART} keeps of general-db is not known\n" in shown.out
    assert [sorted(one) for one in plain if one["host"] == APART] == [
        ["database", "host", "unknown"]
    ]


def test_a_database_that_does_not_exist_is_refused(apart: Checkout) -> None:
    refused = apart.ndc("dr", "kept", "general")

    assert (refused.code, refused.out) == (REFUSED, "")
    assert "did you mean general-db?" in refused.err


def test_before_a_copy_is_removed_its_rows_are_shown_and_a_person_is_asked(
    apart: Checkout,
) -> None:
    unanswered = apart.ndc("dr", "reseed", "general-db", APART)

    shown, asked = unanswered.err.split("nothing was touched", 1)
    assert "inserted app.public.t id=7" in shown
    assert f"dr reseed general-db {APART} --yes" in asked
    assert unanswered.code == 2
