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
from dr.drills.drill_report import DrillReport, drill_json
from dr.drills.drill_report_text import drill_report_text
from dr.drills.live_drill import Appointment, LiveDrill, demand_accepted
from dr.drills.record import DrillStage
from dr.simulation.agents import Agents
from dr.simulation.world import rehearsed
from inventory.names import DrillName, HostName, StoreName
from inventory.network import Network
from inventory.placed import placed_in
from inventory.practice import Statement
from tests.conftest import Golden
from tests.networks import DECLARED, ONE_STORE, PORTAL_ALONE, declared, network
from tests.rehearsals import SERVICE
from tests.scenes import Killed, Person, Shelf, SimulatedScene

GOLDEN = Path(__file__).resolve().parents[1] / "golden/drills"
DRILLS = declared(DECLARED).drills
NAMES = [*DRILLS]
SMALL = network("compact", *PORTAL_ALONE, ONE_STORE)
"""where a drill is held many times over"""
WELL = timedelta(seconds=20)
"""longer ago than what may be lost was written"""


def _scene(person: Person | None = None, of: Network | None = None) -> SimulatedScene:
    net = replace(of or network("compact"), digest="0123456789abcdef" * 4)
    world = rehearsed(net, *(service.name for service in net.services))
    for service in net.services:
        Agents(world, service.name)
    world.sleep(WELL)
    return SimulatedScene(world, person or Person())


def _asked(name: str, **changes: object) -> Appointment:
    drill = DrillName(name)
    lossy = "a drill" if name == "region-loss" else ""
    entry = DRILLS[drill].model_copy(update=changes)
    return Appointment(f"20300101-000010-{name}", drill, entry, "an", lossy)


def _held(scene: SimulatedScene, asked: Appointment, shelf: Shelf | None = None) -> DrillReport:
    return LiveDrill(scene, shelf or Shelf(), scene.world, lambda _: None).hold(asked)


@pytest.mark.parametrize("name", NAMES)
def test_a_drill_passes_and_all_is_given_back(name: str) -> None:
    scene, shelf = _scene(), Shelf()

    report = _held(scene, _asked(name), shelf)

    plant = scene.world.truth.plant
    assert report.passed, drill_report_text(report)
    assert (plant.off, plant.cut) == (set(), set())
    assert [record.stage for record in shelf.records.values()] == [DrillStage.OVER]
    assert scene.tracers() == []


def test_what_it_came_to_is_read_like_this(golden: Golden) -> None:
    report = _held(_scene(), _asked("site-loss"))

    golden(GOLDEN / "live.txt", drill_report_text(report) + "\n")
    golden(GOLDEN / "live.json", drill_json(report) + "\n")


def test_the_time_without_service_is_split_by_what_was_done_in_it() -> None:
    report = _held(_scene(), _asked("site-loss"))

    phases = dict(report.phases)
    assert [*phases] == ["detect", "decide", "act"]
    assert sum(phases.values(), timedelta()) == report.served
    assert report.measure is not None
    assert report.served is not None
    assert abs(report.measure.gap.length - report.served) < timedelta(seconds=1)


def test_a_loss_that_no_controller_calls_is_seen_by_a_person_later() -> None:
    scene = _scene()
    scene.called_dead = ""

    report = _held(scene, _asked("site-loss"))

    assert report.passed, drill_report_text(report)
    assert report.answered.detected_by == "a person's look; no controller called"


def test_a_run_that_began_by_itself_is_waited_for_and_none_is_begun() -> None:
    scene = _scene()
    scene.by_itself = RunName("by-controllers")
    scene.world.timeline.at(timedelta(seconds=20), lambda: setattr(scene, "by_itself", None))

    report = _held(scene, _asked("host-loss"))

    assert report.answered.run == "by-controllers"
    assert report.answered.by == "a run that began by itself"
    assert scene.journals == {}


def test_a_run_that_cannot_be_seen_for_a_moment_is_waited_for_still() -> None:
    scene = _scene()
    truth, at = scene.world.truth, scene.world.timeline.at
    scene.by_itself = RunName("by-controllers")
    off: set[HostName] = set()

    def ends() -> None:
        off.update(truth.plant.off)
        scene.by_itself = None

    at(timedelta(seconds=19), lambda: setattr(truth.quorum, "stopped", True))
    at(timedelta(seconds=21), lambda: setattr(truth.quorum, "stopped", False))
    at(timedelta(seconds=30), ends)

    report = _held(scene, _asked("host-loss"))

    assert report.answered.run == "by-controllers"
    assert off != set()


def test_nothing_is_planned_while_a_controller_says_that_it_moves_the_service() -> None:
    scene = _scene()
    scene.cares = True
    # 16 s before the loss, and 30 s after it
    scene.world.timeline.at(timedelta(seconds=46), lambda: setattr(scene, "cares", False))

    report = _held(scene, _asked("site-loss"))

    assert report.answered.decided is not None
    assert report.answered.decided > timedelta(seconds=25)


def test_a_drill_does_not_begin_in_a_network_that_is_not_green() -> None:
    scene, shelf = _scene(), Shelf()
    scene.world.truth.plant.power_off(HostName("ndc03-app"))

    with pytest.raises(PlanRefused, match="the network is not green") as refused:
        _held(scene, _asked("planned-move"), shelf)

    assert refused.value.actual == "ndc03-app: is off"
    assert shelf.records == {}


def test_a_drill_that_may_lose_writes_needs_somebody_who_accepts_it() -> None:
    with pytest.raises(PlanRefused, match="nobody accepts that"):
        demand_accepted(replace(_asked("region-loss"), accepted_loss=""))


def test_a_region_is_not_given_up_while_nobody_else_agrees_and_all_comes_back() -> None:
    scene = _scene()
    scene.agrees = False

    report = _held(scene, _asked("region-loss"))

    assert not report.passed
    assert "promote" in report.answered.failure
    assert scene.world.truth.plant.off == set()
    assert scene.concerns([one.store for one in report.answered.stores]) == []
    claim = scene.world.doors.records.claim
    assert report.answered.stores
    assert {claim(placed.name).run for placed in placed_in(scene.network)} == {None}


def test_a_host_that_a_run_moves_again_is_not_admitted_by_the_drill_that_lost_it() -> None:
    scene, host = _scene(of=SMALL), HostName("ndc01-data")
    records = scene.world.doors.records
    scene.world.truth.excluded[host] = Exclusion(RunName("another"), scene.world.now())
    claim = records.claim(SERVICE)
    records.swap_claim(SERVICE, claim, replace(claim, run=RunName("another"), number=9))

    with pytest.raises(Rejected, match="another moves"):
        scene.admit([host])

    assert host in scene.world.truth.excluded


def test_a_hypothesis_that_does_not_hold_fails_the_drill() -> None:
    report = _held(_scene(), _asked("site-loss", after=(Statement.STAYED,)))

    assert not report.passed
    assert drill_report_text(report).startswith("drill site-loss: FAILED")


def test_what_is_not_back_and_staying_fails_the_drill() -> None:
    scene = _scene()
    plant, late = scene.world.truth.plant, HostName("ndc03-edge1")
    # something else goes, while the drill waits for all to be well
    scene.world.timeline.at(timedelta(seconds=60), lambda: plant.power_off(late))

    report = _held(scene, _asked("voter-loss"))

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
    scene, shelf = _scene(), Shelf()
    unwell(scene)

    with pytest.raises(PlanRefused, match="nobody could say what came of its stores") as refused:
        _held(scene, _asked("site-loss"), shelf)

    assert "general-specialised" in (refused.value.expected or "")
    assert scene.taken_at == timedelta(), "nothing was taken"
    assert [record.stage for record in shelf.records.values()] == [DrillStage.OVER]
    assert scene.tracers() == []


def test_what_nobody_tells_of_tracers_fails_the_drill_and_says_where_they_may_stay() -> None:
    scene, said = _scene(), list[str]()
    scene.tells_trails = False

    report = LiveDrill(scene, Shelf(), scene.world, said.append).hold(_asked("site-loss"))

    folder = f"ndc-drill-{report.record.id}/"
    assert not report.passed
    assert report.after[Statement.STORES_AS_PLANNED] is True
    assert report.after[Statement.STORES_WITHIN_POINT] is None
    assert any(f"general-specialised may keep {folder}" in line for line in said)
    assert f"general-specialised may keep {folder}" in drill_report_text(report)


def test_a_store_above_its_recovery_point_stays_where_it_was_and_is_written_there_again() -> None:
    scene = _scene()
    scene.called_dead = ""  # a person looks after 40 s, and 30 s of this store may be lost

    report = _held(scene, _asked("site-loss"))

    (one,) = [one for one in report.stores if one.store.name == "general-specialised"]
    assert one.left is not None
    assert (one.moved, one.site, one.lost) == (None, "ndc01", ())
    assert one.written_after is not None
    assert one.written_after > timedelta(seconds=40)
    assert report.passed, drill_report_text(report)


def test_a_drill_that_takes_no_writer_writes_no_tracer() -> None:
    scene = _scene()

    report = _held(scene, _asked("pair-loss"))

    assert (report.stores, scene.traces) == ((), {})
    assert "stores-served" not in report.after


def _touches(name: str) -> int:
    scene = _scene(of=SMALL)
    shelf = Shelf(person=scene.person)
    _held(scene, _asked(name), shelf)
    return scene.person.touches


# a run without a loss, one after a loss, a loss that is borne, and a run with a gate
@pytest.mark.parametrize("name", ["planned-move", "site-loss", "pair-loss", "region-loss"])
def test_whoever_is_killed_at_any_instant_the_next_one_gives_all_back(name: str) -> None:
    for instant in range(_touches(name)):
        person = Person(lives_for=instant)
        scene = _scene(person, SMALL)
        shelf = Shelf(person=person)
        with pytest.raises(Killed):
            _held(scene, _asked(name), shelf)
        scene.person = shelf.person = Person()

        for record in [*shelf.records.values()]:
            clean(scene, shelf, record, lambda _: None)
        scene.world.sleep(timedelta(minutes=2))

        assert {record.stage for record in shelf.records.values()} <= {DrillStage.OVER}, instant
        assert scene.concerns(scene.world.truth.stores) == [], instant
        assert scene.tracers() == [], instant
        assert scene.world.citizens[SERVICE].lost == [] or name == "region-loss", instant
