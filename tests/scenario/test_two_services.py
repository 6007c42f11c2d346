"""Two services on two databases, one of which needs the other, in the simulated world."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import PlanRefused
from core.runs.journal import RunVerdict
from core.runs.machine import StepState
from core.runs.plan import RunName, StepId
from dr.actions import AllowPromotion, ForbidPromotion, MovePlacement, WidenSync
from dr.hosts.leave import Leave, Permit
from dr.loss_actions import TakeOver
from dr.planning.bound import NOTHING
from dr.planning.losses import hosts_named
from dr.planning.plan import codec, to_text
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.questions import IsSynchronous
from dr.reporting.plan_figures import mermaid
from dr.reporting.plan_text import plan_text
from dr.simulation.database import SimulatedDatabase
from dr.simulation.journal import MemoryJournal
from dr.simulation.world import World, rehearsed
from inventory.names import DatabaseName, HostName, OperatorName, ServiceName, SiteName
from tests.conftest import Golden
from tests.failovers import Loss, approved
from tests.networks import network
from tests.rehearsals import RUN, SERVICE, Rehearsal

IDENTITY, IDENTITY_DB = ServiceName("identity"), DatabaseName("identity-db")
DATA, APP = HostName("ndc03-data"), HostName("ndc03-app")
REGION = ("ndc01", "ndc02")
REASON = "the region burns"
GOLDEN = Path(__file__).resolve().parents[1] / "golden/plans"


def _world(seed: int = 0) -> World:
    # the digest would change golden files with every word of the default inventory
    made = replace(network("compact"), digest="0123456789abcdef" * 4)
    world = rehearsed(made, IDENTITY, SERVICE, seed=seed)
    world.sleep(timedelta(seconds=5))
    return world


def _without(world: World, *names: str, after: float = 3) -> Loss:
    of = world.truth.network
    lost = hosts_named(of, names)
    for host in sorted(lost):
        world.truth.plant.power_off(host)
    world.sleep(timedelta(seconds=after))
    return Loss(of, world, lost, " and ".join(names))


def _failover(made: Loss, accepted: str = "") -> Rehearsal:
    return Rehearsal(made.network, made.world, made.plan(accepted_loss=accepted))


def _moved(world: World, service: ServiceName, target: str) -> Rehearsal:
    of = world.truth.network
    occasion = Occasion(RUN, world.now(), OperatorName("an"))
    request = Move(service, SiteName(target))
    plan = plan_switchover(of, world.eye.observe(service), request, occasion)
    return Rehearsal(of, world, plan)


def _database(world: World) -> SimulatedDatabase:
    return world.truth.databases[IDENTITY_DB]


def test_every_commit_waits_for_a_copy_in_each_region() -> None:
    database = _database(_world())

    assert database.synchronous == {HostName("ndc02-data"), DATA}
    assert database.barred == {DATA, APP}


def test_a_far_copy_that_is_lost_is_replaced_by_its_fellow() -> None:
    world = _world()

    _without(world, DATA, after=30)

    assert _database(world).synchronous == {HostName("ndc02-data"), APP}
    assert not world.citizens[IDENTITY].lost


def test_no_database_crosses_a_region_by_itself() -> None:
    world = _world()

    _without(world, *REGION, after=300)

    assert _database(world).leader is None
    assert _database(world).forks == 0


def test_within_its_region_it_is_led_again_by_itself() -> None:
    world = _world()

    _without(world, "ndc01-data", after=60)

    assert _database(world).leader == HostName("ndc02-data")
    assert not world.citizens[IDENTITY].lost


def test_a_plan_for_a_lost_region_reads_and_is_drawn_like_this(golden: Golden) -> None:
    plan = _failover(_without(_world(), *REGION), REASON).plan

    golden(GOLDEN / "two-services-region.txt", plan_text(plan) + "\n")
    golden(GOLDEN / "two-services-region.mmd", "\n".join(mermaid(plan)) + "\n")
    golden(GOLDEN / "two-services-region.json", to_text(plan) + "\n")


def test_a_plan_to_the_other_region_reads_like_this(golden: Golden) -> None:
    plan = _moved(_world(), IDENTITY, "ndc03").plan

    golden(GOLDEN / "switchover-to-a-far-copy.txt", plan_text(plan, conditions=True) + "\n")


def test_a_lost_site_moves_both_in_one_plan_and_what_is_needed_is_announced_first() -> None:
    made = _failover(_without(_world(), "ndc01"))

    run = made.carry()

    assert [moved.service for moved in made.plan.basis.moves] == [IDENTITY, SERVICE]
    assert run.closed is RunVerdict.DONE, run.waits_for()
    placed = {
        step.action.service: step
        for step in made.plan.steps
        if isinstance(step.action, MovePlacement)
    }
    assert StepId("identity.announce-ndc02-app") in placed[SERVICE].needs
    assert not any(need.startswith(SERVICE) for need in placed[IDENTITY].needs)
    effects = [action.service for action in made.effects if isinstance(action, MovePlacement)]
    assert effects == [IDENTITY, SERVICE]
    for service in (IDENTITY, SERVICE):
        assert made.world.citizens[service].lost == []
        assert made.world.citizens[service].acknowledged[-1].site == "ndc02"


def test_a_region_is_lost_and_the_one_that_promised_it_loses_nothing_and_waits_for_nobody() -> None:
    made = _failover(_without(_world(), *REGION), REASON)
    losses = {moved.service: moved.loss for moved in made.plan.basis.moves}
    gates = {step.id: step.gate for step in made.plan.steps if isinstance(step.action, TakeOver)}

    run = made.carry()

    assert losses[IDENTITY] == NOTHING
    assert losses[SERVICE] != NOTHING
    assert gates == {"identity.promote": None, f"{SERVICE}.promote": "approve"}
    assert run.verdict is RunVerdict.HELD
    assert run.states[StepId("identity.close")] is StepState.DONE
    assert made.world.citizens[IDENTITY].acknowledged[-1].site == "ndc03"
    assert made.world.citizens[IDENTITY].lost == []


@pytest.mark.parametrize("seed", range(12))
def test_a_lost_region_is_served_whole_once_a_second_person_agreed(seed: int) -> None:
    made = _failover(_without(_world(seed), *REGION, after=3 + seed), REASON)

    run = approved(made, MemoryJournal(codec(), made.world))
    made.world.sleep(timedelta(seconds=5))

    assert run.verdict is RunVerdict.DONE
    assert made.world.citizens[IDENTITY].lost == []
    assert {c.acknowledged[-1].site for c in made.world.citizens.values()} == {"ndc03"}


def test_of_two_far_copies_the_one_leads_that_commits_waited_for() -> None:
    world = _world()
    _without(world, DATA, after=30)
    world.truth.plant.power_on(DATA)
    world.sleep(timedelta(seconds=60))

    (moved, _) = _failover(_without(world, *REGION), REASON).plan.basis.moves

    assert (moved.service, moved.candidate, moved.loss) == (IDENTITY, APP, NOTHING)


def test_a_copy_that_never_leads_is_no_standby_to_switch_to() -> None:
    world = _world()
    asked = IsSynchronous(IDENTITY_DB, DATA)
    barred = world.eye.ask(asked)

    _database(world).give_leave(DATA, Permit(Leave.ALLOW, 1, RunName("a-run")))

    assert (barred, world.eye.ask(asked)) == (False, True)


def test_where_the_far_copies_were_out_of_step_the_loss_is_announced_and_asked_about() -> None:
    world = _world()
    _database(world).synchronous = {HostName("ndc02-data")}
    with pytest.raises(PlanRefused) as refused:
        _failover(_without(world, *REGION))

    made = _failover(
        Loss(world.truth.network, world, hosts_named(world.truth.network, REGION), ""), REASON
    )

    assert "writes to identity that were acknowledged may be lost" in refused.value.what
    assert {step.gate for step in made.plan.steps if isinstance(step.action, TakeOver)} == {
        "approve"
    }


def test_it_moves_to_the_other_region_and_back_and_is_barred_there_again() -> None:
    world = _world()
    there = _moved(world, IDENTITY, "ndc03")
    (allowed,) = (s.action for s in there.plan.steps if isinstance(s.action, AllowPromotion))

    assert there.carry().closed is RunVerdict.DONE
    assert _database(world).leader == allowed.host == DATA
    world.sleep(timedelta(seconds=30))
    assert _database(world).synchronous == {HostName("ndc01-data"), HostName("ndc02-data")}

    back = _moved(world, IDENTITY, "ndc01")
    assert back.carry().closed is RunVerdict.DONE
    assert any(isinstance(step.action, ForbidPromotion) for step in back.plan.steps)
    assert _database(world).barred == {DATA, APP}
    assert world.citizens[IDENTITY].lost == []


def test_a_switch_that_is_taken_back_bars_the_far_copy_again() -> None:
    made = _moved(_world(), IDENTITY, "ndc03")
    (allow,) = (step for step in made.plan.steps if isinstance(step.action, AllowPromotion))

    assert isinstance(allow.undo, ForbidPromotion)
    assert allow.undo.host == allow.action.host  # type: ignore[union-attr] # narrowed above


def test_a_move_of_what_others_need_says_so() -> None:
    (moved,) = _moved(_world(), IDENTITY, "ndc02").plan.basis.moves

    assert moved.needed_by == (SERVICE,)


def test_where_each_commit_waits_for_two_both_far_copies_confirm_while_its_database_moves() -> None:
    made = _moved(_world(), IDENTITY, "ndc02")
    far = {m.host for m in _database(made.world).declared.members if m.far}

    run = made.carry()
    made.world.sleep(timedelta(seconds=20))

    widened = [step.action.host for step in made.plan.steps if isinstance(step.action, WidenSync)]
    assert set(widened) == far
    assert run.closed is RunVerdict.DONE, run.waits_for()
    assert made.citizens.gap <= timedelta(seconds=2.5)
    assert made.citizens.lost == []
    assert _database(made.world).barred == far
    assert len(_database(made.world).synchronous) == 2
