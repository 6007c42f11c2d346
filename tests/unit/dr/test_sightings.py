"""Who is given up is looked at by all who see it, at the same time: unknown is not gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from dr.looking.eye import Eye
from dr.looking.sightings import answer
from dr.looking.store_looks import survey_all, survey_stores
from dr.looks import Begin, at_once
from dr.loss_questions import AreGone, CannotServe, IsGone, OfALoss
from dr.simulation.world import World, rehearsed
from inventory.names import HostName, ServiceName
from tests.networks import network
from tests.rehearsals import rehearsal

T = TypeVar("T")

LOST, OTHER = HostName("ndc01-data"), HostName("ndc01-app")
OBSERVERS = tuple(map(HostName, ("ndc02-app", "ndc03-app", "witness-control")))
QUESTIONS: tuple[OfALoss, ...] = (
    IsGone(LOST, OBSERVERS),
    AreGone((LOST, OTHER), OBSERVERS),
    CannotServe(LOST, OBSERVERS),
)


def _noting(events: list[str]) -> Begin:
    """Return what writes down when a look is begun, and when it is waited for."""

    def begin(look: Callable[[], T], /) -> Callable[[], T]:
        events.append("begun")

        def wait() -> T:
            events.append("waited for")
            return look()

        return wait

    return begin


@pytest.fixture
def world() -> World:
    """Return a network in which nobody tells of power: what is gone has to be seen."""
    world = rehearsal().world
    world.truth.plant.mute_ports.update(world.truth.plant.hosts)
    return world


@pytest.mark.parametrize("question", QUESTIONS)
def test_all_begin_to_look_before_anybody_is_waited_for(question: OfALoss, world: World) -> None:
    begun = list[str]()

    answer(world.doors, _noting(begun), question)

    assert begun == ["begun"] * 3 + ["waited for"] * 3


@pytest.mark.parametrize("question", QUESTIONS)
def test_whom_nobody_sees_is_gone_and_who_answers_one_is_not(
    question: OfALoss, world: World
) -> None:
    alive = answer(world.doors, at_once, question)
    for host in (LOST, OTHER):
        world.truth.plant.power_off(host)
    gone = answer(world.doors, at_once, question)

    assert (alive, gone) == (False, True)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("blind", OBSERVERS)
def test_where_an_observer_cannot_be_asked_only_another_one_can_tell_that_it_is_there(
    blind: HostName, question: OfALoss, world: World
) -> None:
    world.truth.plant.power_off(blind)
    alive = answer(world.doors, at_once, question)
    for host in (LOST, OTHER):
        world.truth.plant.power_off(host)
    unknown = answer(world.doors, at_once, question)

    assert (alive, unknown) == (False, None)


class Begun:
    """Begins looks, and remembers how many were begun before one was waited for."""

    def __init__(self) -> None:
        self.looks = 0
        self.before_waiting: int | None = None

    def __call__(self, look: Callable[[], T], /) -> Callable[[], T]:
        self.looks += 1

        def wait() -> T:
            if self.before_waiting is None:
                self.before_waiting = self.looks
            return look()

        return wait


def test_services_and_stores_are_all_looked_at_before_the_first_is_waited_for() -> None:
    net = network("compact")
    names = [service.name for service in net.services]
    world = rehearsed(net, *names)

    def looks_of(survey: Callable[[Eye], object]) -> int:
        begun = Begun()
        survey(Eye(net, world.doors, world, begun))
        assert begun.before_waiting is not None
        return begun.before_waiting

    def of_one(name: ServiceName) -> int:
        return looks_of(lambda eye: eye.survey([name], ()))

    alone = [of_one(name) for name in names]
    services = looks_of(lambda eye: eye.survey(names, ()))
    stores = looks_of(lambda eye: survey_stores(eye, net.stores, ()))
    everything = looks_of(lambda eye: survey_all(eye, names, net.stores, ()))

    assert len(names) > 1
    # whoever is lost is looked at once for all services
    assert services == 1 + sum(looks - 1 for looks in alone)
    assert everything == services + stores
