"""Who answers what a drill takes away: a controller, a run, or whoever is called and plans."""

from __future__ import annotations

from datetime import timedelta

from core.runs.plan import RunName
from dr.drills.drill_report_text import drill_report_text
from inventory.names import HostName
from tests.live_drills import appointment, drill_scene, held


def test_a_loss_that_no_controller_calls_is_seen_by_a_person_later() -> None:
    scene = drill_scene()
    scene.called_dead = ""

    report = held(scene, appointment("site-loss"))

    assert report.passed, drill_report_text(report)
    assert report.answered.detected_by == "a person's look; no controller called"


def test_a_run_that_began_by_itself_is_waited_for_and_none_is_begun() -> None:
    scene = drill_scene()
    scene.by_itself = RunName("by-controllers")
    scene.world.timeline.at(timedelta(seconds=20), lambda: setattr(scene, "by_itself", None))

    report = held(scene, appointment("host-loss"))

    assert report.answered.run == "by-controllers"
    assert report.answered.by == "a run that began by itself"
    assert scene.journals == {}


def test_a_run_that_cannot_be_seen_for_a_moment_is_waited_for_still() -> None:
    scene = drill_scene()
    truth, at = scene.world.truth, scene.world.timeline.at
    scene.by_itself = RunName("by-controllers")
    off: set[HostName] = set()

    def ends() -> None:
        off.update(truth.plant.off)
        scene.by_itself = None

    at(timedelta(seconds=19), lambda: setattr(truth.quorum, "stopped", True))
    at(timedelta(seconds=21), lambda: setattr(truth.quorum, "stopped", False))
    at(timedelta(seconds=30), ends)

    report = held(scene, appointment("host-loss"))

    assert report.answered.run == "by-controllers"
    assert off != set()


def test_nothing_is_planned_while_a_controller_says_that_it_moves_the_service() -> None:
    scene = drill_scene()
    scene.cares = True
    # 16 s before the loss, and 30 s after it
    scene.world.timeline.at(timedelta(seconds=46), lambda: setattr(scene, "cares", False))

    report = held(scene, appointment("site-loss"))

    assert report.answered.decided is not None
    assert report.answered.decided > timedelta(seconds=25)


def test_a_loss_that_outran_its_plan_is_planned_anew() -> None:
    scene = drill_scene()
    scene.overtaken = 2

    report = held(scene, appointment("site-loss"))

    assert report.passed, drill_report_text(report)
    assert scene.overtaken == 0


def test_a_move_that_outran_its_plan_is_no_answer() -> None:
    scene = drill_scene()
    scene.overtaken = 1

    report = held(scene, appointment("planned-move"))

    assert not report.passed
    assert "was not begun" in report.answered.failure
