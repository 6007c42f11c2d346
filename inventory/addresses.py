"""Which numbers there are to give, and the address that each of them stands for."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from inventory.model import Pools

HOSTS = range(1, 254)
"""numbers of hosts within a site: the last byte of LAN address and loopback"""
ENVIRONMENTS = range(1, 255)
"""numbers that a machine gives to its environments, one for each /24 that they take"""
_OPERATORS = 10
"""the first numbers on the management network"""


def environments(pools: Pools) -> range:
    """Return the numbers for environments that have a management network: a /24 or more each."""
    return range(1, min(_count(pools.management, 24), ENVIRONMENTS.stop))


def management(blocks: int) -> range:
    """Return the numbers for hosts on a management network of ``blocks`` /24s."""
    return range(_OPERATORS, 256 * blocks - 1)


def blocks_for(hosts: int) -> int:
    """Return how many /24s, a power of two, a management network for so many hosts takes."""
    blocks = 1
    while len(management(blocks)) < hosts:
        blocks *= 2
    return blocks


def blocks_with(number: int) -> int:
    """Return how many /24s the smallest management network takes that has ``number``."""
    return blocks_for(number - _OPERATORS + 1)


def management_prefix(pools: Pools, environment: int, blocks: int) -> IPv4Network:
    """Return the management network of ``blocks`` /24s, among which is that of ``environment``."""
    length = 25 - blocks.bit_length()
    return subnet(pools.management, environment // blocks, length)


def sites(pools: Pools) -> range:
    """Return the numbers for sites: each takes a /24 of two pools, and the first /24 stays free."""
    return min(blocks(pools.loopbacks), blocks(pools.lans), key=len)


def blocks(pool: IPv4Network) -> range:
    """Return the numbers of the /24s of ``pool`` but the first."""
    return range(1, _count(pool, 24))


def links(pools: Pools) -> range:
    """Return the numbers for links: each takes a /31, and the first one stays free."""
    return range(1, _count(pools.links, 31))


def services(pools: Pools) -> range:
    """Return the numbers for service addresses."""
    return range(1, _count(pools.services, 32) - 1)


def subnet(pool: IPv4Network, number: int, length: int) -> IPv4Network:
    """Return the prefix of ``length`` that has ``number`` in ``pool``."""
    return IPv4Network((int(pool.network_address) + (number << (32 - length)), length))


def in_network(network: IPv4Network, number: int) -> IPv4Interface:
    """Return address ``number`` of ``network``, with its prefix length."""
    return IPv4Interface((int(network.network_address) + number, network.prefixlen))


def address(network: IPv4Network, number: int) -> IPv4Address:
    """Return address ``number`` of ``network``."""
    return network.network_address + number


def _count(pool: IPv4Network, length: int) -> int:
    return 1 << (length - pool.prefixlen) if pool.prefixlen <= length else 0
