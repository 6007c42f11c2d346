"""Several services that move on purpose in one plan, in the simulated world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import PlanRefused
from core.runs.journal import RunVerdict
from core.runs.plan import RunName, StepId
from dr.actions import ClaimWorkload, MovePlacement, SwitchDatabase
from dr.facts import Facts
from dr.placement import Placement
from dr.planning.plan import to_text
from dr.planning.planner import Occasion, plan_failback, plan_switchover_of
from dr.planning.request import Move
from dr.planning.rules.failback import hosts_that_return
from dr.planning.rules.staleness import staleness
from dr.planning.wanted import moves_from, moves_home, moves_home_from, moves_to
from dr.reporting.plan_figures import mermaid
from dr.reporting.plan_text import plan_text
from dr.simulation.controllers import Controllers
from dr.simulation.world import World, rehearsed
from dr.watch.steadiness import Steadiness
from inventory.names import HostName, OperatorName, ServiceName, SiteName
from tests.conftest import Golden
from tests.networks import PORTAL_ALONE, SHARED_DATABASE, network
from tests.rehearsals import RUN, SERVICE, Rehearsal
from tests.soak.events import OTHERS, Ask, Planned
from tests.soak.soak import events_of, judged
from tests.soak.story import story

IDENTITY, PAYMENTS = ServiceName("identity"), ServiceName("payments")
HERE, THERE, FAR = SiteName("ndc01"), SiteName("ndc02"), SiteName("ndc03")
GOLDEN = Path(__file__).resolve().parents[1] / "golden/plans"


def _world(*folders: Path, seed: int = 0) -> World:
    # the digest would change golden files with every word of the default inventory
    made = replace(network("compact", *folders), digest="0123456789abcdef" * 4)
    world = rehearsed(made, *(service.name for service in made.services), seed=seed)
    world.sleep(timedelta(seconds=5))
    return world


def _facts(world: World) -> Mapping[ServiceName, Facts]:
    return world.eye.survey([service.name for service in world.truth.network.services], ())


def _planned(world: World, moves: Sequence[Move], run: RunName = RUN) -> Rehearsal:
    of, occasion = world.truth.network, Occasion(run, world.now(), OperatorName("an"))
    return Rehearsal(of, world, plan_switchover_of(of, _facts(world), moves, occasion))


def _emptied(world: World, target: SiteName | None = THERE) -> Rehearsal:
    return _planned(world, moves_from(world.truth.network, _facts(world), HERE, target))


def test_a_plan_that_empties_a_site_reads_and_is_drawn_like_this(golden: Golden) -> None:
    plan = _emptied(_world()).plan

    golden(GOLDEN / "switchover-of-two.txt", plan_text(plan) + "\n")
    golden(GOLDEN / "switchover-of-two.mmd", "\n".join(mermaid(plan)) + "\n")
    golden(GOLDEN / "switchover-of-two.json", to_text(plan) + "\n")


@pytest.mark.parametrize("seed", range(8))
def test_both_move_in_one_plan_side_by_side_and_what_is_needed_is_announced_first(
    seed: int,
) -> None:
    made = _emptied(_world(seed=seed))
    steps = {step.id: step for step in made.plan.steps}

    run = made.carry()

    assert run.closed is RunVerdict.DONE, run.waits_for()
    place, switch = steps[StepId(f"{SERVICE}.place")], steps[StepId(f"{SERVICE}.promote")]
    assert StepId("identity.announce-ndc02-app") in place.needs
    assert not any(need.startswith("identity") for need in switch.needs)
    placed = [action.service for action in made.effects if isinstance(action, MovePlacement)]
    assert placed == [IDENTITY, SERVICE]
    for service in (IDENTITY, SERVICE):
        citizens = made.world.citizens[service]
        assert citizens.lost == []
        assert citizens.acknowledged[-1].site == THERE
        assert made.world.truth.at(service).database.leader == HostName("ndc02-data")


def test_the_order_in_which_they_are_typed_changes_nothing() -> None:
    world = _world()
    of = world.truth.network
    typed = [
        moves_to(of, names, THERE) for names in ([SERVICE, IDENTITY, SERVICE], [IDENTITY, SERVICE])
    ]

    assert typed[0] == typed[1]
    assert _planned(world, typed[0]).plan == _emptied(world).plan


def test_where_one_is_refused_none_is_planned_and_nothing_moves() -> None:
    world = _world()
    world.truth.at(SERVICE).database.paused = True
    before = list(world.effects)

    with pytest.raises(PlanRefused) as refused:
        _emptied(world)

    assert "general-db is paused" in refused.value.what
    world.sleep(timedelta(seconds=5))
    assert world.effects == before
    for service in (IDENTITY, SERVICE):
        truth = world.truth.at(service)
        assert (truth.placements[-1].site, truth.claim.run) == (HERE, None)


def test_a_plan_of_both_is_begun_only_while_both_are_as_they_were() -> None:
    made = _emptied(_world())
    alone = _planned(made.world, moves_to(made.network, [IDENTITY], THERE), RunName("before-it"))
    alone.carry()

    stale = staleness(made.plan, made.network, _facts(made.world), made.world.now())

    assert stale
    assert {each.next_step for each in stale} == {f"ndc dr plan identity {SERVICE} --to ndc02"}


def test_nothing_is_at_a_site_that_is_empty_and_that_is_said_in_four_lines() -> None:
    world = _world()

    with pytest.raises(PlanRefused) as refused:
        moves_from(world.truth.network, _facts(world), FAR, None)

    assert refused.value.lines() == [
        "     what  nothing has to move from ndc03",
        " expected  a service that is served there, or its database led",
        f"   actual  identity at ndc01, {SERVICE} at ndc01",
        "next step  ndc status shows where services are, and who leads databases",
    ]


def test_a_site_that_is_none_is_not_emptied() -> None:
    world = _world()

    with pytest.raises(PlanRefused) as refused:
        moves_from(world.truth.network, _facts(world), SiteName("ndc-01"), None)

    assert refused.value.next_step == "did you mean ndc01?"


def test_a_database_that_is_led_at_a_site_comes_to_where_its_service_is_served() -> None:
    world = _world()
    world.truth.plant.power_off(HostName("ndc01-data"))
    world.sleep(timedelta(minutes=1))
    world.truth.plant.power_on(HostName("ndc01-data"))
    world.sleep(timedelta(minutes=1))

    away = moves_from(world.truth.network, _facts(world), THERE, None)

    assert world.truth.at(SERVICE).database.leader == HostName("ndc02-data")
    assert [move.service for move in away] == [IDENTITY, SERVICE]
    assert away[1].target == HERE


def test_what_cannot_be_seen_may_be_at_the_site_and_the_plan_is_refused() -> None:
    world = _world()
    facts = dict(_facts(world))
    facts[IDENTITY] = replace(facts[IDENTITY], placement=None)
    facts[SERVICE] = replace(facts[SERVICE], placement=Placement(FAR, 2, None), members={})

    for site in (HERE, THERE):
        moves = moves_from(world.truth.network, facts, site, None)
        assert [move.service for move in moves] == [IDENTITY, SERVICE]


def test_a_database_comes_to_its_service_though_another_place_would_go_before() -> None:
    world = _world()
    facts = dict(_facts(world))
    facts[IDENTITY] = replace(facts[IDENTITY], placement=Placement(FAR, 2, None))

    identity, portal = moves_from(world.truth.network, facts, HERE, None)

    assert (identity.target, portal.target) == (FAR, THERE)


@pytest.mark.parametrize("paused", [False, True])
def test_each_goes_to_another_site_if_none_is_named_even_where_all_is_objected_to(
    paused: bool,  # noqa: FBT001 - a case of the table above
) -> None:
    world = _world()
    for service in (IDENTITY, SERVICE):
        world.truth.at(service).database.paused = paused

    moves = moves_from(world.truth.network, _facts(world), HERE, None)

    assert {move.target for move in moves} == {THERE}


def test_both_come_home_in_one_plan() -> None:
    made = _emptied(_world())
    made.carry()
    Controllers(made.world)
    made.world.sleep(timedelta(minutes=20))
    of, facts = made.network, _facts(made.world)
    moves = moves_home_from(of, facts, THERE)
    stays = made.world.eye.stays(host for move in moves for host in hosts_that_return(of, move))
    occasion = Occasion(RunName("home"), made.world.now(), OperatorName("an"))

    plan = plan_failback(of, facts, stays, moves, occasion)
    run = Rehearsal(of, made.world, plan).carry()

    assert moves == moves_home(of, [SERVICE, IDENTITY])
    assert plan.title == f"failback identity and {SERVICE} to ndc01"
    assert plan.basis.again == f"ndc dr failback identity {SERVICE}"
    assert run.closed is RunVerdict.DONE, run.waits_for()
    assert {c.acknowledged[-1].site for c in made.world.citizens.values()} == {HERE}
    with pytest.raises(PlanRefused, match="nothing has to move from ndc01"):
        moves_home_from(of, _facts(made.world), HERE)


def test_where_the_home_of_one_is_not_well_for_long_enough_none_goes_home() -> None:
    made = _emptied(_world())
    made.carry()
    of, facts = made.network, _facts(made.world)
    moves = moves_home(of, [SERVICE, IDENTITY])
    hosts = {host for move in moves for host in hosts_that_return(of, move)}
    day = timedelta(days=1)
    stays = dict.fromkeys(hosts, Steadiness(day, day))
    stays |= {HostName("ndc01-app"): Steadiness(timedelta(), day)}
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))

    with pytest.raises(PlanRefused, match="ndc01-app is not back for long enough"):
        plan_failback(of, facts, stays, moves, occasion)


def test_services_of_one_database_move_under_one_claim_with_one_switch() -> None:
    world = _world(*PORTAL_ALONE, SHARED_DATABASE)
    made = _emptied(world)

    run = made.carry()

    actions = [step.action for step in made.plan.steps]
    assert sum(isinstance(action, SwitchDatabase) for action in actions) == 1
    assert sum(isinstance(action, ClaimWorkload) for action in actions) == 1
    assert run.closed is RunVerdict.DONE, run.waits_for()
    assert {c.acknowledged[-1].site for c in world.citizens.values()} == {THERE}


def test_services_of_one_database_do_not_go_to_two_sites_in_one_plan() -> None:
    world = _world(*PORTAL_ALONE, SHARED_DATABASE)

    with pytest.raises(PlanRefused) as refused:
        _planned(world, moves_home(world.truth.network, [SERVICE, PAYMENTS]))

    assert refused.value.what == (
        f"payments and {SERVICE} share general-db, and would go to different sites"
    )


def test_schedules_draw_moves_of_all_that_is_at_a_site_and_one_of_both_ends_well() -> None:
    drawn = [event.what for seed in range(20) for event in events_of(seed)]
    both = (
        Planned(10.0, Ask.CARRIED, f"switchover {SERVICE}"),
        Planned(60.0, Ask.CARRIED, f"switchover {PAYMENTS} {OTHERS}"),
    )

    made = judged(0, both)

    assert {f"switchover {name} {OTHERS}" for name in (SERVICE, PAYMENTS)} <= {*drawn}
    told = "\n".join(story(made.played.history))
    assert f"run-2 begins: switchover {PAYMENTS} and {SERVICE} to ndc01" in told
    assert (made.violations, made.played.tally.runs["switchover done"]) == ((), 2)
