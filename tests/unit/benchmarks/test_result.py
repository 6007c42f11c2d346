"""What ``make bench`` says and keeps, and when it fails."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.benchmarks.figures import Figure, Judged, Sample, Verdict, samples, verdict
from tests.benchmarks.result import Conditions, Part, Result, result_json, result_text
from tests.benchmarks.table import BENCHMARKS, chosen
from tests.conftest import Golden

GOLDEN = Path(__file__).resolve().parents[2] / "golden/results"
CONDITIONS = Conditions(
    at=datetime(2030, 1, 1, 12, 30, tzinfo=UTC),
    commit="0123456789ab",
    is_changed=True,
    cores=2,
    memory_bytes=8_000_000_000,
    kernel="6.1.0-20-amd64",
    system="Debian GNU/Linux 12 (bookworm)",
    load_before=(0.1, 0.25, 1.5),
    other_labs=0,
    profile="compact",
    hosts=14,
    asked="start, switchover, excess, leader",
)
GAP = Figure("gap of a switchover", "s", 5, Judged.MEDIAN)
LOST = Figure("writes lost", "", 0, decimals=0)
PARTS = (
    Part("start", "from the image.", (Sample(Figure("start", "s", 90, decimals=1), (101.25,)),)),
    Part(
        "switchover",
        "there and back.",
        tuple(samples([GAP, LOST], [(3.9, 0), (4.25, 0), (None, 0), (7.125, 1)])),
    ),
    Part(
        "excess",
        "pings.",
        (Sample(Figure("excess", "ms"), (12.0, *(0.05 * n for n in range(39)))),),
    ),
    Part(
        "leader",
        "killed.",
        (Sample(Figure("gap after a death", "s", 30), ()),),
        broke_off="     what  a leader did not come about\n expected  within 120 s",
    ),
)
RESULT = Result(CONDITIONS, PARTS)


def test_a_result_reads_like_this(golden: Golden) -> None:
    golden(GOLDEN / "some.txt", result_text(RESULT) + "\n")


def test_its_json_holds_every_value(golden: Golden) -> None:
    text = result_json(RESULT)

    golden(GOLDEN / "some.json", text + "\n")
    assert json.loads(text)["benchmarks"][1]["figures"][0]["values"] == [3.9, 4.25, 7.125]


@pytest.mark.parametrize(
    ("figure", "values", "expected"),
    [
        (GAP, (1.0, 5.0, 100.0), Verdict.REACHED),
        (GAP, (6.25,), Verdict.NEAR),
        (GAP, (6.26,), Verdict.MISSED),
        (GAP, (), Verdict.UNMEASURED),
        (Figure("worst", "s", 5), (1.0, 1.0, 6.5), Verdict.MISSED),
        (LOST, (0, 0), Verdict.REACHED),
        (LOST, (0, 1), Verdict.MISSED),
        (Figure("printed", "s"), (1.0,), Verdict.PRINTED),
        (Figure("printed", "s"), (), Verdict.UNMEASURED),
    ],
)
def test_a_figure_is_judged(figure: Figure, values: tuple[float, ...], expected: Verdict) -> None:
    assert verdict(Sample(figure, values)) is expected


def test_only_what_is_missed_by_far_or_unknown_fails() -> None:
    assert [part.fails for part in PARTS] == [False, True, False, True]
    assert RESULT.fails
    assert not Result(CONDITIONS, PARTS[:1]).fails


def test_what_broke_off_fails_although_its_values_were_good() -> None:
    assert Part("start", "", (Sample(GAP, (1.0,)),), broke_off="the rest is not known").fails


def test_a_choice_keeps_the_order_of_the_table() -> None:
    names = [benchmark.name for benchmark in BENCHMARKS]

    assert [one.name for one in chosen([])] == names
    assert [one.name for one in chosen([names[3], names[0]])] == [names[0], names[3]]
    with pytest.raises(ValueError, match="no benchmark is called nothing; these are: help"):
        chosen(["nothing"])


def test_every_benchmark_and_every_figure_has_a_name_of_its_own() -> None:
    names = [benchmark.name for benchmark in BENCHMARKS]
    figures = [figure.what for benchmark in BENCHMARKS for figure in benchmark.figures]

    assert len(set(names)) == len(names)
    assert len(set(figures)) == len(figures)
