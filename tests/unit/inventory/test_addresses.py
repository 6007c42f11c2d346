"""What a pool holds, to its last number, and which address each number stands for."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from inventory import addresses
from inventory.model import Pools


def _pools(length: int) -> Pools:
    """Return pools that are all as long."""
    names = ("management", "loopbacks", "lans", "links", "services")
    return Pools.model_validate(
        {name: f"10.{place}.0.0/{length}" for place, name in enumerate(names)}
    )


@pytest.mark.parametrize(
    ("length", "environments", "sites", "links", "services"),
    [
        (16, 254, 255, 32767, 65534),
        (19, 31, 31, 4095, 8190),
        (24, 0, 0, 127, 254),
        (25, 0, 0, 63, 126),
        (31, 0, 0, 0, 0),
        (32, 0, 0, 0, 0),
    ],
)
def test_a_pool_holds_so_many(
    length: int, environments: int, sites: int, links: int, services: int
) -> None:
    pools = _pools(length)

    assert len(addresses.environments(pools)) == environments
    assert len(addresses.sites(pools)) == sites
    assert len(addresses.links(pools)) == links
    assert len(addresses.services(pools)) == services


def test_the_smaller_of_two_pools_says_how_many_sites_there_may_be() -> None:
    pools = _pools(19)

    for name in ("loopbacks", "lans"):
        small = pools.model_copy(update={name: IPv4Network("10.9.0.0/22")})
        assert addresses.sites(small) == range(1, 4)


def test_the_ends_of_a_24_are_nobodys_and_the_first_ten_of_management_the_operators() -> None:
    hosts, management = addresses.HOSTS, addresses.management(1)

    assert (min(hosts), max(hosts)) == (1, 253)
    assert (min(management), max(management)) == (10, 254)


@pytest.mark.parametrize(
    ("hosts", "blocks"), [(0, 1), (245, 1), (246, 2), (501, 2), (502, 4), (1013, 4), (1014, 8)]
)
def test_a_management_network_is_as_large_as_its_hosts_need(hosts: int, blocks: int) -> None:
    last = addresses.management(blocks)[hosts - 1] if hosts else 10

    assert addresses.blocks_for(hosts) == addresses.blocks_with(last) == blocks


@pytest.mark.parametrize(("number", "blocks"), [(1, 1), (254, 1), (2, 2), (4, 4), (64, 64)])
def test_an_environment_has_the_24s_from_its_number_on(number: int, blocks: int) -> None:
    pools = _pools(16)

    network = addresses.management_prefix(pools, number, blocks)

    assert str(network.network_address) == f"10.0.{number}.0"
    assert network.num_addresses == 256 * blocks


def test_a_number_stands_for_a_prefix_or_an_address() -> None:
    pool = IPv4Network("198.19.100.0/22")

    assert addresses.subnet(pool, 3, 31) == IPv4Network("198.19.100.6/31")
    assert str(addresses.in_network(IPv4Network("198.19.33.0/24"), 7)) == "198.19.33.7/24"
    assert addresses.address(IPv4Network("198.19.255.0/24"), 1) == IPv4Address("198.19.255.1")
