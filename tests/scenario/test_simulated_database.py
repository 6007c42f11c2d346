"""A simulated database does what one under Patroni was seen to do, and is no kinder."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import Rejected
from core.runs.plan import RunName
from dr.hosts.leave import Leave, Permit
from dr.simulation.history import Happened
from dr.simulation.log import Stray
from inventory.names import HostName, SiteName
from inventory.patroni import LEASE
from tests.rehearsals import Rehearsal, rehearsal

LEADER, STANDBY, FAR = HostName("ndc01-data"), HostName("ndc02-data"), HostName("ndc03-data")
A_RUN = RunName("a-run")
SECOND = timedelta(seconds=1)
SEEDS = range(12)


def _told(made: Rehearsal, what: str) -> list[Happened]:
    return [event for event in made.world.truth.history.events if event.what == what]


def _last_timeline_of(made: Rehearsal, host: HostName) -> int:
    return max(event.number for event in _told(made, "acknowledged") if event.host == host)


@pytest.mark.parametrize("seed", SEEDS)
def test_when_its_lease_is_over_the_best_standby_takes_the_place_of_a_dead_leader(
    seed: int,
) -> None:
    made = rehearsal(seed=seed)

    made.world.truth.plant.power_off(LEADER)
    made.world.sleep(LEASE - 3 * SECOND)
    during = made.truth.database.leader
    made.world.sleep(15 * SECOND)

    assert during == LEADER
    assert made.truth.database.leads(STANDBY)
    assert made.citizens.lost == []
    assert timedelta(seconds=17) < made.citizens.gap < timedelta(seconds=30)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_leader_that_is_cut_off_stops_before_another_leads(seed: int) -> None:
    made = rehearsal(seed=seed)
    plant = made.world.truth.plant

    with plant.changing():
        plant.isolated.add(SiteName("ndc01"))
    made.world.sleep(40 * SECOND)

    (stopped,) = _told(made, "stops")
    led = _told(made, "leads")[-1]
    assert (stopped.host, led.host) == (LEADER, STANDBY)
    assert stopped.at < led.at
    assert made.citizens.lost == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_leader_that_stood_still_past_its_lease_writes_no_more(seed: int) -> None:
    made = rehearsal(seed=seed)
    plant = made.world.truth.plant

    plant.freeze(LEADER)
    made.world.sleep(40 * SECOND)
    plant.thaw(LEADER)
    thawed = made.truth.database.believes(LEADER)
    made.world.sleep(10 * SECOND)

    assert not thawed
    assert made.truth.database.leads(STANDBY)
    assert made.citizens.lost == []


def test_a_leader_that_stood_still_for_less_goes_on() -> None:
    made = rehearsal()

    made.world.truth.plant.freeze(LEADER)
    made.world.sleep(5 * SECOND)
    made.world.truth.plant.thaw(LEADER)
    made.world.sleep(40 * SECOND)

    assert made.truth.database.leads(LEADER)
    assert made.truth.database.forks == 0


def test_what_the_leader_wrote_and_no_standby_confirmed_was_not_acknowledged_and_is_kept() -> None:
    made = rehearsal()
    plant, database = made.world.truth.plant, made.truth.database

    with plant.changing():
        plant.isolated.add(SiteName("ndc01"))
    for number in range(3):
        assert not database.insert(f"alone-{number}", LEADER)
    made.world.sleep(60 * SECOND)
    with plant.changing():
        plant.isolated.clear()
    made.world.sleep(200 * SECOND)

    (kept,) = _told(made, "kept")
    (rewound,) = _told(made, "rewound")
    assert {"alone-0", "alone-1", "alone-2"} <= set(kept.detail.split(","))
    assert rewound.detail == kept.detail
    assert kept.at < rewound.at
    assert database.synchronous == {LEADER}
    assert made.citizens.lost == []


def test_without_its_last_copy_it_goes_on_alone_as_declared() -> None:
    made = rehearsal()

    made.world.truth.plant.power_off(STANDBY)
    made.world.sleep(SECOND)
    waiting = made.truth.database.acknowledges
    made.world.sleep(15 * SECOND)

    assert not waiting
    assert made.truth.database.acknowledges
    assert made.truth.database.alone


def test_nobody_takes_the_place_of_a_leader_whose_only_copies_are_asynchronous() -> None:
    made = rehearsal()
    plant = made.world.truth.plant

    plant.power_off(STANDBY)
    plant.power_off(LEADER)
    made.world.sleep(120 * SECOND)

    assert made.truth.database.leader is None
    assert FAR in made.truth.database.alive


def test_without_a_majority_of_votes_nobody_leads_for_long() -> None:
    made = rehearsal()
    truth = made.world.truth

    with truth.plant.changing():
        truth.quorum.lost.update(truth.network.voters[:3])
    made.world.sleep(30 * SECOND)

    assert not truth.quorum.answers
    assert not made.truth.database.acknowledges


def test_a_paused_patroni_replaces_nobody() -> None:
    made = rehearsal()
    made.truth.database.paused = True

    made.world.truth.plant.power_off(LEADER)
    made.world.sleep(60 * SECOND)

    assert made.truth.database.leader is None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_key_that_is_taken_from_a_dead_leader_lets_its_standby_lead_at_once(seed: int) -> None:
    made = rehearsal(seed=seed)

    made.world.truth.plant.power_off(LEADER)
    made.truth.database.take_over(LEADER, STANDBY)
    made.world.sleep(3 * SECOND)

    assert made.truth.database.leads(STANDBY)
    assert made.citizens.lost == []


def test_the_key_is_given_to_nobody_for_whom_commits_did_not_wait() -> None:
    made = rehearsal()
    made.world.truth.plant.power_off(LEADER)

    with pytest.raises(Rejected, match="had every write"):
        made.truth.database.take_over(LEADER, FAR)
    with pytest.raises(Rejected, match="led by"):
        made.truth.database.take_over(FAR, STANDBY)


def test_whose_key_is_taken_while_it_lives_writes_on_until_it_looks_again() -> None:
    made = rehearsal()
    database = made.truth.database
    database.barred.discard(FAR)
    database.synchronous.add(FAR)

    database.take_over(LEADER, STANDBY)
    acknowledged = database.insert("of-the-old-leader", LEADER)
    made.world.sleep(5 * SECOND)

    assert acknowledged, "a third copy confirmed it"
    assert "of-the-old-leader" not in database.log
    assert isinstance(database.strays.get(LEADER), Stray)
    assert not database.believes(LEADER)


def test_a_promotion_that_is_drawn_may_take_minutes_and_mostly_does_not() -> None:
    database = rehearsal().truth.database
    database.promotion = None

    drawn = [database.time_to_promote() for _ in range(200)]

    assert min(drawn) < SECOND
    assert max(drawn) > timedelta(minutes=1)
    assert sum(one < 3 * SECOND for one in drawn) > 80


def test_who_was_barred_a_moment_ago_has_what_commits_waited_for_and_does_not_lead() -> None:
    made = rehearsal()
    database, plant = made.truth.database, made.world.truth.plant
    plant.power_off(STANDBY)
    database.give_leave(FAR, Permit(Leave.ALLOW, 1, A_RUN))
    made.world.sleep(20 * SECOND)
    assert database.synchronous == {FAR}

    database.give_leave(FAR, Permit(Leave.FORBID, 2, A_RUN))
    plant.power_off(LEADER)
    lacked = database.lacks(FAR)
    made.world.sleep(2 * LEASE)

    assert lacked <= 1, "no more than what nobody confirmed"
    assert database.leader is None


def test_what_a_second_fork_leaves_over_is_kept_before_it_is_rewound() -> None:
    made = rehearsal()
    database = made.truth.database
    stray = Stray(1, 2, ["late"], kept=True)
    database.strays[FAR] = stray

    stray.moved_before(1, ["row-2"])
    database.awaited.add(FAR)
    made.world.sleep(timedelta())
    database._rewind(FAR)
    made.world.sleep(timedelta(minutes=5))

    kept, rewound = _told(made, "kept")[-1], _told(made, "rewound")[-1]
    assert kept.detail == rewound.detail == "row-2,late"
    assert kept.at < rewound.at


def test_an_order_that_nobody_obeyed_goes_with_its_claim() -> None:
    made = rehearsal()
    plant, records = made.world.truth.plant, made.world.doors.records
    free = records.claim(made.truth.service.name)
    taken = free.taken(made.plan.id, 1)
    assert taken is not None
    records.swap_claim(made.truth.service.name, free, taken)

    plant.freeze(LEADER)
    made.truth.database.switch(LEADER, STANDBY)
    records.swap_claim(made.truth.service.name, taken, taken.released(made.plan.id))
    plant.thaw(LEADER)
    made.world.sleep(10 * SECOND)

    assert made.truth.database.leads(LEADER)


def test_an_order_given_to_a_leader_that_stands_still_is_obeyed_when_it_goes_on() -> None:
    made = rehearsal()

    made.world.truth.plant.freeze(LEADER)
    made.truth.database.switch(LEADER, STANDBY)
    made.world.sleep(5 * SECOND)
    made.world.truth.plant.thaw(LEADER)
    made.world.sleep(5 * SECOND)

    assert made.truth.database.leads(STANDBY)
    assert _last_timeline_of(made, STANDBY) == 2
