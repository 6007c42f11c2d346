"""What each router is to do, for every network that can be declared."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from itertools import pairwise

import pytest

from inventory.names import HostName
from inventory.network import Network, Role
from routing.intent import NeighbourKind, intent
from tests.networks import network

PROFILES = ("tiny", "compact")


@pytest.fixture(params=PROFILES)
def declared(request: pytest.FixtureRequest) -> Network:
    return network(str(request.param))


def test_each_session_is_wanted_by_both_of_its_ends(declared: Network) -> None:
    ends = {
        (host.name, neighbour.host)
        for host in declared.hosts
        for neighbour in intent(declared, host.name).neighbours
    }

    assert ends == {(there, here) for here, there in ends}


def test_a_link_carries_one_external_session(declared: Network) -> None:
    for link in declared.links:
        here = intent(declared, link.a.host).neighbours
        sessions = [n for n in here if n.address == link.z.address.ip]

        assert [n.kind for n in sessions] == [NeighbourKind.EXTERNAL]
        assert sessions[0].asn == declared.site(link.z.site).asn


def test_only_border_routers_announce_the_lan(declared: Network) -> None:
    for host in declared.hosts:
        lan = declared.site(host.site).lan

        assert (lan in intent(declared, host.name).announced) == (Role.BORDER in host.roles)


def test_every_host_announces_its_loopback_and_the_services_it_may_serve(
    declared: Network,
) -> None:
    for host in declared.hosts:
        announced = intent(declared, host.name).announced

        assert IPv4Network(host.loopback) in announced
        for service in declared.services:
            assert (IPv4Network(service.address) in announced) == (host.name in service.hosts)


def test_a_filter_admits_every_other_site_so_that_each_can_be_reached_through_a_third(
    declared: Network,
) -> None:
    for host in declared.hosts_with(Role.BORDER):
        filters = intent(declared, host.name).others

        assert {origin.site for origin in filters} == {
            site.name for site in declared.sites if site.name != host.site
        }


def test_a_service_address_may_only_come_from_where_it_can_be_served(declared: Network) -> None:
    service = declared.services[0]
    sites = {declared.host(host).site for host in service.hosts}
    edge = declared.hosts_with(Role.BORDER)[-1]

    origins = [*intent(declared, edge.name).others, intent(declared, edge.name).own]

    assert {o.site for o in origins if service.address in o.services} == sites


def test_the_order_of_declarations_means_nothing(declared: Network) -> None:
    turned = replace(
        declared,
        sites=declared.sites[::-1],
        hosts=declared.hosts[::-1],
        links=declared.links[::-1],
        services=declared.services[::-1],
    )

    for host in declared.hosts:
        assert intent(turned, host.name) == intent(declared, host.name)


def test_neighbours_stand_in_order_of_their_addresses(declared: Network) -> None:
    for host in declared.hosts:
        addresses = [n.address for n in intent(declared, host.name).neighbours]

        assert all(one < two for one, two in pairwise(addresses))


def test_a_site_of_one_host_has_no_session_inside() -> None:
    witness = intent(network("tiny"), HostName("witness-node"))

    assert {neighbour.kind for neighbour in witness.neighbours} == {NeighbourKind.EXTERNAL}


def test_who_is_not_in_the_network_has_no_router() -> None:
    with pytest.raises(KeyError):
        intent(network("tiny"), HostName("nobody"))
