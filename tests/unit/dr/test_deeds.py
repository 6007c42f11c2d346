"""What a controller does by itself: which death is proven, and what keeps it from acting."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import Rejected
from core.runs.plan import RunName
from dr.doors import LeaderKey
from dr.facts import Supply
from dr.watch.deeds import (
    Deed,
    Grounds,
    Relocating,
    Vacating,
    deed_text,
    is_proven_dead,
    obstacles,
    read_deed,
)
from dr.watch.judging import OBSERVES
from inventory.initiative import Initiative
from inventory.names import HostName, SiteName
from tests.networks import PORTAL_ALONE, network

NETWORK = network("compact", *PORTAL_ALONE)
(SERVICE,) = NETWORK.services
(DATABASE,) = NETWORK.databases
LEADER, HEIR, FAR = (HostName(f"ndc0{number}-data") for number in (1, 2, 3))
BESIDE, ELSEWHERE = HostName("ndc01-app"), HostName("ndc03-app")
ALL = {host.name for host in NETWORK.hosts}
GROUNDS = Grounds(DATABASE.name, LeaderKey(LEADER, 7), frozenset({HEIR}), None, None)
OFF, ON = Supply(on=False, life="a life"), Supply(on=True, life="a life")
AT = datetime(2030, 5, 17, 5, 0, 0, tzinfo=UTC)
TAKEN = Vacating(DATABASE.name, LEADER, 7, "a life", ELSEWHERE, AT)


def test_a_death_is_proven_by_whoever_switches_its_power_and_somebody_elsewhere() -> None:
    assert is_proven_dead(NETWORK, LEADER, OFF, ELSEWHERE)


@pytest.mark.parametrize(
    ("supply", "observer"), [(ON, ELSEWHERE), (None, ELSEWHERE), (OFF, BESIDE), (OFF, LEADER)]
)
def test_anything_less_is_no_proof(supply: Supply | None, observer: HostName) -> None:
    assert not is_proven_dead(NETWORK, LEADER, supply, observer)


def test_nothing_keeps_a_controller_from_vacating_what_a_copy_of_the_region_can_take() -> None:
    assert list(obstacles(NETWORK, GROUNDS, ALL - {LEADER})) == []


@pytest.mark.parametrize(
    ("grounds", "answering", "word"),
    [
        (replace(GROUNDS, lever="held by an: maintenance"), ALL, "the lever is pulled, held by an"),
        (replace(GROUNDS, run=RunName("move")), ALL, "move is in progress"),
        (GROUNDS, ALL - {HEIR}, "no copy in its region"),
        (replace(GROUNDS, whole=frozenset()), ALL, "no copy in its region"),
        (replace(GROUNDS, whole=frozenset({FAR, LEADER})), ALL, "no copy in its region"),
    ],
)
def test_each_obstacle_is_said(grounds: Grounds, answering: set[HostName], word: str) -> None:
    (why,) = obstacles(NETWORK, grounds, answering)

    assert why.startswith(word)


def test_who_only_observes_says_so() -> None:
    observing = replace(NETWORK, controllers=Initiative.OBSERVE)

    assert list(obstacles(observing, GROUNDS, ALL)) == [OBSERVES]


TOOK = "the key to lead general-db from ndc01-data, seen without power"
SAID: dict[str, Deed] = {
    f"ndc03-app took {TOOK}": TAKEN,
    f"ndc03-app would have taken {TOOK}, but {OBSERVES}": replace(TAKEN, why_not=(OBSERVES,)),
    "ndc03-app moved public-service-portal from ndc01 to ndc02, epoch 5": Relocating(
        SERVICE.name, SiteName("ndc01"), SiteName("ndc02"), 5, ELSEWHERE, AT
    ),
}


@pytest.mark.parametrize("sentence", SAID)
def test_a_deed_is_read_as_it_was_meant_and_told_in_a_sentence(sentence: str) -> None:
    deed = SAID[sentence]

    assert read_deed(deed_text(deed)) == deed
    assert deed.sentence() == f"2030-05-17 05:00:00Z: {sentence}"


@pytest.mark.parametrize("text", ["{}", "[]", "nothing", '{"format": 9}'])
def test_what_is_no_deed_is_refused(text: str) -> None:
    with pytest.raises(Rejected):
        read_deed(text)
