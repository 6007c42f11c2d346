"""What recovery may rely on, whichever side of its doors is open: every verb, every question."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, get_args

import pytest

from core.errors import Rejected
from core.runs.plan import RunName
from core.runs.ports import Answer
from dr import actions, questions
from dr.actions import Action
from dr.doors import SwitchOrder
from dr.questions import Question
from dr.simulation.database import SimulatedDatabase
from inventory.names import DatabaseName, HostName, SiteName
from tests.contract.reached import RUN, Reached
from tests.rehearsals import SERVICE

HOME, REFUGE = SiteName("ndc01"), SiteName("ndc02")
DATABASE = DatabaseName("general-db")
LEADER, CANDIDATE, THIRD = HostName("ndc01-node"), HostName("ndc02-node"), HostName("ndc03-node")
APP, OTHER_APP = LEADER, CANDIDATE
OTHER = RunName("20300101-000001-other")

CLAIM = actions.ClaimWorkload(SERVICE, RUN, 1)
SWITCH = actions.SwitchDatabase(DATABASE, LEADER, CANDIDATE, SERVICE, RUN)
MOVE = actions.MovePlacement(SERVICE, HOME, REFUGE, 2, RUN)
ANNOUNCE = actions.AnnounceService(SERVICE, OTHER_APP, 2)
COMPARE = actions.CompareLogs(DATABASE, LEADER, CANDIDATE)

ROWS: Final[dict[type, tuple[tuple[Action, ...], Action, tuple[Action, ...]]]] = {
    actions.ClaimWorkload: ((), CLAIM, (actions.ClaimWorkload(SERVICE, OTHER, 1),)),
    actions.ReleaseWorkload: ((CLAIM,), actions.ReleaseWorkload(SERVICE, RUN), ()),
    actions.NarrowSync: (
        (),
        actions.NarrowSync(DATABASE, CANDIDATE),
        (actions.NarrowSync(DATABASE, THIRD),),
    ),
    actions.SwitchDatabase: (
        (CLAIM,),
        SWITCH,
        (
            actions.SwitchDatabase(DATABASE, CANDIDATE, LEADER, SERVICE, OTHER),
            actions.SwitchDatabase(DATABASE, THIRD, LEADER, SERVICE, RUN),
        ),
    ),
    actions.WriteCanary: ((), actions.WriteCanary(SERVICE, OTHER_APP, "canary-of-a-run"), ()),
    actions.MovePlacement: (
        (),
        MOVE,
        (
            actions.MovePlacement(SERVICE, HOME, REFUGE, 3, RUN),
            actions.MovePlacement(SERVICE, HOME, SiteName("ndc03"), 2, OTHER),
        ),
    ),
    actions.AnnounceService: ((), ANNOUNCE, ()),
    actions.WithdrawService: (
        (ANNOUNCE,),
        actions.WithdrawService(SERVICE, APP, 2, (OTHER_APP,)),
        (),
    ),
    actions.CompareLogs: ((CLAIM, SWITCH), COMPARE, ()),
    actions.VerifyService: ((), actions.VerifyService(SERVICE, DATABASE, HOME), ()),
}
"""of each verb: what must have been done before, one that is obeyed, and some that are refused
afterwards
"""

SO_ALREADY = {actions.NarrowSync, actions.VerifyService, actions.CompareLogs}
"""that touch nothing"""

STATEMENTS: Final[dict[type, tuple[Question, Question]]] = {
    questions.IsFree: (questions.IsFree(SERVICE), questions.IsFree(SERVICE)),
    questions.IsHeldBy: (questions.IsHeldBy(SERVICE, RUN), questions.IsHeldBy(SERVICE, OTHER)),
    questions.IsNotHeldBy: (
        questions.IsNotHeldBy(SERVICE, OTHER),
        questions.IsNotHeldBy(SERVICE, RUN),
    ),
    questions.Leads: (
        questions.Leads(DATABASE, LEADER),
        questions.Leads(DATABASE, CANDIDATE),
    ),
    questions.IsLedAt: (
        questions.IsLedAt(DATABASE, HOME),
        questions.IsLedAt(DATABASE, REFUGE),
    ),
    questions.IsSynchronous: (
        questions.IsSynchronous(DATABASE, CANDIDATE),
        questions.IsSynchronous(DATABASE, THIRD),
    ),
    questions.LagsAtMost: (
        questions.LagsAtMost(DATABASE, CANDIDATE, 0),
        questions.LagsAtMost(DATABASE, THIRD, 0),
    ),
    questions.Hears: (
        questions.Hears(DATABASE, CANDIDATE, LEADER),
        questions.Hears(DATABASE, THIRD, LEADER),
    ),
    questions.HasReplayed: (
        questions.HasReplayed(DATABASE, CANDIDATE),
        questions.HasReplayed(DATABASE, THIRD),
    ),
    questions.IsNotPaused: (questions.IsNotPaused(DATABASE), questions.IsNotPaused(DATABASE)),
    questions.IsProtected: (questions.IsProtected(DATABASE), questions.IsProtected(DATABASE)),
    questions.HasAll: (
        questions.HasAll(DATABASE, CANDIDATE, LEADER),
        questions.HasAll(DATABASE, CANDIDATE, LEADER),
    ),
    questions.IsPlaced: (
        questions.IsPlaced(SERVICE, HOME, 1),
        questions.IsPlaced(SERVICE, REFUGE, 2),
    ),
    questions.CanaryIsKept: (
        questions.CanaryIsKept(SERVICE, APP, "there"),
        questions.CanaryIsKept(SERVICE, APP, "not-there"),
    ),
    questions.IsAnnounced: (
        questions.IsAnnounced(SERVICE, APP, 1),
        questions.IsAnnounced(SERVICE, OTHER_APP, 1),
    ),
    questions.IsWithdrawn: (
        questions.IsWithdrawn(SERVICE, OTHER_APP),
        questions.IsWithdrawn(SERVICE, APP),
    ),
    questions.Serves: (
        questions.Serves(SERVICE, HOME),
        questions.Serves(SERVICE, REFUGE),
    ),
}
"""of each question: a statement that ``_arranged`` makes so, and one that it makes not so"""


def _arranged(reached: Reached, question: Question, *, so: bool) -> None:
    """Make ``question`` be answered by ``so``, where a healthy network does not."""
    match question:
        case questions.IsFree():
            if not so:
                assert reached.do(CLAIM) is Answer.YES
        case questions.IsHeldBy() | questions.IsNotHeldBy():
            assert reached.do(CLAIM) is Answer.YES
        case questions.CanaryIsKept():
            assert reached.do(actions.WriteCanary(SERVICE, APP, "there")) is Answer.YES
        case questions.HasAll():
            _behind(reached, CANDIDATE, 0 if so else 3)
            assert reached.do(CLAIM) is reached.do(SWITCH) is Answer.YES
            reached.becomes(questions.Leads(DATABASE, CANDIDATE), answer=True)
        case questions.LagsAtMost():
            _behind(reached, THIRD, 7)
        case _:
            with reached.holding():
                _made(reached.truth.database, question, so=so)


def _made(database: SimulatedDatabase, question: Question, *, so: bool) -> None:
    match question:
        case questions.Hears():
            database.come_back_as_twin(THIRD)
        case questions.HasReplayed():
            database.still[THIRD] = 0
        case questions.IsNotPaused():
            database.paused = not so
        case questions.IsProtected() if not so:
            database.synchronous.clear()
        case _:
            pass


def _behind(reached: Reached, host: HostName, rows: int) -> None:
    with reached.holding():
        reached.truth.database.missing[host] = rows


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

    assert answer is (Answer.YES if verb is actions.VerifyService else Answer.NONE)
    assert reached.is_so(action) is None
    assert not reached.objections(action) or all(
        objection.startswith("cannot be seen") for objection in reached.objections(action)
    )


@pytest.mark.parametrize("kind", get_args(Question), ids=lambda kind: kind.__name__)
def test_a_question_is_answered_by_what_is_so(kind: type, reached: Reached) -> None:
    question, _ = STATEMENTS[kind]
    _arranged(reached, question, so=True)

    reached.becomes(question, answer=True)


@pytest.mark.parametrize("kind", get_args(Question), ids=lambda kind: kind.__name__)
def test_a_question_is_denied_by_what_is_not_so(kind: type, reached: Reached) -> None:
    _, question = STATEMENTS[kind]
    _arranged(reached, question, so=False)

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


def test_a_torn_log_is_refused_and_never_in_doubt(reached: Reached) -> None:
    _behind(reached, CANDIDATE, 3)
    assert reached.do(CLAIM) is reached.do(SWITCH) is Answer.YES
    reached.becomes_so(SWITCH)

    completion = reached.attempt(COMPARE)

    assert completion.answer is Answer.NO
    assert "wrote what ndc02-node does not have" in completion.note


def test_the_probe_counts_what_was_written_while_it_is_asked_about(reached: Reached) -> None:
    since = reached.doors.probe.now(SERVICE)
    reached.clock.sleep(timedelta(seconds=1))

    measure = reached.doors.probe.measure(SERVICE, since, reached.doors.probe.now(SERVICE))

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
