"""Where services are announced after ``ndc up``, in the simulated network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from core.errors import Rejected, Unreachable
from core.runs.plan import RunName
from core.runs.ports import Token
from dr.admission import Exclusion
from dr.doors import Doors, GuardDoor, Stance
from dr.hosts.epochs import Act
from dr.placement import Claim, Placement
from dr.placing import place_services
from dr.simulation.truth import Served
from dr.simulation.world import rehearsed
from inventory.names import HostName, PlacedName, SiteName
from tests.networks import TWIN_HOSTS, network
from tests.rehearsals import SERVICE

TINY = network("tiny")
RUN = RunName("20300101-000002-move")


def _moved() -> tuple[Served, Doors]:
    """Return a network whose service was just placed at ndc02; ndc01 announces it still."""
    world = rehearsed(TINY, SERVICE)
    truth = world.truth.at(SERVICE)
    truth.placements.append(Placement(SiteName("ndc02"), 2, RUN))
    truth.routes.clear()
    return truth, world.doors


def test_a_service_is_announced_at_the_new_place_before_it_is_withdrawn_at_the_old() -> None:
    truth, doors = _moved()

    place_services(TINY, doors)

    assert truth.routes == [{"ndc01-node", "ndc02-node"}, {"ndc02-node"}]


@pytest.mark.parametrize("placed", ["ndc01", "ndc02"])
def test_who_was_given_up_and_is_the_last_to_announce_it_keeps_it(placed: str) -> None:
    world = rehearsed(TINY, SERVICE)
    truth, out = world.truth.at(SERVICE), HostName(f"{placed}-node")
    truth.placements.append(Placement(SiteName(placed), 2, RUN))
    world.truth.excluded[out] = Exclusion(RUN, world.now())

    place_services(TINY, world.doors)

    assert truth.announcing == {"ndc01-node"}


@dataclass(frozen=True, slots=True)
class _Deaf:
    """The guards of a network in which one host does not answer a request."""

    guards: GuardDoor
    deaf: HostName

    def look(self, service: PlacedName, host: HostName) -> Stance:
        return self.guards.look(service, host)

    def act(
        self, act: Act, service: PlacedName, host: HostName, token: Token, bound: timedelta
    ) -> None:
        if host == self.deaf:
            raise Unreachable(f"{host} does not answer")
        self.guards.act(act, service, host, token, bound)


def test_nothing_is_withdrawn_while_the_new_place_does_not_announce() -> None:
    truth, doors = _moved()
    deaf = replace(doors, guard=_Deaf(doors.guard, HostName("ndc02-node")))

    with pytest.raises(Unreachable):
        place_services(TINY, deaf)

    assert truth.announcing == {"ndc01-node"}


def test_what_a_run_holds_is_left_to_it() -> None:
    truth, doors = _moved()
    truth.claim = Claim(RUN, 1)

    place_services(TINY, doors)

    assert truth.announcing == {"ndc01-node"}


def test_a_host_that_knows_a_newer_epoch_stops_it() -> None:
    truth, doors = _moved()
    truth.epochs[HostName("ndc02-node")] = 3

    with pytest.raises(Rejected):
        place_services(TINY, doors)

    assert truth.announcing == {"ndc01-node"}


def _twins(*announcing: str) -> Served:
    """Return a network with two hosts a site, once ``ndc up`` placed its service."""
    of = network("twins", TWIN_HOSTS)
    world = rehearsed(of, of.services[0].name)
    served = world.truth.at(of.services[0].name)
    served.announcing = {HostName(name) for name in announcing}
    place_services(of, world.doors)
    return served


def test_every_host_of_the_site_announces_what_nobody_announces() -> None:
    assert _twins().announcing == {"east-one", "east-two"}


def test_a_host_that_does_not_announce_beside_one_that_does_is_left_to_its_agent() -> None:
    assert _twins("east-two", "west-one").announcing == {"east-two"}


def test_a_store_comes_home_from_a_recovery_once_its_home_is_admitted() -> None:
    world = rehearsed(TINY)
    store = TINY.stores[0]
    record = world.truth.stores[store.name].placements
    record.append(Placement(store.refuges[0], 2, RUN))
    world.truth.excluded[store.hosts[0]] = Exclusion(RUN, world.now())

    place_services(TINY, world.doors)
    kept_out = record[-1]
    world.truth.excluded.clear()
    place_services(TINY, world.doors)

    assert kept_out.site == store.refuges[0]
    assert (record[-1].site, record[-1].epoch) == (store.home, 3)


def test_a_store_that_a_run_holds_is_left_to_it() -> None:
    world = rehearsed(TINY)
    held = world.truth.stores[TINY.stores[0].name]
    held.placements.append(Placement(TINY.stores[0].refuges[0], 2, RUN))
    held.claim = Claim(RUN, 1)

    place_services(TINY, world.doors)

    assert held.placements[-1].epoch == 2


def test_a_store_is_placed_at_its_home_also_when_that_is_another() -> None:
    world = rehearsed(TINY)
    store, *others = TINY.stores
    home, *refuges = store.refuges
    moved = replace(store, home=home, refuges=(store.home, *refuges))

    for _ in range(2):
        place_services(replace(TINY, stores=(moved, *others)), world.doors)

    placement = world.doors.records.placement(store.name)
    assert placement is not None
    assert (placement.site, placement.epoch) == (home, 2)
