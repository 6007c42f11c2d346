"""What others lived through, played here: nothing that must never happen does, and its story."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.runs.plan import StepId
from dr.conditions import Conditions
from dr.planning.moving import Moving
from dr.planning.plan import RecoveryStep
from dr.planning.rules import data, table
from dr.simulation.database import SimulatedDatabase
from inventory.names import HostName
from tests.soak.scenarios import SCENARIOS, Scenario
from tests.soak.story import story


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_others_lived_through_ends_well_here(name: str) -> None:
    scenario = SCENARIOS[name]

    found = scenario.judged()
    told = list(story(found.played.history))

    assert found.violations == ()
    assert scenario.deviation(told) == "", "\n".join(told)
    assert found.played.tally.runs["not served at the end"] == 0


def _leads_past_its_lease(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SimulatedDatabase, "_stop_leading", lambda _self, _holder, _lease: None)


def _believes_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Conditions, "is_in_effect", lambda _self, _action: True)


def _rewinds_at_once(patch: pytest.MonkeyPatch) -> None:
    def rewind(database: SimulatedDatabase, host: HostName) -> None:
        stray = database.strays.pop(host)
        database.awaited.discard(host)
        database.tell("rewound", host, stray.timeline, ",".join(stray.rows))

    patch.setattr(SimulatedDatabase, "_keep", rewind)


def _sends_a_switch_again(patch: pytest.MonkeyPatch) -> None:
    once = Moving._switch

    def often(moving: Moving, drain: StepId) -> RecoveryStep:
        return replace(once(moving, drain), attempts=3, point_of_no_return=False)

    patch.setattr(Moving, "_switch", often)


def _promotes_any_copy(patch: pytest.MonkeyPatch) -> None:
    rule = data.candidate_has_everything
    patch.setattr(table, "RULES", tuple(one for one in table.RULES if one is not rule))


WITHOUT = {
    "ticket-granted-twice": _leads_past_its_lease,
    "half-a-promotion": _believes_all,
    "resync-from-the-wrong-side": _rewinds_at_once,
    "six-minutes": _sends_a_switch_again,
    "received-and-not-replayed": _promotes_any_copy,
}
"""what takes the rule away that each is about"""


@pytest.mark.parametrize("name", SCENARIOS)
def test_it_ends_otherwise_without_the_rule_that_it_is_about(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    WITHOUT[name](monkeypatch)

    found = SCENARIOS[name].judged()

    assert SCENARIOS[name].deviation(list(story(found.played.history))) != ""


def test_a_switch_that_takes_long_is_sent_once() -> None:
    told = list(story(SCENARIOS["six-minutes"].judged().played.history))

    assert sum("started switch-database" in line for line in told) == 1


def test_a_story_in_another_order_or_with_more_in_it_is_another_one() -> None:
    scenario = Scenario("", (), told=("first", "second"), never=("third",))

    assert scenario.deviation(["the first", "and so on", "the second"]) == ""
    assert "second" in scenario.deviation(["the second", "the first"])
    assert scenario.deviation(["first", "third", "second"]) == "told: third"
