"""A copy that must not be promoted is not, whatever Patroni shows of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dr.planning.request import Move
from dr.planning.rules.table import refusals
from dr.simulation.database import SimulatedDatabase
from inventory.names import HostName, SiteName
from tests.rehearsals import SERVICE, rehearsal

LEADER, CANDIDATE = HostName("ndc01-data"), HostName("ndc02-data")
TO_02 = Move(SERVICE, SiteName("ndc02"))


def _is_a_twin(database: SimulatedDatabase) -> None:
    database.come_back_as_twin(CANDIDATE)


def _stands_still(database: SimulatedDatabase) -> None:
    database.still[CANDIDATE] = 3


def _is_paused(database: SimulatedDatabase) -> None:
    database.paused = True


TROUBLES: dict[str, tuple[Callable[[SimulatedDatabase], None], str]] = {
    "twin": (_is_a_twin, "ndc02-data and ndc01-data have two histories of timeline 1"),
    "still": (_stands_still, "ndc02-data does not replay what it receives of general-db"),
    "paused": (_is_paused, "Patroni of general-db is paused"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_it_is_refused_before_anything_is_touched(trouble: str) -> None:
    make, sentence = TROUBLES[trouble]
    made = rehearsal()
    make(made.truth.database)
    made.world.sleep(made.plan.steps[0].deadline)

    facts = made.world.eye.observe(SERVICE)
    reasons = [refusal.what for refusal in refusals(made.network, facts, TO_02)]

    assert any(reason.startswith(sentence) for reason in reasons), reasons


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_plan_that_was_good_when_it_was_made_stops_before_the_switch(trouble: str) -> None:
    make, _ = TROUBLES[trouble]
    made = rehearsal()
    make(made.truth.database)

    run = made.carry()

    assert made.truth.database.leader == LEADER
    assert not [effect for effect in made.effects if effect.kind == "switch-database"]
    assert not run.past_return
