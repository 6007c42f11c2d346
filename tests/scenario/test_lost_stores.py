"""A store goes on elsewhere after its writer burned, in the simulated world."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from core.runs.journal import RunVerdict, Where
from core.runs.machine import StepState
from core.runs.plan import StepId
from dr.hosts.epochs import LENT
from dr.planning.losses import hosts_named
from dr.planning.plan import codec
from dr.planning.planner import Occasion
from dr.planning.store_planner import plan_of_stores
from dr.simulation.faults import Fault, Trouble
from dr.simulation.history import Happened
from dr.simulation.journal import MemoryJournal
from dr.simulation.plant import Plant
from inventory.names import HostName, OperatorName, SiteName
from tests.failovers import RUN, START, admit
from tests.scenario.store_checker import double_writers, lost_span
from tests.store_losses import SLOW, URGENT, StoreLoss, store_loss
from tests.unit.core.runs.small import Wishes, approval

HOME, REFUGE = HostName("ndc01-data"), HostName("ndc02-data")


def _burned(seed: int = 0, accepted_loss: str = "", after: float = 3) -> StoreLoss:
    made = store_loss("ndc01", seed=seed, after=after)
    run = made.carried(made.plan(accepted_loss))
    assert run.closed is RunVerdict.DONE
    return made


def _history(made: StoreLoss) -> list[Happened]:
    return made.world.truth.history.events


@pytest.mark.parametrize("seed", range(5))
def test_it_is_written_at_the_refuge_and_its_loss_lies_within_the_bound(seed: int) -> None:
    made = store_loss("ndc01", seed=seed)
    plan = made.plan()

    run = made.carried(plan)

    assert run.closed is RunVerdict.DONE
    for moved in plan.basis.stores:
        store = made.store(moved.store)
        assert moved.loss.span is not None
        assert store.announcing == {moved.host}
        assert store.serves(moved.host)
        assert (store.placements[-1].site, store.placements[-1].epoch) == (moved.target, 2)
        assert lost_span(_history(made), moved.store, moved.made_at) <= moved.loss.span
        assert store.claim.run is None
    assert double_writers(_history(made)) == []


def test_who_returns_hears_that_it_is_elsewhere_and_follows() -> None:
    made = _burned()
    for host in sorted(made.lost):
        made.world.truth.plant.power_on(host)

    made.world.sleep(timedelta(seconds=30))

    store = made.store()
    assert not store.serves(HOME)
    assert HOME not in store.writing
    assert store.points[HOME][-1] in store.points[REFUGE]
    assert double_writers(_history(made)) == []


def test_who_returns_and_hears_no_majority_is_silent() -> None:
    made = _burned()
    plant = made.world.truth.plant
    with plant.changing():
        plant.isolated.add(SiteName("ndc01"))
    for host in sorted(made.lost):
        plant.power_on(host)

    made.world.sleep(timedelta(seconds=60))

    assert not made.store().serves(HOME)
    assert double_writers(_history(made)) == []


@pytest.mark.parametrize("seed", range(10))
def test_who_is_cut_off_with_power_writes_no_more_before_another_begins(seed: int) -> None:
    made = store_loss(seed=seed)
    plant = made.world.truth.plant
    home = replace(made, lost=hosts_named(made.network, ["ndc01"]))
    with plant.changing():
        plant.isolated.add(SiteName("ndc01"))
        plant.mute_ports.update(plant.hosts)
    made.world.sleep(timedelta(seconds=seed % 4))

    run = home.carried(home.plan("the site is cut off"))

    assert run.closed is RunVerdict.DONE
    assert HOME not in home.store().announcing
    assert double_writers(_history(made)) == []


def test_without_a_majority_a_store_is_written_no_more_and_comes_back_with_it() -> None:
    made = store_loss()
    quorum = made.world.truth.quorum
    before = set(made.store().announcing)
    for voter in made.network.voters:
        made.world.truth.plant.freeze(voter)

    made.world.sleep(LENT + timedelta(seconds=2))
    meanwhile = set(made.store().announcing)
    for voter in made.network.voters:
        made.world.truth.plant.thaw(voter)
    made.world.sleep(timedelta(seconds=10))

    assert quorum.reached_from(HOME)
    assert (before, meanwhile, made.store().announcing) == ({HOME}, set(), {HOME})


def test_what_stays_lost_is_moved_by_a_second_plan_that_accepts_it() -> None:
    made = _burned(after=70)
    first = made.store(URGENT).placements[-1].site

    run = made.carried(made.plan("the site burns"))

    assert first == SiteName("ndc01")
    assert run.closed is RunVerdict.DONE
    assert made.store(URGENT).placements[-1].site == SiteName("ndc02")
    assert made.store(SLOW).placements[-1].epoch == 2


def test_it_does_not_begin_once_its_writer_was_admitted_and_wrote_again() -> None:
    made = store_loss("ndc01", after=70)
    waiting = made.rehearsal(made.plan("the site burns"))
    journal = MemoryJournal(codec(), made.world)
    waiting.engine(journal).start(waiting.plan, Where.MEMORY, START)
    gates = [approval(step.id) for step in waiting.plan.steps if step.gate]
    begin = StepId(f"{URGENT}.begin")

    _give_back(made)
    admit(waiting)
    made.world.sleep(timedelta(seconds=20))
    for host in sorted(made.lost):
        made.world.truth.plant.power_off(host)
    run = waiting.engine(journal, inbox=Wishes(gates)).resume()

    assert made.store().placements[-1].epoch == 1
    assert run.states[begin] is StepState.FAILED
    assert f"not so: {HOME} are kept out" in run.notes[begin]


def test_the_checkers_see_two_writers_and_a_loss() -> None:
    told = [
        Happened(1.0, "store-written", URGENT, HOME, 1),
        Happened(2.0, "store-written", URGENT, REFUGE, 2),
        Happened(3.0, "store-written", URGENT, HOME, 1),
        Happened(4.0, "store-written", SLOW, HOME, 1),
        Happened(5.0, "store-written", SLOW, REFUGE, 1),
    ]

    assert len(double_writers(told)) == 2


def _disturb(made: StoreLoss, dice: random.Random) -> None:
    """Let two things go wrong with messages, and hosts and sites come and go meanwhile."""
    world, plant = made.world, made.world.truth.plant
    kinds_of_store = ["begin-store", "move-placement", "announce-service", "claim-workload"]
    for kind in dice.sample(kinds_of_store, 2):
        trouble = dice.choice([one for one in Trouble if one is not Trouble.REFUSED])
        world.faults.append(Fault(kind, trouble))
    events: list[Callable[[], None]] = [
        partial(_give_back, made),
        lambda: plant.freeze(REFUGE),
        lambda: plant.thaw(REFUGE),
        lambda: plant.power_off(REFUGE),
        lambda: plant.power_on(REFUGE),
        lambda: _isolate(plant, SiteName(dice.choice(["ndc02", "ndc03"]))),
    ]
    for event in dice.sample(events, 3):
        world.timeline.at(timedelta(seconds=dice.uniform(0, 20)), event)


def _give_back(made: StoreLoss) -> None:
    for host in sorted(made.lost):
        made.world.truth.plant.power_on(host)


def _isolate(plant: Plant, site: SiteName) -> None:
    with plant.changing():
        plant.isolated ^= {site}


@pytest.mark.parametrize("seed", range(40))
def test_whatever_goes_wrong_meanwhile_no_two_write_and_no_more_is_lost(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - reproducible, not secret
    made = store_loss("ndc01", seed=seed)
    plan = made.plan()
    _disturb(made, dice)

    made.carried(plan)
    made.world.sleep(timedelta(seconds=120))

    history = _history(made)
    assert double_writers(history) == []
    begun = {(event.subject, event.host) for event in history if event.what == "store-begins"}
    for moved in plan.basis.stores:
        assert {host for store, host in begun if store == moved.store} <= {moved.host}
        assert moved.loss.span is not None
        if moved.store in {store for store, _ in begun}:
            assert lost_span(history, moved.store, moved.made_at) <= moved.loss.span


def test_who_returns_before_the_record_moved_is_kept_out_and_writes_nothing() -> None:
    made = store_loss("ndc01")
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    plan = plan_of_stores(made.network, made.stores(), occasion, "ndc01")
    made.world.faults.append(Fault("move-placement", Trouble.LOST, 8))
    for host in sorted(made.lost):
        made.world.timeline.at(timedelta(seconds=6), partial(made.world.truth.plant.power_on, host))

    made.carried(plan)
    made.world.sleep(timedelta(seconds=60))

    (moved,) = [one for one in plan.basis.stores if one.store == URGENT]
    assert moved.loss.span is not None
    assert made.store().begun[REFUGE].epoch == 2
    assert lost_span(_history(made), URGENT, moved.made_at) <= moved.loss.span
