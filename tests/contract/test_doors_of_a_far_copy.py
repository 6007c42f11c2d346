"""What recovery may rely on when a copy that follows asynchronously is to lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.runs.ports import Answer
from dr import actions, questions
from dr.actions import ForbidPromotion
from dr.loss_actions import TakeOver
from dr.loss_questions import IsBarred, MayLeadWithout
from tests.contract.reached import RUN, Reached
from tests.contract.rows import ALLOW, CANDIDATE, CLAIM, DATABASE, LEADER, THIRD
from tests.rehearsals import SERVICE

HAD_ALL = (LEADER, CANDIDATE)
TAKE_OVER = TakeOver(DATABASE, HAD_ALL, THIRD, SERVICE, RUN, HAD_ALL)
LED = questions.Leads(DATABASE, THIRD)


def _lost(reached: Reached) -> None:
    """Let all who had every write lose their power."""
    assert reached.do(CLAIM) is Answer.YES
    with reached.holding():
        for host in HAD_ALL:
            reached.truth.around.plant.power_off(host)


def test_a_far_copy_leads_once_it_is_let_and_all_who_had_every_write_are_off(
    reached: Reached,
) -> None:
    _lost(reached)
    assert reached.do(ALLOW) is Answer.YES
    reached.becomes_so(ALLOW)

    assert reached.objections(TAKE_OVER) == []
    assert reached.do(TAKE_OVER) is Answer.YES

    reached.becomes(LED, answer=True)
    assert reached.do(TAKE_OVER) is Answer.YES


def test_a_copy_that_is_barred_does_not_obey(reached: Reached) -> None:
    _lost(reached)

    assert reached.do(TAKE_OVER) is Answer.NONE

    assert reached.eye.ask(LED) is False
    assert "not so: Patroni of ndc03-node may have it lead general-db" in reached.objections(
        TAKE_OVER
    )


def test_it_does_not_lead_where_others_had_every_write_than_was_planned_on(
    reached: Reached,
) -> None:
    _lost(reached)
    assert reached.do(ALLOW) is Answer.YES
    reached.becomes_so(ALLOW)

    assert reached.do(replace(TAKE_OVER, had_all=(LEADER,))) is Answer.NO
    assert reached.do(replace(TAKE_OVER, had_all=())) is Answer.NO

    assert reached.eye.ask(LED) is False


def test_who_led_and_who_was_waited_for_is_known_while_both_are_off(reached: Reached) -> None:
    before = reached.doors.database.last_word(DATABASE)
    _lost(reached)

    after = reached.doors.database.last_word(DATABASE)

    assert after.leader == LEADER
    assert after.waited_for == {CANDIDATE}
    assert after.position is not None
    assert before.position is not None
    assert after.position >= before.position
    assert reached.eye.ask(MayLeadWithout(DATABASE, THIRD, HAD_ALL)) is True


def test_a_copy_says_when_what_it_shows_was_committed(reached: Reached) -> None:
    reached.clock.sleep(timedelta(seconds=1))
    first = reached.doors.database.progress(DATABASE, THIRD).shown_at
    reached.clock.sleep(timedelta(seconds=1))

    then = reached.doors.database.progress(DATABASE, THIRD).shown_at

    assert first is not None
    assert then is not None
    assert then > first
    assert reached.doors.database.progress(DATABASE, LEADER).shown_at is None


def test_a_host_that_was_barred_again_is_not_let_by_an_older_run(reached: Reached) -> None:
    assert reached.do(ForbidPromotion(DATABASE, THIRD), epoch=3) is Answer.YES

    assert reached.do(ALLOW, epoch=2) is Answer.NO

    assert reached.eye.ask(IsBarred(DATABASE, THIRD)) is True


def test_a_copy_that_is_let_is_waited_for_and_may_be_switched_to(reached: Reached) -> None:
    assert reached.do(ALLOW) is Answer.YES

    reached.becomes(questions.IsSynchronous(DATABASE, THIRD), answer=True)

    assert reached.do(actions.NarrowSync(DATABASE, THIRD)) is Answer.YES
