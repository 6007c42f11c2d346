"""How often a controller asks who has power, and what it then believes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from typing_extensions import override

from dr.facts import Supply
from dr.simulation.power import SimulatedPower
from dr.simulation.truth import Truth
from inventory.names import HostName
from inventory.network import Role
from monitors.onhost.controllers_power import PowerLooks
from tests.networks import network

NETWORK = network("tiny")
HERE = NETWORK.hosts_with(Role.MONITOR)[0].name
LOST, OTHER = HostName("ndc03-edge"), HostName("ndc03-node")
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _CountedPower(SimulatedPower):
    asked: list[HostName] = field(default_factory=list)

    @override
    def state(self, host: HostName) -> Supply:
        self.asked.append(host)
        return SimulatedPower.state(self, host)


@dataclass(slots=True)
class Looking:
    truth: Truth = field(default_factory=lambda: Truth.healthy(NETWORK, 0))
    door: _CountedPower = field(init=False)
    looks: PowerLooks = field(init=False)

    def __post_init__(self) -> None:
        self.door = _CountedPower(self.truth)
        self.looks = PowerLooks(HERE, self.door, self.truth.timeline)

    def powerless(self, *missed: HostName) -> frozenset[HostName]:
        return self.looks.powerless(frozenset(missed))


@pytest.fixture
def looking() -> Looking:
    return Looking()


def test_who_is_off_is_powerless_and_who_is_on_is_not(looking: Looking) -> None:
    looking.truth.plant.power_off(LOST)

    assert looking.powerless(LOST, OTHER) == {LOST}


def test_who_was_off_is_asked_about_seldom_and_believed_in_the_end(looking: Looking) -> None:
    looking.truth.plant.power_off(LOST)
    for _ in range(9):
        assert looking.powerless(LOST) == {LOST}
        looking.truth.timeline.sleep(SECOND)
    often = len(looking.door.asked)
    looking.truth.plant.power_on(LOST)

    looking.truth.timeline.sleep(2 * SECOND)

    assert looking.powerless(LOST) == frozenset()
    assert often == 1


def test_who_answers_again_is_asked_about_anew_when_it_is_missed_again(looking: Looking) -> None:
    looking.truth.plant.power_off(LOST)
    looking.powerless(LOST)
    looking.powerless()
    looking.truth.plant.power_on(LOST)

    assert looking.powerless(LOST) == frozenset()


def test_where_one_is_silent_nobody_else_is_asked(looking: Looking) -> None:
    looking.truth.plant.mute_ports |= {LOST, OTHER}
    looking.truth.plant.power_off(LOST)

    assert looking.powerless(LOST, OTHER) == frozenset()

    assert looking.door.asked == [LOST]
    assert "does not answer" in looking.looks.silence


def test_whether_anybody_answers_is_asked_now_and_then(looking: Looking) -> None:
    for _ in range(30):
        looking.looks.attend()
        looking.truth.timeline.sleep(SECOND)

    assert looking.door.asked == [HERE] * 3
    assert looking.looks.silence == ""
