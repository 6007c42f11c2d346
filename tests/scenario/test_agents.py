"""Placement agents beside the runs that move services, in the simulated world."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from core.runs.journal import RunVerdict
from dr.simulation.agents import Agents
from dr.simulation.faults import Fault, Trouble
from inventory.names import HostName
from tests.rehearsals import SERVICE, Rehearsal, rehearsal

QUICK = timedelta(milliseconds=150)
"""so often that looks fall between any two messages of a run"""
HOME, REFUGE = HostName("ndc01-app"), HostName("ndc02-app")
MINUTE = timedelta(minutes=1)


def _watched(seed: int = 0, every: timedelta = QUICK) -> Rehearsal:
    made = rehearsal(seed=seed)
    Agents(made.world, SERVICE, every=every)
    return made


def _always_served(made: Rehearsal) -> bool:
    return all(made.truth.routes)


@pytest.mark.parametrize("seed", range(40))
def test_a_move_goes_as_if_nobody_else_looked(seed: int) -> None:
    made = _watched(seed)

    run = made.carry()
    made.world.sleep(MINUTE)

    assert run.closed is RunVerdict.DONE, run.waits_for()
    assert _always_served(made)
    assert made.truth.announcing == {REFUGE}
    assert made.citizens.lost == []


@pytest.mark.parametrize(
    ("kind", "trouble"),
    list(
        itertools.product(
            ("move-placement", "announce-service", "withdraw-service", "release-workload"),
            [trouble for trouble in Trouble if trouble is not Trouble.REFUSED],
        )
    ),
)
def test_a_bad_message_of_the_run_is_no_worse_with_agents(kind: str, trouble: Trouble) -> None:
    made = _watched()
    made.world.faults.append(Fault(kind, trouble))

    run = made.carry()
    made.world.sleep(MINUTE)

    assert run.closed is RunVerdict.DONE, run.waits_for()
    assert _always_served(made)
    assert made.truth.announcing == {REFUGE}


@pytest.mark.parametrize("trouble", [Trouble.LOST, Trouble.SLOW, Trouble.LATE])
def test_the_old_site_serves_until_the_new_one_does(trouble: Trouble) -> None:
    made = rehearsal()
    Agents(made.world, SERVICE, [HOME], every=QUICK)
    made.world.faults.append(Fault("announce-service", trouble))

    run = made.carry()
    made.world.sleep(MINUTE)

    assert run.closed is RunVerdict.DONE, run.waits_for()
    assert _always_served(made)
    assert made.truth.announcing == {REFUGE}


def test_what_was_left_announced_is_withdrawn_once_no_run_holds_the_service() -> None:
    made = rehearsal()
    made.carry()
    made.truth.announcing.add(HOME)  # it was frozen while it was told to withdraw
    made.truth.epochs[HOME] = 1
    Agents(made.world, SERVICE, every=QUICK)

    made.world.sleep(MINUTE)

    assert made.truth.announcing == {REFUGE}


def test_what_was_left_announced_stays_while_nobody_serves_where_it_is_placed() -> None:
    made = rehearsal()
    made.carry()
    made.truth.announcing.add(HOME)
    made.truth.epochs[HOME] = 1
    Agents(made.world, SERVICE, every=QUICK)
    plant = made.world.truth.plant

    plant.power_off(REFUGE)
    made.world.sleep(MINUTE)
    alone = set(made.truth.announcing)
    plant.power_on(REFUGE)
    made.world.sleep(MINUTE)

    assert alone == {HOME}
    assert made.truth.announcing == {REFUGE}


def test_an_announcement_that_never_arrives_is_made_by_the_agent() -> None:
    made = _watched()
    made.world.faults.append(Fault("announce-service", Trouble.LOST, times=99))

    run = made.carry()

    assert run.closed is RunVerdict.DONE, run.waits_for()
    assert made.truth.announcing == {REFUGE}


@pytest.mark.parametrize("new_disk", [False, True])
def test_a_host_that_was_off_serves_again_by_itself(new_disk: bool) -> None:  # noqa: FBT001 - a column
    made = _watched(every=timedelta(seconds=5))

    made.truth.boot(HOME, new_disk=new_disk)
    made.world.sleep(timedelta(seconds=6))

    assert made.truth.announcing == {HOME}
    assert made.truth.epochs[HOME] == 1


def test_a_host_that_was_off_during_a_move_stays_out_when_it_returns() -> None:
    made = _watched()
    made.carry()

    made.truth.boot(HOME, new_disk=True)
    made.world.sleep(MINUTE)

    assert made.truth.announcing == {REFUGE}
    assert made.truth.epochs[HOME] == 2


def test_five_minutes_without_a_majority_withdraw_nothing() -> None:
    made = _watched()
    made.world.truth.quorum.stopped = True

    made.world.sleep(5 * MINUTE)

    assert made.truth.announcing == {HOME}


def test_a_host_that_boots_without_a_majority_waits_for_one() -> None:
    made = _watched()
    made.world.truth.quorum.stopped = True

    made.truth.boot(HOME)
    made.world.sleep(MINUTE)
    alone = set(made.truth.announcing)
    made.world.truth.quorum.stopped = False
    made.world.sleep(MINUTE)

    assert alone == set()
    assert made.truth.announcing == {HOME}
