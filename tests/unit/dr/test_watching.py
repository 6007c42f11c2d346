"""Who is dead: by every order in which observers may come to speak, fall silent and return."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import permutations, product

import pytest

from core.errors import Rejected
from dr.watch.lookout import (
    EVERY,
    GAP,
    STEADY,
    Lookout,
    SightWord,
    read_sight_word,
    sight_word_text,
)
from dr.watch.watching import CURRENT, SILENT, Hearing, Pulse, Suspect, suspects
from inventory.names import HostName
from inventory.network import Role
from tests.networks import network

NETWORK = network("compact")
HOSTS = [host.name for host in NETWORK.hosts]
OBSERVERS = [host.name for host in NETWORK.hosts_with(Role.MONITOR)]
LOST = HostName("ndc01-data")
BESIDE = HostName("ndc01-app")
"""the observer at its site"""
OTHERS = [name for name in OBSERVERS if name != BESIDE]
LONG, SHORT = SILENT, SILENT - timedelta(seconds=1)
WELL = SightWord(timedelta(hours=1))


def _misses(*hosts: HostName, lasting: timedelta = LONG) -> SightWord:
    return SightWord(timedelta(hours=1), dict.fromkeys(hosts, lasting))


def _one(
    words: Mapping[HostName, SightWord], reports: Mapping[HostName, str] | None = None
) -> Suspect | None:
    missed = {one.host: one for one in suspects(NETWORK, words, reports or {})}
    assert missed.keys() <= {LOST}
    return missed.get(LOST)


def test_whom_everybody_sees_is_alive() -> None:
    assert suspects(NETWORK, dict.fromkeys(OBSERVERS, WELL), {}) == ()


SAYINGS = {
    "sees it": WELL,
    "misses it": _misses(LOST),
    "not for long": _misses(LOST, lasting=SHORT),
}


@pytest.mark.parametrize(
    "said",
    [*product([None, *SAYINGS], repeat=len(OBSERVERS))],
    ids=lambda said: "|".join(map(str, said)),
)
def test_a_host_is_dead_where_two_other_sites_miss_it_for_long_and_nobody_saw_it_lately(
    said: tuple[str | None, ...],
) -> None:
    by_observer = dict(zip(OBSERVERS, said, strict=True))
    words = {name: SAYINGS[one] for name, one in by_observer.items() if one is not None}

    one = suspects(NETWORK, words, {})
    pulse = next((each.pulse for each in one if each.host == LOST), None)

    missing = [name for name in OTHERS if by_observer[name] == "misses it"]
    is_seen, was_seen = "sees it" in said, "not for long" in said
    assert (pulse is Pulse.DEAD) == (len(missing) >= 2 and not is_seen and not was_seen)
    if is_seen and not any(by_observer[name] in {"misses it", "not for long"} for name in OTHERS):
        assert pulse is None
    elif pulse is not Pulse.DEAD:
        assert pulse is Pulse.SUSPECTED


def test_it_is_dead_for_as_long_as_two_miss_it_and_says_by_whom() -> None:
    words = {OTHERS[0]: _misses(LOST, lasting=3 * LONG), OTHERS[1]: _misses(LOST, lasting=2 * LONG)}

    one = _one(words)

    assert one == Suspect(LOST, Pulse.DEAD, 2 * LONG, (OTHERS[0], OTHERS[1]), "")


def test_who_may_have_seen_it_a_moment_ago_keeps_it_alive() -> None:
    words = {
        **dict.fromkeys(OTHERS[:2], _misses(LOST)),
        OTHERS[2]: _misses(LOST, lasting=SILENT - timedelta(milliseconds=1)),
    }

    one = _one(words)

    assert one is not None
    assert one.pulse is Pulse.SUSPECTED
    assert one.why == f"{OTHERS[2]} misses it for 5 s only"


def test_what_it_says_itself_outweighs_all_observers() -> None:
    words = dict.fromkeys(OTHERS, _misses(LOST))

    one = _one(words, {LOST: "its agent's word stands"})

    assert one is not None
    assert one.pulse is Pulse.SUSPECTED
    assert "it says itself that it lives: its agent's word stands" in one.why


def test_two_observers_at_one_site_are_one_voice() -> None:
    first, second = HostName("ndc02-app"), HostName("ndc02-data")
    words = {first: _misses(LOST), second: _misses(LOST)}

    alone = _one(words)
    with_another = _one({**words, OTHERS[-1]: _misses(LOST)})

    assert alone is not None
    assert alone.pulse is Pulse.SUSPECTED
    assert with_another is not None
    assert with_another.pulse is Pulse.DEAD


def test_a_whole_site_is_dead_by_the_two_that_are_left_of_others() -> None:
    site = [host.name for host in NETWORK.hosts_at(NETWORK.host(LOST).site)]
    words = dict.fromkeys(OTHERS, _misses(*site))

    dead = {one.host for one in suspects(NETWORK, words, {}) if one.pulse is Pulse.DEAD}

    assert dead == {*site}


def test_who_is_back_is_suspected_until_it_is_steady() -> None:
    back = SightWord(timedelta(), {}, {LOST: EVERY})

    one = _one({**dict.fromkeys(OBSERVERS, WELL), OTHERS[0]: back})

    assert one is not None
    assert (one.pulse, one.lasting, one.by) == (Pulse.SUSPECTED, EVERY, ())


@pytest.mark.parametrize("answers", [*product([True, False], repeat=9)])
def test_silence_and_return_are_counted_from_their_first_look(answers: tuple[bool, ...]) -> None:
    lookout, at = Lookout(), timedelta(days=3)
    for one in answers:
        lookout = lookout.after([LOST], [LOST] if one else [], at)
        at += EVERY
    word = lookout.word()

    alike = len(answers) - next(
        (i + 1 for i in reversed(range(len(answers))) if answers[i] is not answers[-1]), 0
    )
    lasting = (alike - 1) * EVERY
    was_silent = not all(answers)
    assert word.silent == ({} if answers[-1] else {LOST: lasting})
    is_back = answers[-1] and was_silent and lasting < STEADY
    assert word.back == ({LOST: lasting} if is_back else {})


def test_who_did_not_look_for_a_while_begins_anew() -> None:
    first = Lookout().after([LOST], [], timedelta())
    second = first.after([LOST], [], EVERY)

    awake = second.after([LOST], [], EVERY + GAP + timedelta(milliseconds=1))

    assert second.word().silent == {LOST: EVERY}
    assert awake.word().silent == {LOST: timedelta()}


@pytest.mark.parametrize("order", [*permutations(range(5))])
def test_dead_takes_six_seconds_of_two_observers_whatever_happens_first(
    order: tuple[int, ...],
) -> None:
    """Two observers start, miss it, and it speaks: in every order, one event a look."""
    first, second = OTHERS[0], OTHERS[1]
    lookouts: dict[HostName, Lookout] = {}
    is_off = speaks = False
    for look, step in enumerate((*order, *[9] * 5)):
        is_off = is_off or step == 0
        speaks = step == 1 or (speaks and step != 2)
        if step in {3, 4}:
            lookouts[(first, second)[step - 3]] = Lookout()
        for name, lookout in lookouts.items():
            lookouts[name] = lookout.after([LOST], [] if is_off else [LOST], look * EVERY)
    assert _pulse(lookouts, speaks=speaks) is (Pulse.SUSPECTED if speaks else Pulse.DEAD)


def _pulse(lookouts: Mapping[HostName, Lookout], *, speaks: bool) -> Pulse | None:
    words = {name: lookout.word() for name, lookout in lookouts.items()}
    one = _one(words, {LOST: "its agent's word stands"} if speaks else {})
    return one.pulse if one else None


def test_a_word_is_read_as_it_was_meant_and_nothing_else_is_a_word() -> None:
    word = SightWord(timedelta(hours=3), {LOST: LONG}, {BESIDE: EVERY})

    assert read_sight_word(sight_word_text(word)) == word
    with pytest.raises(Rejected):
        read_sight_word('{"looked": "soon"}')


def _look_at(seconds: float, *, lasting: timedelta = LONG) -> SightWord:
    return SightWord(timedelta(seconds=seconds), {LOST: lasting})


def test_a_word_that_is_told_anew_counts_as_it_is() -> None:
    before, now = {OTHERS[0]: _look_at(100)}, {OTHERS[0]: _look_at(102)}

    hearing = Hearing().after(before, timedelta()).after(now, timedelta(seconds=2))

    assert hearing.counted(now) == now


@pytest.mark.parametrize("times", [(0,), (0, 2), (0, 2, 9), (0, 2, 4, 6, 8.1)])
def test_a_word_that_only_stands_misses_nobody_for_any_time(times: tuple[float, ...]) -> None:
    words = {OTHERS[0]: _look_at(100), OTHERS[1]: WELL}
    hearing = Hearing()
    for at in times:
        hearing = hearing.after(words, timedelta(seconds=at))

    counted = hearing.counted(words)

    assert counted == {OTHERS[0]: _look_at(100, lasting=timedelta()), OTHERS[1]: WELL}


def test_it_counts_for_as_long_as_silence_takes_to_be_death() -> None:
    old, new = {OTHERS[0]: _look_at(98)}, {OTHERS[0]: _look_at(100)}
    hearing = Hearing().after(old, timedelta()).after(new, timedelta(seconds=2))

    for at, counts in ((5, True), (8, True), (8.1, False)):
        hearing = hearing.after(new, timedelta(seconds=at))
        assert (hearing.counted(new) == new) is counts


def test_a_judge_that_stood_still_does_not_know_when_a_word_was_told() -> None:
    first, second, third = ({OTHERS[0]: _look_at(looked)} for looked in (98, 100, 107))
    hearing = Hearing().after(first, timedelta()).after(second, timedelta(seconds=2))

    hearing = hearing.after(third, timedelta(seconds=3) + GAP)

    assert hearing.counted(third) != third


def test_what_was_read_is_judged_by_for_a_moment_only() -> None:
    hearing = Hearing().after({OTHERS[0]: WELL}, timedelta(seconds=10))

    assert hearing.is_current(timedelta(seconds=10) + CURRENT)
    assert not hearing.is_current(timedelta(seconds=10.1) + CURRENT)
    assert not Hearing().is_current(timedelta())


def test_observers_that_are_gone_call_nobody_dead_when_a_quorum_returns() -> None:
    words = {OTHERS[0]: _look_at(100), OTHERS[1]: _look_at(100)}
    hearing = Hearing().after(words, timedelta()).after(words, timedelta(seconds=2))

    assert _one(words) is not None
    one = _one(hearing.counted(words))
    assert one is not None
    assert one.pulse is Pulse.SUSPECTED
