"""Drills as they are held in a network, played in the simulated one, and left at every instant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import PlanRefused, Rejected
from core.runs.plan import RunName
from dr.admission import Exclusion
from dr.drills.cleaning import clean
from dr.drills.drill_report import drill_json
from dr.drills.drill_report_text import drill_report_text
from dr.drills.live_drill import LiveDrill, demand_accepted
from dr.drills.record import DrillStage
from inventory.names import HostName, StoreName
from inventory.placed import placed_in
from inventory.practice import Statement
from tests.conftest import Golden
from tests.live_drills import DRILLS, SMALL, appointment, drill_scene, held
from tests.rehearsals import SERVICE
from tests.scenes import Killed, Person, Shelf, SimulatedScene

GOLDEN = Path(__file__).resolve().parents[1] / "golden/drills"
NAMES = [*DRILLS]


@pytest.mark.parametrize("name", NAMES)
def test_a_drill_passes_and_all_is_given_back(name: str) -> None:
    scene, shelf = drill_scene(), Shelf()

    report = held(scene, appointment(name), shelf)

    plant = scene.world.truth.plant
    assert report.passed, drill_report_text(report)
    assert (plant.off, plant.cut) == (set(), set())
    assert [record.stage for record in shelf.records.values()] == [DrillStage.OVER]
    assert scene.tracers() == []


def test_what_it_came_to_is_read_like_this(golden: Golden) -> None:
    report = held(drill_scene(), appointment("site-loss"))

    golden(GOLDEN / "live.txt", drill_report_text(report) + "\n")
    golden(GOLDEN / "live.json", drill_json(report) + "\n")


def test_the_time_without_service_is_split_by_what_was_done_in_it() -> None:
    report = held(drill_scene(), appointment("site-loss"))

    phases = dict(report.phases)
    assert [*phases] == ["detect", "decide", "act"]
    assert sum(phases.values(), timedelta()) == report.served
    assert report.measure is not None
    assert report.served is not None
    assert abs(report.measure.gap.length - report.served) < timedelta(seconds=1)


def test_a_drill_does_not_begin_in_a_network_that_is_not_green() -> None:
    scene, shelf = drill_scene(), Shelf()
    scene.world.truth.plant.power_off(HostName("ndc03-app"))

    with pytest.raises(PlanRefused, match="the network is not green") as refused:
        held(scene, appointment("planned-move"), shelf)

    assert refused.value.actual == "ndc03-app: is off"
    assert shelf.records == {}


def test_a_drill_that_may_lose_writes_needs_somebody_who_accepts_it() -> None:
    with pytest.raises(PlanRefused, match="nobody accepts that"):
        demand_accepted(replace(appointment("region-loss"), accepted_loss=""))


def test_a_region_is_not_given_up_while_nobody_else_agrees_and_all_comes_back() -> None:
    scene = drill_scene()
    scene.agrees = False

    report = held(scene, appointment("region-loss"))

    assert not report.passed
    assert "promote" in report.answered.failure
    assert scene.world.truth.plant.off == set()
    assert scene.concerns([one.store for one in report.answered.stores]) == []
    claim = scene.world.doors.records.claim
    assert report.answered.stores
    assert {claim(placed.name).run for placed in placed_in(scene.network)} == {None}


def test_a_host_that_a_run_moves_again_is_not_admitted_by_the_drill_that_lost_it() -> None:
    scene, host = drill_scene(of=SMALL), HostName("ndc01-data")
    records = scene.world.doors.records
    scene.world.truth.excluded[host] = Exclusion(RunName("another"), scene.world.now())
    claim = records.claim(SERVICE)
    records.swap_claim(SERVICE, claim, replace(claim, run=RunName("another"), number=9))

    with pytest.raises(Rejected, match="another moves"):
        scene.admit([host])

    assert host in scene.world.truth.excluded


def test_a_hypothesis_that_does_not_hold_fails_the_drill() -> None:
    report = held(drill_scene(), appointment("site-loss", after=(Statement.STAYED,)))

    assert not report.passed
    assert drill_report_text(report).startswith("drill site-loss: FAILED")


def test_what_is_not_back_and_staying_fails_the_drill() -> None:
    scene = drill_scene()
    plant, late = scene.world.truth.plant, HostName("ndc03-edge1")
    # something else goes, while the drill waits for all to be well
    scene.world.timeline.at(timedelta(seconds=60), lambda: plant.power_off(late))

    report = held(scene, appointment("voter-loss"))

    assert not report.passed
    assert report.left == ("ndc03-edge1: is off",)


def _stands_still(scene: SimulatedScene) -> None:
    scene.tells_of_tracers = False


def _nobody_leads_there(scene: SimulatedScene) -> None:
    store = scene.world.truth.stores[StoreName("general-specialised")]
    store.refused |= {(host.name, store.store.home) for host in scene.network.hosts}


def _answers_too_late(scene: SimulatedScene) -> None:
    with scene.world.truth.plant.changing() as plant:
        plant.slow.update(link.name for link in scene.network.links)


@pytest.mark.parametrize("unwell", [_stands_still, _nobody_leads_there, _answers_too_late])
def test_a_store_of_which_nobody_could_say_what_came_over_keeps_a_drill_from_beginning(
    unwell: Callable[[SimulatedScene], None],
) -> None:
    scene, shelf = drill_scene(), Shelf()
    unwell(scene)

    with pytest.raises(PlanRefused, match="nobody could say what came of its stores") as refused:
        held(scene, appointment("site-loss"), shelf)

    assert "general-specialised" in (refused.value.expected or "")
    assert scene.taken_at == timedelta(), "nothing was taken"
    assert [record.stage for record in shelf.records.values()] == [DrillStage.OVER]
    assert scene.tracers() == []


def test_what_nobody_tells_of_tracers_fails_the_drill_and_says_where_they_may_stay() -> None:
    scene, said = drill_scene(), list[str]()
    scene.tells_trails = False

    report = LiveDrill(scene, Shelf(), scene.world, said.append).hold(appointment("site-loss"))

    folder = f"ndc-drill-{report.record.id}/"
    assert not report.passed
    assert report.after[Statement.STORES_AS_PLANNED] is True
    assert report.after[Statement.STORES_WITHIN_POINT] is None
    assert any(f"general-specialised may keep {folder}" in line for line in said)
    assert f"general-specialised may keep {folder}" in drill_report_text(report)


def test_a_store_above_its_recovery_point_stays_where_it_was_and_is_written_there_again() -> None:
    scene = drill_scene()
    scene.called_dead = ""  # a person looks after 40 s, and 30 s of this store may be lost

    report = held(scene, appointment("site-loss"))

    (one,) = [one for one in report.stores if one.store.name == "general-specialised"]
    assert one.left is not None
    assert (one.moved, one.site, one.lost) == (None, "ndc01", ())
    assert one.written_after is not None
    assert one.written_after > timedelta(seconds=40)
    assert report.passed, drill_report_text(report)


def test_a_drill_that_takes_no_writer_writes_no_tracer() -> None:
    scene = drill_scene()

    report = held(scene, appointment("pair-loss"))

    assert (report.stores, scene.traces) == ((), {})
    assert "stores-served" not in report.after


def _touches(name: str) -> int:
    scene = drill_scene(of=SMALL)
    shelf = Shelf(person=scene.person)
    held(scene, appointment(name), shelf)
    return scene.person.touches


# a run without a loss, one after a loss, a loss that is borne, and a run with a gate
@pytest.mark.parametrize("name", ["planned-move", "site-loss", "pair-loss", "region-loss"])
def test_whoever_is_killed_at_any_instant_the_next_one_gives_all_back(name: str) -> None:
    for instant in range(_touches(name)):
        person = Person(lives_for=instant)
        scene = drill_scene(person, SMALL)
        shelf = Shelf(person=person)
        with pytest.raises(Killed):
            held(scene, appointment(name), shelf)
        scene.person = shelf.person = Person()

        for record in [*shelf.records.values()]:
            clean(scene, shelf, record, lambda _: None)
        scene.world.sleep(timedelta(minutes=2))

        assert {record.stage for record in shelf.records.values()} <= {DrillStage.OVER}, instant
        assert scene.concerns(scene.world.truth.stores) == [], instant
        assert scene.tracers() == [], instant
        assert scene.world.citizens[SERVICE].lost == [] or name == "region-loss", instant
