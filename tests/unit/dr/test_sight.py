"""What a host says of others and of itself is read as it was written, or refused."""

from __future__ import annotations

import os
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from dr.onhost.sight_main import age
from dr.watch.sight import Whereabouts, age_text, began, read_age, read_sight, sight_text
from inventory.names import HostName

ONE, TWO = HostName("one"), HostName("two")
NO_AGES = ("-1.0", "1e300", "NaN", "Infinity", "true", '"1.0"')


def test_a_place_is_read_as_it_was_written() -> None:
    place = Whereabouts(ONE, IPv4Address("198.19.1.2"))

    assert Whereabouts.read(place.word()) == place


@pytest.mark.parametrize("word", ["", "one", "=198.19.1.2", "one=", "one=two", "one=198.19.1.2;ls"])
def test_a_word_that_names_no_place_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"no host|[Aa]ddress|digits|octets"):
        Whereabouts.read(word)


def test_an_answer_is_read_as_it_was_written() -> None:
    for answering in ({ONE}, {ONE, TWO}, set[HostName]()):
        assert read_sight(sight_text(answering), [ONE, TWO]) == answering


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"answering": "one"}', '{"answering": ["three"]}', "nonsense"]
)
def test_an_answer_about_anybody_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"not who answers|Expecting"):
        read_sight(text, [ONE, TWO])


def test_an_age_is_read_as_it_was_written() -> None:
    for lasted in (timedelta(), timedelta(seconds=1.25), timedelta(days=900)):
        assert read_age(age_text(lasted)) == lasted


@pytest.mark.parametrize("text", ["{}", "7", *(f'{{"up_seconds": {n}}}' for n in NO_AGES)])
def test_nonsense_is_no_age(text: str) -> None:
    with pytest.raises(ValueError, match="no age"):
        read_age(text)


def test_a_process_began_when_the_kernel_says_whatever_its_name(tmp_path: Path) -> None:
    first = f"1 (in) it (x) S {' '.join('0' * 18)} 250 0 0"
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "stat").write_text(first, "ascii")

    assert began(first, 100) == timedelta(seconds=2.5)
    assert age(tmp_path, timedelta(seconds=60)) == timedelta(
        seconds=60 - 250 / os.sysconf("SC_CLK_TCK")
    )


@pytest.mark.parametrize("text", ["", "1 (init)", "1 (init) S 0 0", f"1 (i) S {'x ' * 30}"])
def test_what_is_no_process_has_no_age(text: str) -> None:
    with pytest.raises(ValueError, match=r"no process|invalid literal"):
        began(text, 100)
