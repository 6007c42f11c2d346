"""What others lived through, played here: nothing that must never happen does, and its story."""

from __future__ import annotations

import pytest

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


def test_a_switch_that_takes_long_is_sent_once() -> None:
    told = list(story(SCENARIOS["six-minutes"].judged().played.history))

    assert sum("started switch-database" in line for line in told) == 1


def test_a_story_in_another_order_or_with_more_in_it_is_another_one() -> None:
    scenario = Scenario("", (), told=("first", "second"), never=("third",))

    assert scenario.deviation(["the first", "and so on", "the second"]) == ""
    assert "second" in scenario.deviation(["the second", "the first"])
    assert scenario.deviation(["first", "third", "second"]) == "told: third"
