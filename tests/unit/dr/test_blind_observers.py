"""Observers that are blind: their words call nobody dead, and some keep others alive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from dr.watch.lookout import SightWord
from dr.watch.watching import SILENT, Pulse, Suspect, blind, suspects
from inventory.names import HostName
from inventory.network import Role
from tests.networks import network

NETWORK = network("compact")
HOSTS = [host.name for host in NETWORK.hosts]
OBSERVERS = [host.name for host in NETWORK.hosts_with(Role.MONITOR)]
LOST = HostName("ndc01-data")
OTHERS = [name for name in OBSERVERS if name != "ndc01-app"]
SHORT = SILENT - timedelta(seconds=1)


def _misses(*hosts: HostName) -> SightWord:
    return SightWord(timedelta(hours=1), dict.fromkeys(hosts, SILENT))


def _lost_one(words: Mapping[HostName, SightWord]) -> Suspect:
    (found,) = (one for one in suspects(NETWORK, words, {}) if one.host == LOST)
    return found


@pytest.mark.parametrize("useless", [_misses(OTHERS[0], LOST), _misses(OTHERS[0])])
def test_who_does_not_see_itself_neither_kills_nor_saves(useless: SightWord) -> None:
    without_it = {OTHERS[1]: _misses(LOST), OTHERS[2]: _misses(LOST)}
    words = {**without_it, OTHERS[0]: useless}

    assert blind(NETWORK, words).keys() == {OTHERS[0]}
    assert suspects(NETWORK, words, {}) == suspects(NETWORK, without_it, {})


def _cut_off(*, sees: HostName) -> SightWord:
    """Return the word of one that misses all hosts but itself and ``sees``."""
    return _misses(*[host for host in HOSTS if host not in {OTHERS[0], sees}])


def test_who_misses_more_than_half_kills_nobody() -> None:
    words = {OTHERS[0]: _cut_off(sees=OTHERS[0]), OTHERS[1]: _misses(LOST)}

    one = _lost_one(words)

    assert blind(NETWORK, words).keys() == {OTHERS[0]}
    assert (one.pulse, one.by) == (Pulse.SUSPECTED, (OTHERS[1],))


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (_cut_off(sees=LOST), f"it answers {OTHERS[0]}"),
        (
            replace(_cut_off(sees=LOST), silent={**_cut_off(sees=LOST).silent, LOST: SHORT}),
            f"{OTHERS[0]} misses it for 5 s only",
        ),
    ],
    ids=["now", "a moment ago"],
)
def test_who_misses_more_than_half_keeps_alive_whom_it_saw(word: SightWord, why: str) -> None:
    against = dict.fromkeys(OTHERS[1:], _misses(LOST))

    one = _lost_one({**against, OTHERS[0]: word})

    assert blind(NETWORK, {OTHERS[0]: word}).keys() == {OTHERS[0]}
    assert (one.pulse, one.why) == (Pulse.SUSPECTED, why)


def test_when_every_observer_is_cut_off_nobody_is_dead() -> None:
    cut_off = {
        name: SightWord(timedelta(), {host: SILENT for host in HOSTS if host != name})
        for name in OBSERVERS
    }

    missed = suspects(NETWORK, cut_off, {})

    assert {one.pulse for one in missed} == {Pulse.SUSPECTED}
    assert {one.host for one in missed} == {*HOSTS} - {*OBSERVERS}
    assert blind(NETWORK, cut_off).keys() == {*OBSERVERS}
