"""Nobody observes from where something seems lost, and a site has one voice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from dr.watch.observers import observers
from inventory.names import HostName, SiteName
from inventory.network import Network, Role
from tests.networks import DECLARED, FOURTH_SITE, TWO_SITES, network

FOUR = network("compact")
FIVE = network("compact", DECLARED, FOURTH_SITE)


def _two_sites() -> Network:
    bare = network("tiny", TWO_SITES)
    watched = (replace(host, roles=host.roles | {Role.MONITOR}) for host in bare.hosts)
    return replace(bare, hosts=tuple(watched))


def _sites(of: Network, lost: set[HostName]) -> list[SiteName]:
    return [of.host(host).site for host in observers(of, lost)]


@pytest.mark.parametrize("of", [FOUR, FIVE, network("tiny"), _two_sites()])
def test_every_other_site_has_one_voice_whichever_host_is_lost(of: Network) -> None:
    for host in of.hosts:
        others = [site.name for site in of.sites if site.name != host.site]

        assert _sites(of, {host.name}) == others


@pytest.mark.parametrize("of", [FOUR, FIVE, network("tiny"), _two_sites()])
def test_observers_are_whom_the_others_firewalls_admit(of: Network) -> None:
    found = observers(of, [])

    assert [of.host(host).site for host in found] == [site.name for site in of.sites]
    assert all(Role.MONITOR in of.host(host).roles for host in found)


def test_hosts_of_two_sites_leave_the_others() -> None:
    of = FOUR
    (one, *_), (other, *_) = (of.hosts_at(site.name) for site in of.sites[:2])

    assert _sites(of, {one.name, other.name}) == [site.name for site in of.sites[2:]]


def test_of_several_monitors_at_a_site_the_first_speaks() -> None:
    everywhere = (replace(host, roles=host.roles | {Role.MONITOR}) for host in FOUR.hosts)
    of = replace(FOUR, hosts=tuple(everywhere))

    found = observers(of, [of.hosts[0].name])

    assert Counter(of.host(host).site for host in found).most_common(1)[0][1] == 1
    assert found == tuple(of.hosts_at(site.name)[0].name for site in of.sites[1:])


def test_with_two_sites_there_is_one_and_with_everything_lost_there_is_none() -> None:
    of = _two_sites()
    one, other = of.hosts

    assert observers(of, [one.name]) == (other.name,)
    assert observers(of, [one.name, other.name]) == ()


def test_a_site_without_a_monitor_has_no_voice() -> None:
    assert observers(network("tiny", TWO_SITES), []) == ()


def test_whom_nobody_knows_nobody_observes() -> None:
    with pytest.raises(KeyError):
        observers(FOUR, [HostName("no-such-host")])
