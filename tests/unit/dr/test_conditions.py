"""What an action needs and brings about: no, and nobody knows, are two answers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, TypeVar

import pytest

from core.runs.plan import RunName
from dr.actions import Action, AnnounceService, ClaimWorkload, VerifyService
from dr.admission import Exclusion
from dr.conditions import Conditions, before
from dr.facts import Facts
from dr.loss_actions import CutPower
from dr.questions import IsFree, Question
from inventory.names import DatabaseName, HostName, ServiceName, SiteName
from tests.rehearsals import RUN, SERVICE, rehearsal

CLAIM = ClaimWorkload(SERVICE, RUN, 1)
VERIFY = VerifyService(SERVICE, DatabaseName("general-db"), SiteName("ndc02"))
"""its effect is two answers"""
HANG: Final = 30
"""seconds, which only detect one"""

T = TypeVar("T")


@dataclass
class Answers:
    """An eye that gives these answers, in order."""

    left: list[bool | None]

    def ask(self, question: Question) -> bool | None:
        assert question
        return self.left.pop(0)

    def observe(self, service: ServiceName) -> Facts:
        pytest.fail(f"nobody asked for all of {service}")


@pytest.mark.parametrize(
    ("answer", "objections"),
    [
        (True, []),
        (False, [f"not so: no run holds {SERVICE}"]),
        (None, [f"cannot be seen: no run holds {SERVICE}"]),
    ],
)
def test_what_is_not_so_is_told_from_what_cannot_be_seen(
    answer: bool | None,  # noqa: FBT001 - a column
    objections: list[str],
) -> None:
    assert before(CLAIM) == (IsFree(SERVICE),)

    assert Conditions(Answers([answer])).objections(CLAIM) == objections


@pytest.mark.parametrize(
    ("action", "answers", "expected"),
    [
        (CLAIM, [True], True),
        (CLAIM, [False], False),
        (CLAIM, [None], None),
        (VERIFY, [True, True], True),
        (VERIFY, [True, False], False),
        (VERIFY, [None, False], False),
        (VERIFY, [True, None], None),
    ],
)
def test_an_effect_is_there_once_all_of_it_is_seen(
    action: Action,
    answers: list[bool | None],
    expected: bool | None,  # noqa: FBT001 - a column
) -> None:
    assert Conditions(Answers(answers)).is_in_effect(action) is expected


@dataclass
class Meeting:
    """An eye whose answers come once as many have asked as are expected."""

    expected: threading.Barrier
    free: set[str]

    def ask(self, question: Question) -> bool | None:
        self.expected.wait(timeout=HANG)
        return isinstance(question, IsFree) and question.service in self.free


def test_what_may_begin_together_is_asked_about_side_by_side_and_told_in_its_order() -> None:
    others = [replace(CLAIM, service=ServiceName(name)) for name in ("b", "c")]
    eye = Meeting(threading.Barrier(3), {str(CLAIM.service), "c"})

    with ThreadPoolExecutor() as pool:
        conditions = Conditions(eye, lambda look: pool.submit(look).result)
        told = [*conditions.all_objections([CLAIM, *others])]

    assert told == [[], ["not so: no run holds b"], []]


def test_what_is_known_first_is_told_while_the_next_is_still_looked_at() -> None:
    others = [replace(CLAIM, service=ServiceName(name)) for name in ("b", "c")]
    eye, told = Answers([True, False, None]), list[int]()

    def later(look: Callable[[], T], /) -> Callable[[], T]:
        def wait() -> T:
            told.append(len(eye.left))
            return look()

        return wait

    for _ in Conditions(eye, later).all_objections([CLAIM, *others]):
        told.append(-1)

    assert told == [3, -1, 2, -1, 1, -1]


def test_in_the_simulated_world_an_answer_is_of_the_moment_when_its_look_began() -> None:
    world = rehearsal().world
    record = world.truth.placed(SERVICE)
    conditions = Conditions(world.eye, world.begin_look)

    told = conditions.all_objections([CLAIM])
    record.claim = replace(record.claim, run=RunName("another"))

    assert [*told] == [[]]
    assert [*conditions.all_objections([CLAIM])] == [[f"not so: no run holds {SERVICE}"]]


def test_in_the_simulated_world_most_looks_are_prompt_and_some_take_seconds() -> None:
    world, took = rehearsal().world, list[timedelta]()

    for _ in range(200):
        began = world.elapsed()
        assert world.begin_look(lambda: "seen")() == "seen"
        took.append(world.elapsed() - began)

    slow = [each for each in took if each >= timedelta(seconds=1)]
    assert 5 <= len(slow) <= 50
    assert max(took) <= timedelta(seconds=6)
    assert timedelta() < min(took) < timedelta(milliseconds=60)


def test_nobody_is_asked_to_announce_whom_another_run_gave_up() -> None:
    world = rehearsal().world
    taking = HostName("ndc02-app")
    announce = AnnounceService(SERVICE, taking, 2)
    conditions = Conditions(world.eye)
    assert conditions.objections(announce) == []

    world.truth.excluded[taking] = Exclusion(RunName("another"), world.now())

    assert conditions.objections(announce) == [f"not so: nobody keeps {taking} out"]


def test_verify_asks_nothing_of_a_site_that_may_be_gone() -> None:
    world = rehearsal().world
    here = replace(VERIFY, site=SiteName("ndc01"))

    world.truth.at(SERVICE).database.synchronous.clear()

    assert Conditions(world.eye).is_in_effect(here) is True


def test_verify_asks_where_the_database_is_led() -> None:
    world = rehearsal().world
    here = replace(VERIFY, site=SiteName("ndc01"))

    world.truth.at(SERVICE).database.leader = HostName("ndc02-data")

    assert Conditions(world.eye).is_in_effect(here) is False


def test_a_host_that_came_on_since_is_not_the_one_whose_power_was_to_be_cut() -> None:
    world, host = rehearsal().world, HostName("ndc01-data")
    plant = world.truth.plant
    cut = CutPower(host, plant.life(host), ())
    conditions = Conditions(world.eye)

    plant.power_off(host)
    at_first = conditions.is_in_effect(cut)
    plant.power_on(host)
    plant.power_off(host)

    assert at_first is True
    assert conditions.is_in_effect(cut) is False
