"""With whom a host compares its clock, and by which key."""

from __future__ import annotations

import pytest

from inventory.clocks import clock_of
from inventory.network import Network, Role
from tests.networks import DECLARED, TIME_SERVERS, TWIN_HOSTS, network

NETWORKS = [
    pytest.param(network("tiny"), id="tiny"),
    pytest.param(network("compact"), id="compact"),
    pytest.param(network("twins", TWIN_HOSTS), id="twins"),
]


@pytest.mark.parametrize("there", NETWORKS)
def test_every_host_is_compared_with_the_monitors_of_all_sites(there: Network) -> None:
    monitors = {host.name for host in there.hosts_with(Role.MONITOR)}

    for host in there.hosts:
        clock = clock_of(there, host)

        assert {source.host for source in clock.sources} == monitors - {host.name}
        assert clock.serves is (host.name in monitors)


@pytest.mark.parametrize("there", NETWORKS)
def test_two_hosts_have_one_key_and_no_third_has_it(there: Network) -> None:
    holders: dict[int, set[str]] = {}
    pairs: dict[int, set[str]] = {}
    for host in there.hosts:
        for key in clock_of(there, host).keys:
            holders.setdefault(key.number, set()).add(host.name)
            pairs.setdefault(key.number, set()).add(key.pair)

    assert holders
    for number, names in holders.items():
        assert pairs[number] == {" ".join(sorted(names))}
        assert len(names) == 2
        assert 0 < number < 2**32


@pytest.mark.parametrize("there", NETWORKS)
def test_a_host_has_a_key_for_each_of_its_sources(there: Network) -> None:
    for host in there.hosts:
        clock = clock_of(there, host)

        assert {source.key for source in clock.sources} <= {key.number for key in clock.keys}


def test_monitors_alone_ask_time_servers_and_each_those_of_its_site() -> None:
    there = network("tiny", DECLARED, TIME_SERVERS)

    asked = {
        host.name: [server.name for server in clock_of(there, host).outside] for host in there.hosts
    }

    monitors = there.hosts_with(Role.MONITOR)
    assert {name for name, servers in asked.items() if servers} == {one.name for one in monitors}
    for monitor in monitors:
        own = ["receiver"] if monitor.site == "ndc01" else []
        assert asked[monitor.name] == ["metrology", *own]


def test_without_a_declared_time_server_nobody_asks_outside() -> None:
    there = network("tiny")

    assert all(not clock_of(there, host).outside for host in there.hosts)
