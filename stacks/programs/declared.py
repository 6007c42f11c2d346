"""From a network to what is to exist: one stack a site, and one for the links between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from inventory.names import HostName, SiteName
from inventory.network import Host, Link, LinkEnd, Network, Site
from inventory.storage import Pool
from stacks.resources import HostSpec, LinkEndSpec, LinkSpec, PoolSpec, SegmentSpec, Spec

BACKBONE = "backbone"
"""name of the stack that holds the links"""

_SITE_PREFIX = "site-"  # keeps a site that is called "backbone" apart


@dataclass(frozen=True, slots=True)
class Seeds:
    """What the hosts of a network need before their first boot."""

    image: str
    """hash of the golden image that a new host is made from"""
    host_keys: Mapping[HostName, str]
    """SHA-256 fingerprint of every host's SSH key"""
    images: Mapping[HostName, str] = field(default_factory=dict)
    """of hosts that are there: each keeps the image that it stands on"""


@dataclass(frozen=True, slots=True)
class DeclaredStack:
    """The specifications that are applied, previewed or lost together.

    None of them needs a result of another stack.
    """

    name: str
    specs: tuple[Spec, ...]
    """segments and pools before the hosts that are plugged into them, or have them"""


def declared_stacks(network: Network, seeds: Seeds) -> tuple[DeclaredStack, ...]:
    """Return one stack for every site and, if there are links, one for all of them.

    No stack needs another's results, so all can be applied at the same time.
    """
    sites = [
        DeclaredStack(stack_of(site.name), tuple(site_specs(network, site.name, seeds)))
        for site in network.sites
    ]
    links = tuple(link_specs(network))
    return tuple([*sites, DeclaredStack(BACKBONE, links)] if links else sites)


def stack_of(site: SiteName) -> str:
    """Return the name of the stack that holds what exists at ``site``."""
    return f"{_SITE_PREFIX}{site}"


def site_specs(network: Network, site: SiteName, seeds: Seeds) -> list[Spec]:
    """Return the segment of ``site``, its pools and hosts; KeyError if a host has no seed."""
    place, here = network.site(site), network.hosts_at(site)
    hosts = (_host(host, place, seeds) for host in here)
    pools = (_pool(pool) for host in here for pool in network.pools_on(host.name))
    return [SegmentSpec(name=place.segment, site=place.name), *pools, *hosts]


def link_specs(network: Network) -> list[Spec]:
    """Return every transmission link."""
    return [_link(link) for link in network.links]


def _host(host: Host, site: Site, seeds: Seeds) -> HostSpec:
    return HostSpec(
        name=host.name,
        site=site.name,
        segment=site.segment,
        management=str(host.management),
        image=seeds.images.get(host.name, seeds.image),
        host_key=seeds.host_keys[host.name],
    )


def _pool(pool: Pool) -> PoolSpec:
    return PoolSpec(pool.name, pool.host, str(pool.folder), pool.size_bytes)


def _link(link: Link) -> LinkSpec:
    return LinkSpec(
        name=link.name,
        a=_end(link.a),
        z=_end(link.z),
        delay_microseconds=link.delay // timedelta(microseconds=1),
        rate_bits_per_second=link.rate_bits_per_second or 0,
        mtu_bytes=link.mtu_bytes,
    )


def _end(end: LinkEnd) -> LinkEndSpec:
    return LinkEndSpec(host=end.host, interface=end.interface)
