from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from stacks.programs.declared import BACKBONE, Seeds, declared_stacks, link_specs, site_specs
from stacks.programs.program import is_needed
from stacks.resources import HostSpec, LinkSpec, PoolSpec, SegmentSpec
from tests import networks

NETWORK = networks.network("compact")
SEEDS = Seeds(
    image="f00d",
    host_keys={host.name: f"SHA256:{host.name}" for host in NETWORK.hosts},
)


def test_there_is_one_stack_a_site_and_one_for_the_links() -> None:
    stacks = declared_stacks(NETWORK, SEEDS)

    assert [stack.name for stack in stacks] == [
        *(f"site-{site.name}" for site in NETWORK.sites),
        BACKBONE,
    ]


def test_everything_is_declared_once() -> None:
    specs = [spec for stack in declared_stacks(NETWORK, SEEDS) for spec in stack.specs]

    declared = [spec.name for spec in specs]
    assert sorted(declared) == sorted(
        [
            *(site.segment for site in NETWORK.sites),
            *(pool.name for pool in NETWORK.pools),
            *(host.name for host in NETWORK.hosts),
            *(link.name for link in NETWORK.links),
        ]
    )


def test_a_network_without_links_needs_no_backbone() -> None:
    stacks = declared_stacks(replace(NETWORK, links=()), SEEDS)

    assert BACKBONE not in [stack.name for stack in stacks]


def test_a_host_is_declared_with_its_seed() -> None:
    site = NETWORK.sites[0]
    segment, _, first, second, *_ = site_specs(NETWORK, site.name, SEEDS)

    host = NETWORK.hosts_at(site.name)[0]
    assert segment == SegmentSpec(site.segment, site.name)
    assert first == HostSpec(
        name=host.name,
        site=site.name,
        segment=site.segment,
        management=str(host.management),
        image="f00d",
        host_key=f"SHA256:{host.name}",
    )
    assert isinstance(second, HostSpec)


def test_a_pool_is_declared_before_the_host_that_has_it() -> None:
    site = NETWORK.sites[0]
    specs = site_specs(NETWORK, site.name, SEEDS)

    (pool,) = (spec for spec in specs if isinstance(spec, PoolSpec))

    (declared, *_) = NETWORK.pools
    assert pool == PoolSpec(declared.name, declared.host, "/srv/pools/general", declared.size_bytes)
    needing = [spec.name for spec in specs if is_needed(pool, spec)]
    assert needing == [declared.host]
    assert specs.index(pool) < [spec.name for spec in specs].index(declared.host)


def test_a_link_is_declared_with_its_delay_one_way() -> None:
    link = replace(NETWORK.links[0], delay=timedelta(milliseconds=12.5), rate_bits_per_second=None)

    (spec,) = link_specs(replace(NETWORK, links=(link,)))

    assert isinstance(spec, LinkSpec)
    assert (spec.delay_microseconds, spec.rate_bits_per_second) == (12500, 0)
    assert (spec.a.host, spec.z.interface) == (link.a.host, link.z.interface)
