"""Who is dead, where whoever switches its power says that it has none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from dr.watch.lookout import SightWord
from dr.watch.watching import SILENT, Pulse, suspects
from inventory.names import HostName
from inventory.network import Role
from tests.networks import network

NETWORK = network("compact")
LOST, BESIDE = HostName("ndc01-data"), HostName("ndc01-app")
"""BESIDE: the observer at its site"""
ELSEWHERE = next(h.name for h in NETWORK.hosts_with(Role.MONITOR) if h.name != BESIDE)
WELL = SightWord(timedelta(hours=1))


def _misses(*hosts: HostName, lasting: timedelta = SILENT) -> SightWord:
    return SightWord(timedelta(hours=1), dict.fromkeys(hosts, lasting))


@pytest.mark.parametrize(
    ("words", "pulse"),
    [
        ({ELSEWHERE: _misses(LOST, lasting=timedelta())}, Pulse.DEAD),
        ({ELSEWHERE: _misses(LOST), BESIDE: WELL}, Pulse.SUSPECTED),
        ({BESIDE: _misses(LOST)}, Pulse.SUSPECTED),
        ({ELSEWHERE: WELL}, None),
    ],
)
def test_whoever_switches_its_power_is_one_of_the_two_who_must_agree(
    words: Mapping[HostName, SightWord], pulse: Pulse | None
) -> None:
    found = suspects(NETWORK, words, {LOST: "it leads general-db"}, {LOST})

    assert next((one.pulse for one in found if one.host == LOST), None) is pulse
    assert all(one.powerless for one in found)


def test_what_a_host_without_power_said_before_counts_for_nothing() -> None:
    words = {BESIDE: WELL, ELSEWHERE: _misses(LOST, BESIDE)}

    dead = [one.host for one in suspects(NETWORK, words, {}, {LOST, BESIDE})]

    assert dead == [host.name for host in NETWORK.hosts if host.name in {LOST, BESIDE}]
