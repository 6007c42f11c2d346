"""Every problem that an inventory can have, in the words that a person reads.

A case is a folder of files laid over ``tests/inventories/three-sites`` and the
text that comes of it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import process_time

import pytest

from core.files import read_folder
from core.text import Unreadable
from inventory.checks.shape import MISSING
from inventory.loader import load
from inventory.names import TierName
from inventory.problems import InventoryProblems, Place, Problem, Related, nearest
from tests.conftest import Golden
from tests.networks import ROOT, THREE_SITES, texts_of

BASE = read_folder(THREE_SITES)
CASES = sorted(path for path in (ROOT / "tests/golden/inventory").iterdir() if path.is_dir())
CODE = re.compile(r"NDC-E\d{4}")


def _problems(folder: Path) -> InventoryProblems:
    with pytest.raises(InventoryProblems) as caught:
        load(BASE | read_folder(folder))
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_it_is_told_as_the_golden_text_says(case: Path, golden: Golden) -> None:
    told = "\n".join(_problems(case).lines(snippet=True)) + "\n"

    golden(case / "problems.txt", told)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_it_points_at_a_line_that_exists(case: Path) -> None:
    texts = BASE | read_folder(case)
    for problem in _problems(case).problems:
        text = texts[problem.place.file]
        lines = (text.legible or "" if isinstance(text, Unreadable) else text).splitlines()
        assert 1 <= problem.place.line <= len(lines)
        assert 1 <= problem.place.column <= len(lines[problem.place.line - 1]) + 1


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_one_thing_is_told_once_at_its_place(case: Path) -> None:
    told = Counter((problem.place, problem.code) for problem in _problems(case).problems)

    assert [key for key, count in told.items() if count > 1 and key[1] != MISSING] == []


def test_a_program_is_told_all_that_a_person_reads() -> None:
    problem = Problem(Place("a.yaml", 3, 5), "NDC-E0101", "what", "expected", "actual", "next step")
    related = Related("declared here", Place("b.yaml", 1, 2))

    assert problem.plain() == {
        "file": "a.yaml",
        "line": 3,
        "column": 5,
        "code": "NDC-E0101",
        "what": "what",
        "expected": "expected",
        "actual": "actual",
        "next_step": "next step",
        "related": None,
    }
    assert replace(problem, related=related).plain()["related"] == {
        "label": "declared here",
        "file": "b.yaml",
        "line": 1,
        "column": 2,
    }


def test_a_name_is_meant_only_if_no_other_is_as_near() -> None:
    assert nearest("nd03", ["ndc02", "ndc03"]) == "ndc03"
    assert nearest("ndc01", ["ndc02", "ndc03"]) is None
    assert nearest("hanoi", ["ndc02", "ndc03"]) is None


def test_what_a_terminal_would_obey_is_written_out_and_the_caret_stays_below_its_letter() -> None:
    place = Place("a.yaml", 3, 5)
    problem = Problem(place, "NDC-E0101", "\x1b[2J", "a", "\u202eb", "c", source="    \u202ex")

    told = problem.lines(snippet=True)

    assert told[0] == "a.yaml:3:5  NDC-E0101  \\x1b[2J"
    assert told[1:3] == ["         3 |     \ufffdx", "                 ^"]
    assert told[4] == "    actual  \\u202eb"


def test_every_code_has_a_case() -> None:
    written = {
        code
        for path in (ROOT / "inventory").rglob("*.py")
        for code in CODE.findall(path.read_text("utf-8"))
    }
    shown = {
        code for case in CASES for code in CODE.findall((case / "problems.txt").read_text("utf-8"))
    }

    assert written == shown


def test_the_inventory_that_the_cases_spoil_is_in_order() -> None:
    assert load(BASE).sites.keys() == {"alpha", "beta", "gamma"}


@pytest.mark.parametrize(
    ("text", "meant"), [("1 ms", timedelta(milliseconds=1)), ("30 d", timedelta(days=30))]
)
def test_a_returned_site_is_trusted_after_any_time_that_is_one(text: str, meant: timedelta) -> None:
    workloads = texts_of(THREE_SITES)["workloads.yaml"].replace(
        "  T1:", f"  T1:\n    stable_for: {text}"
    )

    assert load(BASE | {"workloads.yaml": workloads}).tiers[TierName("T1")].stable_for == meant


def test_mistakes_of_different_kinds_are_told_in_one_run() -> None:
    found = _problems(ROOT / "tests/golden/inventory/many-mistakes-at-once").problems

    assert {problem.code for problem in found} == {
        "NDC-E0102",  # a key twice
        "NDC-E0201",  # an unknown key
        "NDC-E0205",  # a wrong address
        "NDC-E0301",  # a link to nowhere
        "NDC-E0412",  # a region that the policy forbids
    }


def test_a_mistake_in_one_section_hides_none_in_another() -> None:
    more = {
        "more.yaml": "operators: { x: { titel: X, title: X, roles: [observe] } }\n"
        "links: { lonely: { ends: [alpha, beta], rtt_ms: 1, carrier: c, ducts: [d],"
        " shared_risks: [], colour: red } }\n"
        "databases: { far: { title: F, tier: T1, home: alpha, synchronous: [alpha, gamma],"
        " last_copy: continue, port: 5500 } }\n",
    }

    with pytest.raises(InventoryProblems) as caught:
        load(BASE | more)

    codes = {problem.code for problem in caught.value.problems}
    assert {"NDC-E0201", "NDC-E0607"} <= codes


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("links.yaml", "ducts: [ndc01-entry-west,", "ducts: [ndc01-entry-west, ndc01-entry-west,"),
        ("links.yaml", "[coastal-typhoon]", "[coastal-typhoon, coastal-typhoon]"),
        ("profiles.yaml", "control: [monitor,", "control: [monitor, monitor,"),
        ("operators.yaml", "roles: [observe, a", "roles: [observe, observe, a"),
    ],
)
def test_a_word_that_stands_twice_in_a_list_is_told_where_it_stands_again(
    file: str, right: str, wrong: str
) -> None:
    texts = read_folder(ROOT / "inventory/declared")
    text = texts[file]
    assert isinstance(text, str)
    assert right in text

    with pytest.raises(InventoryProblems) as caught:
        load({**texts, file: text.replace(right, wrong, 1)})

    (problem,) = (one for one in caught.value.problems if one.code == "NDC-E0303")
    assert problem.place.file == file
    assert problem.place.column > wrong.index(",")


def test_what_a_file_that_cannot_be_read_declares_is_not_called_missing() -> None:
    (sites,) = (name for name in BASE if name.startswith("sites"))

    with pytest.raises(InventoryProblems) as caught:
        load({**BASE, sites: Unreadable("Permission denied")})

    assert [problem.code for problem in caught.value.problems] == ["NDC-E0108"]


NOWHERE = "services: { lost: { title: F, tier: T9, home: alpha, refuges: [], port: 5500 } }\n"


@pytest.mark.parametrize(
    ("legible", "codes"),
    [
        (None, {"NDC-E0108"}),
        ("", {"NDC-E0108", "NDC-E0301"}),
        ("?PNG", {"NDC-E0108", "NDC-E0301"}),
        ("tiers: { T8: ", {"NDC-E0101", "NDC-E0108"}),
    ],
    ids=["may hold anything", "a folder", "no text", "a part"],
)
def test_a_file_that_cannot_be_read_hides_only_what_it_may_declare(
    legible: str | None, codes: set[str]
) -> None:
    bad = Unreadable("it is not UTF-8 from byte 1 on", legible)

    with pytest.raises(InventoryProblems) as caught:
        load({**BASE, "bad.yaml": bad, "more.yaml": NOWHERE})

    told = {problem.code for problem in caught.value.problems}
    assert told & {"NDC-E0101", "NDC-E0104", "NDC-E0108", "NDC-E0301"} == codes


HUGE = {
    "ten megabytes": "sites:\n" + "  - a\n" * 2_000_000,
    "sixty thousand entries": "links:\n" + "".join(f"  l{i}: {{a: 1}}\n" for i in range(60_000)),
    "a thousand million values": "regions:\n  a0: &a0 {title: x}\n"
    + "".join(f"  a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)),
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_a_file_that_nobody_wrote_costs_no_more_than_a_look(text: str) -> None:
    began = process_time()

    with pytest.raises(InventoryProblems) as caught:
        load(BASE | {"huge.yaml": text})

    assert [problem.code for problem in caught.value.problems] == ["NDC-E0106"]
    assert process_time() - began < 1


def test_what_is_wrong_thousands_of_times_is_told_in_a_few_seconds() -> None:
    began = process_time()

    with pytest.raises(InventoryProblems) as caught:
        load(BASE | {"more.yaml": "links:\n" + "".join(f"  l{i}: {{a: 1}}\n" for i in range(5000))})

    assert len(caught.value.problems) > 5000
    assert process_time() - began < 5
