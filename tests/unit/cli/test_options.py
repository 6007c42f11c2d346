"""Options that hold for every command may stand anywhere before ``--``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ndc.cli.options import hoisted

WORDS = st.lists(
    st.sampled_from(["status", "--json", "--yes", "--env", "lab", "--env=ci", "--", "-c", "ls"])
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("status --json", "--json status"),
        ("dr switchover portal --to ndc02 --yes", "--yes dr switchover portal --to ndc02"),
        ("up --env ci", "--env ci up"),
        ("up --env=ci", "--env=ci up"),
        ("up --env", "--env up"),
        ("ssh host -- ls --json", "ssh host -- ls --json"),
        ("--env a status --env b", "--env a --env b status"),
    ],
)
def test_common_options_are_moved_to_the_front(typed: str, read: str) -> None:
    assert hoisted(typed.split()) == read.split()


@given(WORDS)
def test_no_word_is_lost_or_made_up(words: list[str]) -> None:
    assert sorted(hoisted(words)) == sorted(words)


@given(WORDS)
def test_what_stands_behind_two_dashes_is_left_alone(words: list[str]) -> None:
    if "--" in words:
        behind = words[words.index("--") :]
        if words[words.index("--") - 1] != "--env":
            assert hoisted(words)[-len(behind) :] == behind


@given(WORDS)
def test_moving_twice_is_moving_once(words: list[str]) -> None:
    if "--env" not in words:
        assert hoisted(hoisted(words)) == hoisted(words)
