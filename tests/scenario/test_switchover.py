"""A planned move in the simulated world, with everything that may go wrong between two messages."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from core.runs.journal import Request, RunVerdict, Wish
from core.runs.machine import StepState
from core.runs.plan import RunName, StepId
from core.runs.ports import Token
from dr.conditions import Conditions
from dr.hosts.leave import Leave, Permit
from dr.placement import Claim, Placement
from dr.planning.plan import RecoveryRun, codec
from dr.planning.request import Move
from dr.planning.rules.table import refusals
from dr.reporting.ending import Ending, Outcome
from dr.reporting.report import Noticed, report
from dr.simulation.faults import Fault, Trouble
from dr.simulation.journal import MemoryJournal
from dr.simulation.truth import Served
from dr.simulation.world import rehearsed
from inventory.names import HostName, ServiceName, SiteName
from tests.networks import PORTAL_ALONE, SHARED_DATABASE, network
from tests.rehearsals import KINDS, RUN, SERVICE, Rehearsal, rehearsal
from tests.unit.core.runs.small import Wishes

GONE = ("withdraw-ndc01-app", "compare")
"""what nobody can see of a site that is gone"""
LEADER, CANDIDATE = HostName("ndc01-data"), HostName("ndc02-data")
FAR = HostName("ndc03-data")
SO_ALREADY = frozenset({"narrow-sync", "compare-logs", "verify-service", "await-copy"})
"""what is so already is no failure, whoever says no"""
SURVIVABLE = tuple(trouble for trouble in Trouble if trouble is not Trouble.REFUSED)


def _safe(made: Rehearsal) -> None:
    """Check what must never happen, from what the world remembers."""
    citizens = made.citizens
    epochs = [placed.epoch for placed in made.truth.placements]
    assert citizens.lost == []
    assert all(made.truth.routes), "the last serving host was taken away"
    assert epochs == list(range(1, len(epochs) + 1))
    assert made.truth.database.forks <= 1
    assert len(made.effects) == len(set(made.effects)), "something was done twice"


def test_nothing_is_lost_and_the_gap_is_the_databases_own() -> None:
    made = rehearsal()

    run = made.carry()

    assert run.closed is RunVerdict.DONE
    assert made.citizens.gap <= timedelta(seconds=3.8)
    _safe(made)


def test_a_candidate_need_not_be_the_only_synchronous_standby() -> None:
    made = rehearsal()
    made.truth.database.synchronous.add(HostName("ndc03-data"))

    run = made.carry()

    assert run.closed is RunVerdict.DONE
    _safe(made)


@pytest.mark.parametrize("seconds", [0.2, 20, 26, 40, 90, 180])
def test_however_long_a_promotion_takes_nobody_calls_it_undone(seconds: float) -> None:
    made = rehearsal()
    journal = MemoryJournal(codec(), made.world)
    made.truth.database.promotion = timedelta(seconds=seconds)

    run = made.carry(journal)
    may_turn_back = not run.past_return
    made.world.sleep(timedelta(minutes=4))
    resumed = made.engine(journal).resume()

    assert not may_turn_back
    assert run.states[StepId("promote")] is not StepState.FAILED
    assert resumed.closed is RunVerdict.DONE, resumed.waits_for()
    _safe(made)


def test_moving_the_address_costs_the_citizens_nothing() -> None:
    made = rehearsal()
    made.carry()

    assert [sorted(hosts) for hosts in dict.fromkeys(made.truth.routes)] == [
        ["ndc01-app"],
        ["ndc01-app", "ndc02-app"],
        ["ndc02-app"],
    ]


@pytest.mark.parametrize(("kind", "trouble"), [*itertools.product(KINDS, SURVIVABLE)])
def test_one_bad_message_changes_nothing_for_the_citizens(kind: str, trouble: Trouble) -> None:
    made = rehearsal()
    made.world.faults.append(Fault(kind, trouble))

    journal = MemoryJournal(codec(), made.world)
    run = made.carry(journal)
    made.world.sleep(timedelta(seconds=60))
    if kind == "switch-database" and run.steps_in(StepState.IN_DOUBT):
        # sent once: only a person may have it sent again
        run = made.engine(journal).resume()
    made.world.sleep(timedelta(seconds=60))

    assert run.closed is RunVerdict.DONE, run.waits_for()
    _safe(made)


@pytest.mark.parametrize("kind", KINDS)
def test_a_target_that_says_no_stops_the_run_where_it_stands(kind: str) -> None:
    made = rehearsal()
    made.world.faults.append(Fault(kind, Trouble.REFUSED))

    run = made.carry()

    assert run.closed is RunVerdict.DONE if kind in SO_ALREADY else _held(run)
    _safe(made)


def _held(run: RecoveryRun) -> bool:
    failed = [name for name, state in run.states.items() if state is StepState.FAILED]
    return run.verdict is RunVerdict.HELD and len(failed) == 1


@pytest.mark.parametrize("seed", range(60))
def test_many_bad_messages_end_well_or_are_held_and_are_always_safe(seed: int) -> None:
    made = rehearsal(seed=seed)
    dice = made.world.random
    made.world.faults += [
        Fault(dice.choice(KINDS), dice.choice([*Trouble]), dice.randint(1, 4)) for _ in range(5)
    ]

    run = made.carry()
    made.world.sleep(timedelta(seconds=60))

    assert run.verdict in {RunVerdict.DONE, RunVerdict.HELD} or run.steps_in(StepState.IN_DOUBT)
    _safe(made)


def test_the_leader_that_dies_before_the_switch_refuses_it() -> None:
    made = rehearsal()
    made.world.truth.plant.power_off(HostName("ndc01-data"))

    run = made.carry()

    assert run.states[StepId("promote")] in {StepState.PENDING, StepState.FAILED}
    assert not [a for a in made.effects if a.kind == "switch-database"]


def test_a_candidate_that_falls_behind_after_planning_is_not_promoted() -> None:
    made = rehearsal()
    made.truth.database.missing = dict.fromkeys(made.truth.database.synchronous, 500)

    run = made.carry()

    assert run.states[StepId("promote")] is StepState.FAILED
    assert "at most 1000000 bytes behind" in run.notes[StepId("promote")]
    assert made.truth.database.forks == 0


def test_a_candidate_whose_lag_cannot_be_seen_is_not_promoted() -> None:
    made = rehearsal()
    made.world.timeline.at(
        timedelta(milliseconds=10), lambda: made.truth.database.alive.discard(_candidate(made))
    )

    run = made.carry()

    assert run.states[StepId("promote")] is not StepState.DONE
    assert made.truth.database.forks == 0


def test_a_switch_that_tears_the_log_is_never_done_though_the_service_goes_on() -> None:
    made = rehearsal()
    journal = MemoryJournal(codec(), made.world)
    made.truth.database.missing = dict.fromkeys((CANDIDATE, FAR), 3)

    run = made.carry(journal)

    assert run.verdict is RunVerdict.HELD
    assert run.states[StepId("compare")] is StepState.FAILED
    (reason,) = run.waits_for()
    assert reason.startswith("compare is failed: ndc01-data wrote what ndc02-data does not have")
    assert made.truth.announcing == {HostName("ndc02-app")}
    assert (
        report(journal.records(), [Noticed(made.truth.service, None, Ending())]).outcome
        is Outcome.LOSS
    )


def test_a_former_leader_whose_end_nobody_can_tell_leaves_the_run_open() -> None:
    made = rehearsal()
    made.world.timeline.at(timedelta(seconds=4.3), made.truth.database.successions.clear)

    run = made.carry()

    assert run.states[StepId("compare")] is StepState.IN_DOUBT
    assert run.states[StepId("verify")] is StepState.DONE
    assert run.closed is None


def test_without_a_quorum_nothing_is_moved() -> None:
    made = rehearsal()
    made.world.truth.quorum.stopped = True

    run = made.carry()

    assert run.states[StepId("declare")] is StepState.FAILED
    assert {action.kind for action in made.effects} == {"write-canary"}


def test_a_workload_that_another_run_holds_is_left_alone() -> None:
    made = rehearsal()
    first = made.plan
    made.carry()
    made.truth.claim = Claim(RunName("another-run"), 2)

    assert Conditions(made.world.eye).objections(first.step(StepId("declare")).action)


def test_an_overtaken_runner_changes_nothing_even_where_all_is_as_it_was_planned_on() -> None:
    made = rehearsal()
    made.carry()
    _move_back(made.truth)
    before = list(made.world.effects)

    for step in made.plan.steps:
        made.world.begin(step.action, Token(RUN, step.id, step.epoch, 1), step.deadline)
    made.world.sleep(timedelta(seconds=5))

    assert made.world.effects == before


def _move_back(truth: Served) -> None:
    """Let another run have moved the service home since."""
    placed = truth.placements[-1]
    home = truth.service.home
    truth.claim = Claim(None, truth.claim.number + 1)
    truth.placements.append(Placement(home, placed.epoch + 1, RunName("another-run")))
    truth.epochs.update(dict.fromkeys(truth.epochs, 3))
    truth.database.leaves[FAR] = Permit(Leave.FORBID, 3, RunName("another-run"))
    truth.announcing = {h for h in truth.service.hosts if truth.network.host(h).site == home}
    truth.database.leader, truth.database.synchronous = LEADER, {CANDIDATE}


def _candidate(made: Rehearsal) -> HostName:
    (only,) = made.truth.database.synchronous
    return only


def test_a_second_service_on_the_database_is_not_moved_meanwhile() -> None:
    shared = network("compact", *PORTAL_ALONE, SHARED_DATABASE)
    world, other = rehearsed(shared, SERVICE), ServiceName("payments")
    world.truth.at(SERVICE).claim = Claim(RUN, 1)

    found = refusals(shared, world.eye.observe(other), Move(other, SiteName("ndc01")))

    assert f"another run may be moving {other}" in [refusal.what for refusal in found]


def test_a_run_whose_former_site_is_lost_ends_and_is_called_what_it_is() -> None:
    made = rehearsal()
    journal = MemoryJournal(codec(), made.world)

    def lose() -> None:
        made.world.truth.plant.dark.add(SiteName("ndc01"))
        made.truth.announcing.discard(HostName("ndc01-app"))

    made.world.faults.append(Fault("withdraw-service", Trouble.LOST, times=9))
    made.world.timeline.at(timedelta(seconds=4.2), lose)

    held = made.carry(journal)
    skips = [Request(name, Wish.SKIP, "an", "it is gone", StepId(name)) for name in GONE]
    began = made.world.elapsed()
    ended = made.engine(journal, inbox=Wishes(skips)).resume()

    assert (held.verdict, held.states[StepId("withdraw-ndc01-app")]) == (
        RunVerdict.HELD,
        StepState.IN_DOUBT,
    )
    assert ended.closed is RunVerdict.DONE
    assert made.world.elapsed() - began < timedelta(seconds=10)
    assert made.truth.claim.run is None
    unprotected = Ending(at_target=True, protected=False)
    told = report(journal.records(), [Noticed(made.truth.service, None, unprotected)])
    assert told.outcome is Outcome.UNVERIFIED
