"""How long a host has been well, by its own word and by those of observers at other sites."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dr.watch.lookout import (
    ANEW,
    EVERY,
    GAP,
    Lookout,
    SightWord,
    read_sight_word,
    read_sight_words,
    sight_word_text,
)
from dr.watch.steadiness import steadiness
from inventory.names import HostName
from tests.networks import network

NET = network("compact")
HOST, BESIDE = HostName("ndc01-data"), HostName("ndc01-app")
SECOND, THIRD = HostName("ndc02-app"), HostName("ndc03-app")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("steady", "answers"),
    [
        ({}, None),
        ({SECOND: HOUR}, None),
        ({SECOND: HOUR, THIRD: MINUTE}, MINUTE),
        ({SECOND: MINUTE, THIRD: HOUR}, MINUTE),
        ({SECOND: HOUR, BESIDE: HOUR}, None),
        ({SECOND: HOUR, HostName("ndc02-data"): HOUR}, None),
        ({SECOND: MINUTE, HostName("ndc02-data"): HOUR, THIRD: HOUR}, HOUR),
        ({SECOND: HOUR, HostName("nobody"): HOUR}, None),
    ],
)
def test_it_counts_what_observers_at_two_other_sites_have_seen(
    steady: dict[HostName, timedelta], answers: timedelta | None
) -> None:
    words = {observer: {HOST: seen} for observer, seen in steady.items()}

    assert steadiness(NET, HOST, 2 * HOUR, words).answers == answers


def test_the_shorter_of_both_figures_counts_and_an_unknown_one_more_than_either() -> None:
    words = {SECOND: {HOST: HOUR}, THIRD: {HOST: HOUR}}

    assert steadiness(NET, HOST, MINUTE, words).lasting == MINUTE
    assert steadiness(NET, HOST, 2 * HOUR, words).lasting == HOUR
    assert steadiness(NET, HOST, None, words).lasting is None
    assert steadiness(NET, HOST, 2 * HOUR, {}).lasting is None


def _looks(answers: str, every: timedelta = EVERY) -> Lookout:
    """Return what is remembered after a look for each of ``answers``: "y" where there was one."""
    lookout = Lookout()
    for number, answer in enumerate(answers):
        seen = [HOST, SECOND] if answer == "y" else [SECOND]
        lookout = lookout.after([HOST, SECOND], seen, number * every)
    return lookout


def test_one_look_that_is_not_answered_is_a_break() -> None:
    word = _looks("yy-yy").word()

    assert word.steady == {HOST: EVERY, SECOND: 4 * EVERY}


def test_who_does_not_answer_is_steady_for_no_time() -> None:
    assert HOST not in _looks("yy-").word().steady


def test_who_began_to_look_knows_of_nothing_before() -> None:
    late = GAP + timedelta(seconds=1)

    assert _looks("y").word().steady == {HOST: timedelta(), SECOND: timedelta()}
    assert _looks("yyy", every=late).word().steady[HOST] == timedelta()


def test_what_is_told_is_never_more_than_what_was_seen() -> None:
    word = _looks("yy", every=timedelta(seconds=1.9)).word()

    assert word.steady[HOST] == timedelta(seconds=1)


WELL = SightWord(HOUR, steady={HOST: MINUTE})
MISSES = SightWord(HOUR, {HOST: MINUTE})
AGAIN = SightWord(HOUR, {}, {HOST: EVERY})


@pytest.mark.parametrize(
    ("own", "word", "is_news"),
    [
        (None, WELL, True),
        (WELL, SightWord(HOUR + EVERY), False),
        (WELL, SightWord(HOUR + ANEW), True),
        (WELL, MISSES, True),
        (WELL, AGAIN, True),
        (MISSES, WELL, True),
        (AGAIN, WELL, True),
    ],
)
def test_that_all_is_well_is_told_anew_now_and_then_and_all_else_at_once(
    own: SightWord | None, word: SightWord, *, is_news: bool
) -> None:
    assert word.is_news(own) is is_news


def test_a_word_from_before_it_was_told_knows_of_nobody() -> None:
    old = '{"looked": "PT1H", "silent": {}, "back": {}}'

    assert read_sight_word(old).steady == {}


def test_what_cannot_be_read_is_nobodys_word() -> None:
    pairs = [("w/a/sight", sight_word_text(WELL)), ("w/b/sight", "[]"), ("elsewhere", "{}")]

    assert read_sight_words("w/", pairs) == {HostName("a"): WELL}
