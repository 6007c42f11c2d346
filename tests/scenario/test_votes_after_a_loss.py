"""A quorum that lost a region is made to bear another loss, or nothing is moved on purpose."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import PlanRefused
from core.runs.journal import RunVerdict
from core.runs.plan import StepId
from core.runs.ports import Answer, Token
from dr.actions import VerifyService
from dr.conditions import Conditions
from dr.facts import Vote
from dr.hands import Hands
from dr.loss_actions import RetireVote
from dr.planning.plan import codec
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.planning.votes import Votes, to_retire, tolerated
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from dr.simulation.quorum import Quorum
from inventory.names import HostName, OperatorName, SiteName
from tests.failovers import RUN, approved, loss, regional
from tests.rehearsals import SERVICE, Rehearsal, rehearsal

REGION = ("ndc01", "ndc02")


def _quorum(made: Rehearsal) -> Quorum:
    return made.world.truth.quorum


def _retired(made: Rehearsal) -> list[RetireVote]:
    return [step.action for step in made.plan.steps if isinstance(step.action, RetireVote)]


@pytest.mark.parametrize(("well", "of", "more"), [(5, 5, 2), (3, 5, 0), (3, 3, 1), (2, 5, -1)])
def test_a_majority_bears_the_loss_of_what_it_does_not_need(well: int, of: int, more: int) -> None:
    assert tolerated(well, of) == more


def _votes(of: int, *ill: int) -> dict[HostName, Vote]:
    return {HostName(f"v{n}"): Vote(str(n), is_well=n not in ill) for n in range(of)}


@pytest.mark.parametrize(
    ("votes", "lost", "retired"),
    [
        (_votes(5), {"v0", "v1"}, {"v0": "0", "v1": "1"}),
        (_votes(5), {"v0"}, {}),
        (_votes(3), {"v0"}, {}),
        (_votes(5, 2), {"v0", "v1"}, {}),
        (None, {"v0"}, {}),
    ],
    ids=["a-region", "one-of-five", "one-of-three", "no-majority", "unseen"],
)
def test_votes_are_taken_out_only_where_that_helps(
    votes: dict[HostName, Vote] | None, lost: set[str], retired: dict[str, str]
) -> None:
    assert to_retire(votes, {HostName(name) for name in lost}) == retired


def test_a_plan_after_a_region_shows_the_quorum_before_and_after() -> None:
    made = regional(*REGION)

    assert made.plan.basis.votes == Votes(3, 5, 2)
    assert (made.plan.basis.votes.tolerated, made.plan.basis.votes.tolerated_then) == (0, 1)
    assert {action.host for action in _retired(made)} <= set(made.plan.basis.lost)
    assert len(_retired(made)) == 2


def test_votes_go_one_after_the_other_once_citizens_are_served() -> None:
    steps = regional(*REGION).plan.steps
    first, second = (step for step in steps if isinstance(step.action, RetireVote))

    (served,) = [step.id for step in steps if isinstance(step.action, VerifyService)]
    assert served in first.needs
    assert second.needs == (first.id,)
    assert {first.id, second.id} <= set(steps[-1].needs)


def test_after_a_region_the_quorum_bears_another_loss() -> None:
    made = regional(*REGION)

    run = approved(made, MemoryJournal(codec(), made.world))
    third = next(iter(_quorum(made).majority()))
    _quorum(made).lost.add(third)

    assert run.closed is RunVerdict.DONE
    assert len(_quorum(made).members) == 3
    assert len(_quorum(made).majority()) == 2


def test_a_vote_that_is_well_again_is_left_alone() -> None:
    made = rehearsal()
    voter = _quorum(made).members[0]
    action = RetireVote(voter, _quorum(made).number(voter), SERVICE, RUN)

    completion = Hands(made.world.doors).attempt(
        action, Token(RUN, StepId("retire"), 2, 1), timedelta(seconds=1)
    )

    assert completion.answer is Answer.YES
    assert voter in _quorum(made).members
    assert Conditions(made.world.eye).is_in_effect(action) is True


@pytest.mark.parametrize("trouble", [t for t in Trouble if t is not Trouble.REFUSED])
def test_one_bad_message_takes_no_other_vote_out(trouble: Trouble) -> None:
    made = regional(*REGION)
    made.world.faults.append(Fault("retire-vote", trouble))
    journal = MemoryJournal(codec(), made.world)

    run = approved(made, journal)
    made.world.sleep(timedelta(seconds=60))
    run = run if run.closed else made.engine(journal).resume()

    assert run.closed is RunVerdict.DONE
    assert _quorum(made).retired == {action.host for action in _retired(made)}


def test_a_late_word_takes_out_nobody_who_votes_anew() -> None:
    made = regional(*REGION)
    action = _retired(made)[0]
    quorum, votes = _quorum(made), made.world.doors.votes
    votes.retire(action.host, action.number)
    quorum.seat(action.host)

    votes.retire(action.host, action.number)

    assert action.host in quorum.members


def test_after_one_site_no_vote_is_taken_out() -> None:
    made = loss("ndc01")

    assert not [s for s in made.plan().steps if isinstance(s.action, RetireVote)]


def test_nothing_is_moved_on_purpose_while_the_quorum_bears_no_loss() -> None:
    made = rehearsal()
    quorum = _quorum(made)
    quorum.lost |= set(quorum.members[:2])
    facts = made.world.eye.observe(SERVICE)
    move, occasion = (
        Move(SERVICE, SiteName("ndc02")),
        Occasion(RUN, made.world.now(), OperatorName("an")),
    )

    with pytest.raises(PlanRefused) as caught:
        plan_switchover(made.network, facts, move, occasion)

    assert caught.value.what == "the quorum tolerates the loss of no other voter"
    assert caught.value.actual == "3 of 5 votes are well"
