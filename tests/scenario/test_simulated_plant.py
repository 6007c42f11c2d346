"""Power, links and votes of a simulated network: who reaches whom, and what the operator sees."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import NotSeen, Rejected, Unreachable
from core.runs.plan import RunName
from dr.placement import Claim
from dr.simulation.world import World, rehearsed
from inventory.loader import load
from inventory.names import HostName, ServiceName, SiteName
from inventory.network import Role
from tests.networks import (
    DECLARED,
    PORTAL_ALONE,
    SHARED_DATABASE,
    TWO_DATABASES,
    network,
    network_of,
    texts_of,
)
from tests.rehearsals import SERVICE

HOST, OTHER = HostName("ndc01-app"), HostName("ndc02-app")
SITE = SiteName("ndc01")
PAYMENTS = ServiceName("payments")


def _world() -> World:
    return rehearsed(network("compact"), SERVICE)


def test_a_life_ends_with_the_power_and_another_begins_with_it() -> None:
    world = _world()
    power = world.doors.power
    first = power.state(HOST)

    power.off(HOST, first.life)
    power.off(HOST, first.life)
    between = power.state(HOST)
    world.truth.plant.power_on(HOST)
    second = power.state(HOST)

    assert (first.on, between.on, second.on) == (True, False, True)
    assert first.life == between.life != second.life
    with pytest.raises(Rejected):
        power.off(HOST, first.life)
    assert power.state(HOST).on


def test_a_power_port_that_is_cut_tells_nothing_and_may_have_obeyed() -> None:
    world = _world()
    life = world.doors.power.state(HOST).life
    world.truth.plant.mute_ports.add(HOST)

    with pytest.raises(NotSeen):
        world.doors.power.state(HOST)
    with pytest.raises(Unreachable):
        world.doors.power.off(HOST, life)


def test_a_site_that_is_cut_off_answers_the_operator_and_no_other_site() -> None:
    world = _world()

    with world.truth.plant.changing() as plant:
        plant.isolated.add(SITE)

    assert world.doors.guard.look(SERVICE, HOST).announces
    assert world.doors.sight.answering(OTHER, [HOST, OTHER]) == {OTHER}
    assert world.doors.sight.answering(HOST, [HostName("ndc01-data"), OTHER]) == {"ndc01-data"}


def test_who_stands_still_has_power_and_answers_nobody() -> None:
    world = _world()

    world.truth.plant.freeze(HOST)

    assert world.doors.power.state(HOST).on
    assert world.doors.sight.answering(OTHER, [HOST]) == frozenset()
    with pytest.raises(NotSeen):
        world.doors.guard.look(SERVICE, HOST)
    with pytest.raises(NotSeen):
        world.doors.sight.answering(HOST, [OTHER])


def test_a_site_is_reached_over_any_link_that_is_left() -> None:
    world = _world()
    plant = world.truth.plant
    own = [link for link in plant.network.links if SITE in {link.a.site, link.z.site}]

    with plant.changing():
        plant.cut.update(link.name for link in own[1:])
    over_one = plant.reaches(HOST, OTHER)
    with plant.changing():
        plant.cut.add(own[0].name)

    assert over_one
    assert not plant.reaches(HOST, OTHER)


def test_how_long_a_host_is_up_is_told_by_itself() -> None:
    world = _world()
    sight, plant = world.doors.sight, world.truth.plant
    plant.power_off(HOST)
    with pytest.raises(NotSeen):
        sight.up_for(HOST)

    plant.power_on(HOST)
    world.sleep(timedelta(seconds=7))

    assert sight.up_for(HOST) == timedelta(seconds=7)
    assert sight.up_for(OTHER) > timedelta(days=1)


def test_a_quorum_is_where_most_votes_reach_each_other_and_nowhere_else() -> None:
    world = _world()
    quorum, plant = world.truth.quorum, world.truth.plant

    with plant.changing():
        plant.isolated.add(SiteName("ndc03"))

    assert quorum.reached_from(HostName("ndc01-data"))
    assert not quorum.reached_from(HostName("ndc03-data"))
    plant.freeze(HostName("ndc02-data"))
    assert not quorum.majority()
    with pytest.raises(NotSeen):
        world.doors.records.placement(SERVICE)


def test_services_on_one_database_share_a_claim_and_have_places_of_their_own() -> None:
    world = rehearsed(network("compact", *PORTAL_ALONE, SHARED_DATABASE), SERVICE, PAYMENTS)
    records = world.doors.records

    records.swap_claim(SERVICE, Claim(None), Claim(RunName("a-run"), 1))

    assert records.claim(PAYMENTS).run == "a-run"
    places = {name: records.placement(name) for name in (SERVICE, PAYMENTS)}
    assert {name: place.site for name, place in places.items() if place} == {
        SERVICE: "ndc01",
        PAYMENTS: "ndc02",
    }


def test_databases_fall_and_are_claimed_each_by_itself() -> None:
    world = rehearsed(network("compact", *PORTAL_ALONE, TWO_DATABASES), SERVICE, PAYMENTS)
    truth = world.truth
    world.sleep(timedelta(seconds=2))

    world.doors.records.swap_claim(SERVICE, Claim(None), Claim(RunName("a-run"), 1))
    truth.plant.power_off(HostName("ndc02-data"))
    world.sleep(timedelta(seconds=40))

    assert truth.at(PAYMENTS).claim.run is None
    assert truth.at(PAYMENTS).database.leads(HostName("ndc01-data"))
    assert truth.at(SERVICE).database.forks == 0
    assert all(not citizens.lost for citizens in world.citizens.values())
    assert all(citizens.acknowledged for citizens in world.citizens.values())


def test_without_a_probe_citizens_write_from_where_they_come_in() -> None:
    texts = {
        name: text.replace("access, monitor, probe]", "access, monitor]")
        for name, text in texts_of(DECLARED).items()
    }
    unmeasured = network_of(load(texts), "tiny")
    world = rehearsed(unmeasured, SERVICE)

    world.sleep(timedelta(seconds=5))

    (entrance,) = unmeasured.hosts_with(Role.ACCESS)
    assert not unmeasured.hosts_with(Role.PROBE)
    assert len(world.citizens[SERVICE].acknowledged) > 50
    assert world.truth.at(SERVICE).citizens_at == entrance.name
