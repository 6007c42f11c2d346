"""What is seen of a service, whichever side of recovery's doors is open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import wait_until
from core.runs.ports import Answer
from dr import questions
from dr.facts import Facts
from tests.contract.reached import Reached
from tests.contract.rows import (
    APP,
    CANDIDATE,
    COMPARE,
    DATABASE,
    HOME,
    LEADER,
    OTHER_APP,
    THIRD,
)
from tests.rehearsals import SERVICE


def test_who_holds_the_leader_key_and_still_recovers_does_not_lead(reached: Reached) -> None:
    reached.becomes(questions.Leads(DATABASE, LEADER), answer=True)

    with reached.holding():
        reached.truth.database.recovering.add(LEADER)

    assert reached.eye.ask(questions.Leads(DATABASE, LEADER)) is False


@pytest.mark.parametrize("later", [0, 5])
def test_a_history_of_its_own_is_told_from_the_leaders(reached: Reached, later: int) -> None:
    with reached.holding():
        database = reached.truth.database
        database.come_back_as_twin(THIRD)
        database.log += [f"row-{number}" for number in range(later)]

    facts = wait_until(
        reached.clock, lambda: _with_seams(reached), what="a seam", bound=timedelta(seconds=20)
    )

    assert facts.members[THIRD].streams
    assert facts.members[THIRD].lag_bytes == 0
    assert THIRD not in facts.progress[LEADER].sends_to
    assert {host: seam.holds for host, seam in facts.seams.items()} == {THIRD: False}


def _with_seams(reached: Reached) -> Facts | None:
    """Return what is seen, unless the leader wrote just as much as the copy has."""
    facts = reached.eye.observe(SERVICE)
    return facts if facts.seams else None


def test_a_service_is_observed_whole(reached: Reached) -> None:
    reached.becomes(questions.Serves(SERVICE, HOME), answer=True)

    facts = reached.eye.observe(SERVICE)

    assert facts.placement is not None
    assert (facts.placement.site, facts.placement.epoch) == (HOME, 1)
    assert facts.claim is not None
    assert facts.claim.run is None
    assert facts.leader == LEADER
    assert facts.synchronous == frozenset({CANDIDATE})
    assert facts.reachable == {"ndc01", "ndc02", "ndc03"}
    assert facts.answering == {APP, OTHER_APP, THIRD}
    assert facts.paused is False
    assert facts.progress[LEADER].sends_to == {CANDIDATE, THIRD}
    assert facts.progress[CANDIDATE].unreplayed == 0
    assert facts.seams == {}


def test_nothing_is_made_up_about_a_network_that_nobody_sees(reached: Reached) -> None:
    reached.go_dark()

    facts = reached.eye.observe(SERVICE)

    assert (facts.placement, facts.claim, facts.synchronous, facts.leader) == (None,) * 4
    assert facts.paused is None
    assert (*facts.progress, *facts.seams) == ()
    assert (*facts.members, *facts.reachable, *facts.answering) == ()


def test_what_cannot_be_compared_yet_is_no_refusal_and_says_why(reached: Reached) -> None:
    completion = reached.attempt(COMPARE)

    assert completion.answer is not Answer.NO
    assert completion.note
    assert reached.is_so(COMPARE) is None
