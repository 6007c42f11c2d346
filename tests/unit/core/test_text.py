"""How things read: the same table, duration, size and complaint wherever a person meets them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from core.text import age, duration, first_problem, round_trip, size, table


def test_columns_of_a_table_stand_below_each_other() -> None:
    lines = table(("what", "count", ""), [("a leader", "7", ""), ("x", "1200", "!")])

    assert lines == [
        "what      count",
        "a leader  7",
        "x         1200   !",
    ]


def test_figures_of_a_table_end_below_each_other() -> None:
    lines = table(("what", "count"), [("a leader", "7"), ("x", "120000")], right={1})

    assert lines == [
        "what       count",
        "a leader       7",
        "x         120000",
    ]


def test_a_table_without_rows_has_no_head_either() -> None:
    assert table(("what", "count"), []) == []


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "0 s"),
        (timedelta(microseconds=500), "0.5 ms"),
        (timedelta(milliseconds=25), "25 ms"),
        (timedelta(seconds=5), "5 s"),
        (timedelta(seconds=90), "1.5 min"),
        (timedelta(seconds=70), "70 s"),
        (timedelta(minutes=75), "1.25 h"),
        (timedelta(days=2), "48 h"),
    ],
)
def test_a_declared_duration_loses_nothing(length: timedelta, text: str) -> None:
    assert duration(length) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(milliseconds=-1500), "-1 s"),
        (timedelta(), "0 s"),
        (timedelta(seconds=119, milliseconds=900), "119 s"),
        (timedelta(seconds=179), "2 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=48), "2 d"),
    ],
)
def test_an_age_is_told_in_whole_units_of_which_there_are_two(length: timedelta, text: str) -> None:
    assert age(length) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [(timedelta(microseconds=3149), "3.1 ms"), (timedelta(microseconds=25300), "25 ms")],
)
def test_a_round_trip_has_two_digits(length: timedelta, text: str) -> None:
    assert round_trip(length) == text


@pytest.mark.parametrize(
    ("size_bytes", "decimal", "binary"),
    [
        (0, "0 B", "0 B"),
        (1000, "1.0 kB", "1000 B"),
        (3_500_000, "3.5 MB", "3.3 MiB"),
        (2**30, "1.1 GB", "1.0 GiB"),
    ],
)
def test_a_size_has_the_largest_unit_that_it_fills(
    size_bytes: int, decimal: str, binary: str
) -> None:
    assert size(size_bytes) == decimal
    assert size(size_bytes, binary=True) == binary


class _Host(BaseModel):
    name: str
    port: int


_HOSTS = TypeAdapter(list[_Host])


@pytest.mark.parametrize(
    ("json", "problem"),
    [
        ('[{"name": "a", "port": 1}, {"port": "x"}]', "1.name: Field required"),
        ("{", "the file: Invalid JSON: EOF while parsing an object at line 1 column 1"),
    ],
)
def test_the_first_problem_has_its_place(json: str, problem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _HOSTS.validate_json(json)

    assert first_problem(caught.value, whole="the file") == problem


def test_what_is_wrong_as_a_whole_may_have_no_place() -> None:
    with pytest.raises(ValidationError) as caught:
        _HOSTS.validate_python(7)

    assert first_problem(caught.value) == "Input should be a valid list"
