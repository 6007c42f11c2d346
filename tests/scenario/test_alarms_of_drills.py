"""Alarms before a drill, while it is held, and afterwards: back, and staying."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import yaml

from core.errors import PlanRefused
from dr.drills.drill_report import DrillReport, drill_json
from dr.drills.drill_report_text import drill_report_text
from dr.drills.live_drill import Appointment, LiveDrill
from dr.drills.settling import STAYS
from dr.simulation.agents import Agents
from dr.simulation.world import rehearsed
from inventory.names import DrillName, HostName
from tests.networks import DECLARED, ONE_STORE, PORTAL_ALONE, ROOT, declared, network
from tests.rehearsals import SERVICE
from tests.scene_alarms import REFUSES, STANDS
from tests.scenes import Shelf, SimulatedScene

DRILLS = declared(DECLARED).drills
NET = replace(network("compact", *PORTAL_ALONE, ONE_STORE), digest="0123456789abcdef" * 4)
OTHER = ("DiskNearlyFull", "host ndc03-app")


def _scene() -> SimulatedScene:
    world = rehearsed(NET, *(service.name for service in NET.services))
    for service in NET.services:
        Agents(world, service.name)
    scene = SimulatedScene(world)
    world.sleep(timedelta(seconds=20))
    return scene


def _held(scene: SimulatedScene, name: str, shelf: Shelf | None = None) -> DrillReport:
    drill = DrillName(name)
    asked = Appointment(f"20300101-000010-{name}", drill, DRILLS[drill], "an")
    return LiveDrill(scene, shelf or Shelf(), scene.world, lambda _: None).hold(asked)


def _monitors(scene: SimulatedScene) -> set[HostName]:
    return {*scene.paged(timedelta()).answered}


def test_a_drill_does_not_begin_while_an_alarm_calls_somebody() -> None:
    scene, shelf = _scene(), Shelf()
    scene.alarms.others[OTHER] = lambda _: True
    scene.world.sleep(timedelta(seconds=10))

    with pytest.raises(PlanRefused, match="the network is not green") as refused:
        _held(scene, "voter-loss", shelf)

    assert refused.value.actual == "alarm DiskNearlyFull calls: host ndc03-app"
    assert shelf.records == {}


@pytest.mark.parametrize("silent", [0, 1])
def test_a_drill_does_not_begin_where_an_alarm_may_call_that_nobody_hears(silent: int) -> None:
    scene, shelf = _scene(), Shelf()
    monitors = sorted(_monitors(scene))
    scene.alarms.silent |= {*monitors[silent:]} if silent == 0 else {monitors[0]}

    with pytest.raises(PlanRefused, match="the network is not green") as refused:
        _held(scene, "voter-loss", shelf)

    assert "alarms" in (refused.value.actual or "")
    assert shelf.records == {}


def test_what_called_during_the_drill_is_told_with_its_times_and_by_whom() -> None:
    scene = _scene()
    scene.called_dead = ""  # a person looks after 40 s, and citizens are refused meanwhile

    report = _held(scene, "site-loss")

    assert report.passed, drill_report_text(report)
    assert report.alarms is not None
    (paged,) = report.alarms.pages
    assert (paged.name, paged.about) == REFUSES
    assert paged.ended_at is not None
    assert timedelta(seconds=10) < paged.ended_at - paged.began_at < timedelta(seconds=60)
    assert report.record.began_at < paged.began_at
    lost = {NET.host(host).site for host in report.record.hosts}
    assert lost.isdisjoint(paged.sites), "who has no power judges nothing"
    assert set(report.alarms.answered) == _monitors(scene)
    told = json.loads(drill_json(report))
    assert told["pages"][0]["name"] == "ServiceRefuses"
    assert told["pages"][0]["ended_at"] == paged.ended_at.isoformat()
    assert told["judges_answered"] == [*report.alarms.answered]
    assert f"ServiceRefuses (service {SERVICE}) fired at 20" in drill_report_text(report)


def test_an_alarm_that_stays_fails_the_drill_however_green_all_is() -> None:
    scene = _scene()
    began = scene.world.elapsed()
    late = began + timedelta(seconds=100)  # while all is seen green already
    scene.alarms.others[OTHER] = lambda _: scene.world.elapsed() > late

    report = _held(scene, "pair-loss")

    assert scene.concerns() == []
    assert not report.passed
    assert report.left == ("alarm DiskNearlyFull calls: host ndc03-app",)
    assert report.alarms is not None
    assert [(one.name, one.ended_at) for one in report.alarms.pages] == [(OTHER[0], None)]
    assert "is not known to have ended" in drill_report_text(report)


def test_an_alarm_whose_judge_was_lost_is_waited_for_while_somebody_believes_it() -> None:
    scene = _scene()
    plant, at = scene.world.truth.plant, scene.world.timeline.at
    judge = max(_monitors(scene))
    off: list[HostName] = []
    scene.alarms.others[OTHER] = lambda host: host == judge and bool(plant.cut) and not off

    def dies() -> None:
        plant.power_off(judge)
        off.append(judge)

    at(timedelta(seconds=40), dies)
    at(timedelta(seconds=50), lambda: plant.power_on(judge))  # and knows no more what it called

    report = _held(scene, "pair-loss")

    assert report.passed, drill_report_text(report)
    assert off == [judge]
    assert report.well is not None
    assert report.well > STANDS
    assert report.alarms is not None
    (paged,) = report.alarms.pages
    assert paged.sites == (NET.host(judge).site,)
    assert paged.ended_at is not None
    assert timedelta(seconds=10) < paged.ended_at - paged.began_at < timedelta(seconds=60)


def test_nobody_who_judged_answers_afterwards_and_nobody_says_that_none_called() -> None:
    report = _held(_scene(), "pair-loss")
    assert report.alarms is not None
    nobody = replace(report.alarms, answered=(), silent=report.alarms.answered, pages=())

    unknown = replace(report, alarms=nobody)

    assert json.loads(drill_json(unknown))["pages"] is None
    assert "nobody can say which called" in drill_report_text(unknown)
    assert "none called a person" in drill_report_text(report)


def test_green_stays_for_longer_than_any_alarm_waits_before_it_calls() -> None:
    rules = [
        rule
        for path in sorted((ROOT / "monitors/rules").glob("*.yml"))
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
        for rule in group["rules"]
        if rule.get("labels", {}).get("severity") == "page"
    ]
    longest = max(_duration(rule.get("for", "0s")) for rule in rules)

    # and it is scraped, judged, and asked for
    assert rules
    assert longest + timedelta(seconds=5 + 5) < STAYS


def _duration(text: str) -> timedelta:
    return int(text[:-1]) * {"s": timedelta(seconds=1), "m": timedelta(minutes=1)}[text[-1]]
