"""What recovery may rely on when a host is given up, whichever side of its doors is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import NotSeen
from core.runs.ports import Answer
from dr import questions
from dr.loss_questions import HoldsNoLease, IsFenced, IsGone, IsOff, MayLead
from dr.placement import Placement
from dr.watch.lookout import SightWord
from inventory.names import HostName, SiteName
from tests.contract.reached import RUN, Reached
from tests.contract.rows import CANDIDATE, CLAIM, CUT, DATABASE, LEADER, OBSERVERS, TAKE_OVER, THIRD
from tests.rehearsals import SERVICE

HELD = HoldsNoLease(DATABASE, LEADER)
LED = questions.Leads(DATABASE, CANDIDATE)


def _loses_its_lease(reached: Reached) -> None:
    """Let the leader die, its lease end, and nobody be elected."""
    with reached.holding():
        reached.truth.database.paused = True
        reached.truth.around.plant.power_off(LEADER)
    reached.becomes(HELD, answer=True)


def _ports_fall_silent(reached: Reached) -> None:
    with reached.holding():
        plant = reached.truth.around.plant
        plant.mute_ports.update(plant.hosts)


def test_nothing_is_taken_from_a_leader_that_has_power(reached: Reached) -> None:
    assert reached.do(CLAIM) is Answer.YES

    completion = reached.attempt(TAKE_OVER)

    assert completion.answer is Answer.NO
    assert "ndc01-node has power" in completion.note
    assert reached.eye.ask(HELD) is False
    assert reached.objections(TAKE_OVER) == [
        "not so: ndc01-node cannot write to general-db: no power, or no lease"
    ]


def test_nothing_is_taken_from_a_leader_whose_power_nobody_can_tell(reached: Reached) -> None:
    assert reached.do(CLAIM) is Answer.YES
    _ports_fall_silent(reached)

    assert reached.do(TAKE_OVER) is Answer.NONE

    assert reached.eye.ask(HELD) is False
    assert reached.eye.ask(IsFenced(DATABASE, LEADER)) is None


def test_nothing_is_taken_from_a_leader_that_is_not_given_up(reached: Reached) -> None:
    assert reached.do(CLAIM) is reached.do(CUT) is Answer.YES

    assert reached.do(replace(TAKE_OVER, lost=(THIRD,))) is Answer.NO

    assert reached.eye.ask(HELD) is False


def test_a_leader_that_is_off_holds_its_key_for_as_long_as_its_lease(reached: Reached) -> None:
    assert reached.do(CUT) is Answer.YES

    assert reached.eye.ask(HELD) is False
    assert reached.eye.ask(IsFenced(DATABASE, LEADER)) is True


def test_where_the_lease_has_ended_nobody_is_asked_about_power(reached: Reached) -> None:
    assert reached.do(CLAIM) is Answer.YES
    _loses_its_lease(reached)
    _ports_fall_silent(reached)

    assert reached.eye.ask(IsFenced(DATABASE, LEADER)) is True
    assert reached.eye.ask(MayLead(DATABASE, CANDIDATE)) is True
    assert reached.do(TAKE_OVER) is Answer.YES
    reached.becomes(LED, answer=True)


def test_only_who_commits_waited_for_takes_over(reached: Reached) -> None:
    assert reached.do(CLAIM) is Answer.YES
    _loses_its_lease(reached)

    assert reached.do(replace(TAKE_OVER, candidate=THIRD)) is Answer.NO

    assert reached.eye.ask(MayLead(DATABASE, THIRD)) is False
    assert reached.eye.ask(questions.Leads(DATABASE, THIRD)) is False


def test_a_candidate_that_cannot_obey_leaves_all_in_doubt(reached: Reached) -> None:
    assert reached.do(CLAIM) is reached.do(CUT) is Answer.YES
    with reached.holding():
        reached.truth.database.alive.discard(CANDIDATE)

    assert reached.do(TAKE_OVER) is Answer.NONE

    assert reached.eye.ask(HELD) is True
    assert reached.eye.ask(LED) is None
    assert reached.do(TAKE_OVER) is Answer.NONE


def test_who_came_on_again_is_not_switched_off_in_its_new_life(reached: Reached) -> None:
    former = reached.doors.power.state(LEADER).life
    assert reached.do(CUT) is Answer.YES
    with reached.holding():
        reached.truth.around.plant.power_on(LEADER)

    assert reached.do(replace(CUT, life=former)) is Answer.NO

    assert reached.eye.ask(IsOff(LEADER)) is False


def test_a_power_port_that_is_silent_may_have_obeyed(reached: Reached) -> None:
    life = reached.doors.power.state(LEADER).life
    _ports_fall_silent(reached)

    assert reached.do(replace(CUT, life=life)) is Answer.NONE
    assert reached.eye.ask(IsOff(LEADER)) is None


def test_who_stands_still_has_power_and_answers_nobody(reached: Reached) -> None:
    with reached.holding():
        reached.truth.around.plant.freeze(LEADER)

    assert reached.eye.ask(IsGone(LEADER, OBSERVERS)) is True
    assert reached.eye.ask(IsOff(LEADER)) is False


@pytest.mark.parametrize("silent", OBSERVERS)
def test_an_observer_that_cannot_be_asked_has_seen_nothing(
    reached: Reached, silent: HostName
) -> None:
    with reached.holding():
        reached.truth.around.plant.freeze(LEADER)
        reached.truth.around.plant.dark.add(reached.truth.around.plant.site(silent))

    assert reached.eye.ask(IsGone(LEADER, OBSERVERS)) is None
    assert silent not in reached.eye.look_at([LEADER])[LEADER].answers


def test_what_came_back_is_as_old_as_its_boot(reached: Reached) -> None:
    before = _ages(reached)
    assert reached.do(CUT) is Answer.YES
    off = _ages(reached)
    with reached.holding():
        reached.truth.around.plant.power_on(LEADER)

    on = _ages(reached)

    assert set(off) == {CANDIDATE}
    assert before.keys() == on.keys() == {LEADER, CANDIDATE}
    assert on[LEADER] < min(before.values())
    assert before[CANDIDATE] <= on[CANDIDATE]


def _ages(reached: Reached) -> dict[HostName, timedelta]:
    """Return for how long leader and candidate are up; who cannot say is absent."""
    stays = reached.eye.stays([LEADER, CANDIDATE])
    return {host: stay.up for host, stay in stays.items() if stay.up is not None}


def test_who_answers_without_a_break_is_told_by_each_observer_and_by_no_other(
    reached: Reached,
) -> None:
    first, second = OBSERVERS
    assert reached.doors.sight.steady() == {}
    assert reached.eye.stays([LEADER])[LEADER].answers is None

    reached.says(first, SightWord(timedelta(hours=1), steady={LEADER: timedelta(minutes=9)}))
    of_one = reached.eye.stays([LEADER])[LEADER]
    reached.says(second, SightWord(timedelta(hours=2), steady={LEADER: timedelta(minutes=5)}))
    of_both = reached.eye.stays([LEADER])[LEADER]

    assert (of_one.answers, of_one.witnesses) == (None, (first,))
    assert (of_both.answers, of_both.witnesses) == (timedelta(minutes=5), (first, second))
    assert reached.doors.sight.steady()[first] == {LEADER: timedelta(minutes=9)}


def test_where_no_quorum_answers_nobody_is_known_to_answer_for_any_time(reached: Reached) -> None:
    for observer in OBSERVERS:
        reached.says(observer, SightWord(timedelta(), steady={LEADER: timedelta(hours=1)}))
    reached.go_dark()

    with pytest.raises(NotSeen):
        reached.doors.sight.steady()
    assert reached.eye.stays([LEADER])[LEADER].answers is None


def test_a_failover_is_remembered_by_the_record_that_it_made(reached: Reached) -> None:
    records, rest = reached.doors.records, timedelta(minutes=10)
    before = records.placement(SERVICE)
    assert before is not None
    moved = Placement(SiteName("ndc02"), before.epoch + 1, RUN)
    back = replace(before, epoch=moved.epoch + 1)
    assert reached.eye.observe(SERVICE).failed_over == ()

    records.swap_placement(SERVICE, before, moved, rest)
    after = reached.eye.observe(SERVICE)
    records.swap_placement(SERVICE, moved, back)
    later = reached.eye.observe(SERVICE)

    assert (after.failed_over, after.placement) == ((moved,), moved)
    assert (later.failed_over, later.placement) == ((moved,), back)
    reached.go_dark()
    assert reached.eye.observe(SERVICE).failed_over is None
