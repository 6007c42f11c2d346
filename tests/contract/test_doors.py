"""What recovery may rely on, whichever side of its doors is open: every verb, every question."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from core.errors import Rejected
from core.runs.plan import StepId
from core.runs.ports import Answer, Token
from dr import actions, questions
from dr.actions import Action
from dr.doors import SwitchOrder
from dr.hosts.epochs import Act
from dr.questions import Question
from tests.contract.reached import BOUND, EPOCH, RUN, Reached
from tests.contract.rows import (
    ANNOUNCE,
    APP,
    CANDIDATE,
    CLAIM,
    COMPARE,
    DATABASE,
    LEADER,
    OTHER,
    OTHER_APP,
    ROWS,
    SO_ALREADY,
    SWITCH,
    WAITS,
)
from tests.contract.statements import STATEMENTS, arranged, behind
from tests.rehearsals import SERVICE


@pytest.mark.parametrize("verb", get_args(Action), ids=lambda verb: verb.__name__)
def test_a_verb_makes_its_one_thing_true(verb: type, reached: Reached) -> None:
    before, action, _ = ROWS[verb]
    for earlier in before:
        assert reached.do(earlier) is Answer.YES
        reached.becomes_so(earlier)

    already = reached.is_so(action) if verb not in SO_ALREADY else None
    completion = reached.attempt(action)

    assert already is not True
    assert completion.answer is Answer.YES, completion.note
    reached.becomes_so(action)


@pytest.mark.parametrize("verb", get_args(Action), ids=lambda verb: verb.__name__)
def test_a_verb_may_be_sent_again(verb: type, reached: Reached) -> None:
    before, action, _ = ROWS[verb]
    for earlier in (*before, action):
        assert reached.do(earlier) is Answer.YES
        reached.becomes_so(earlier)

    again = reached.do(action)

    assert again is Answer.YES or verb is actions.SwitchDatabase
    assert reached.is_so(action)


@pytest.mark.parametrize("verb", get_args(Action), ids=lambda verb: verb.__name__)
def test_a_verb_whose_time_is_over_changes_nothing(verb: type, reached: Reached) -> None:
    before, action, refused = ROWS[verb]
    for earlier in (*before, action):
        assert reached.do(earlier) is Answer.YES
        reached.becomes_so(earlier)

    answers = [reached.do(other) for other in refused]

    assert set(answers) <= {Answer.NO}
    assert reached.is_so(action)


@pytest.mark.parametrize("verb", get_args(Action), ids=lambda verb: verb.__name__)
def test_nobody_who_cannot_be_asked_is_taken_to_have_obeyed(verb: type, reached: Reached) -> None:
    _, action, _ = ROWS[verb]
    reached.go_dark()

    answer = reached.do(action)

    assert answer is (Answer.YES if verb in WAITS else Answer.NONE)
    assert reached.is_so(action) is None
    assert not reached.objections(action) or all(
        objection.startswith("cannot be seen") for objection in reached.objections(action)
    )


@pytest.mark.parametrize("kind", get_args(Question), ids=lambda kind: kind.__name__)
def test_a_question_is_answered_by_what_is_so(kind: type, reached: Reached) -> None:
    question = reached.of_now(STATEMENTS[kind][0])
    arranged(reached, question, so=True)

    reached.becomes(question, answer=True)


@pytest.mark.parametrize("kind", get_args(Question), ids=lambda kind: kind.__name__)
def test_a_question_is_denied_by_what_is_not_so(kind: type, reached: Reached) -> None:
    _, question = STATEMENTS[kind]
    arranged(reached, question, so=False)

    reached.becomes(question, answer=False)


@pytest.mark.parametrize("kind", get_args(Question), ids=lambda kind: kind.__name__)
def test_a_question_that_nobody_answers_is_not_answered(kind: type, reached: Reached) -> None:
    question, denied = STATEMENTS[kind]
    reached.go_dark()

    assert reached.eye.ask(question) is None
    assert reached.eye.ask(denied) is None


def test_a_host_refuses_an_epoch_that_is_over(reached: Reached) -> None:
    assert reached.do(ANNOUNCE, epoch=3) is Answer.YES

    late = actions.WithdrawService(SERVICE, OTHER_APP, 2, (APP,))

    assert reached.do(late, epoch=2) is Answer.NO
    assert reached.eye.ask(questions.IsWithdrawn(SERVICE, OTHER_APP)) is False


def test_a_withdrawal_that_comes_too_late_is_refused(reached: Reached) -> None:
    assert reached.do(ANNOUNCE) is Answer.YES
    guard, token = reached.doors.guard, Token(RUN, StepId("step"), EPOCH, 2)

    with pytest.raises(Rejected):
        guard.act(Act.WITHDRAW, SERVICE, OTHER_APP, token, timedelta())
    after = guard.look(SERVICE, OTHER_APP)
    guard.act(Act.WITHDRAW, SERVICE, OTHER_APP, token, BOUND)

    assert after.announces
    assert not guard.look(SERVICE, OTHER_APP).announces


def test_a_torn_log_is_refused_and_never_in_doubt(reached: Reached) -> None:
    behind(reached, CANDIDATE, 3)
    assert reached.do(CLAIM) is reached.do(SWITCH) is Answer.YES
    reached.becomes_so(SWITCH)

    completion = reached.attempt(COMPARE)

    assert completion.answer is Answer.NO
    assert "wrote what ndc02-node does not have" in completion.note


def test_the_probe_counts_what_was_written_while_it_is_asked_about(reached: Reached) -> None:
    since = reached.doors.probe.now(SERVICE)
    reached.clock.sleep(timedelta(seconds=1))

    until = reached.doors.probe.now(SERVICE)
    measure = reached.doors.probe.testimony(SERVICE, since, until).measure

    assert 5 < measure.acknowledged < 25
    assert (measure.lost, measure.duplicated, measure.refused) == (0, 0, 0)


def test_every_verb_and_every_question_has_its_row() -> None:
    assert set(ROWS) == set(get_args(Action))
    assert set(STATEMENTS) == set(get_args(Question))


def test_an_order_to_switch_is_not_given_under_a_claim_that_is_over(reached: Reached) -> None:
    assert reached.do(CLAIM) is Answer.YES
    over = reached.doors.records.claim(SERVICE)
    assert reached.do(actions.ReleaseWorkload(SERVICE, RUN)) is Answer.YES
    assert reached.do(actions.ClaimWorkload(SERVICE, OTHER, 2)) is Answer.YES

    with pytest.raises(Rejected):
        reached.doors.database.switch(SwitchOrder(DATABASE, LEADER, CANDIDATE, SERVICE, over))

    assert reached.eye.ask(questions.Leads(DATABASE, LEADER)) is True
