"""A derived network of two hosts, written by hand."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from inventory.names import (
    DatabaseName,
    EnvironmentName,
    HostName,
    LinkName,
    OperatorName,
    RegionName,
    SegmentName,
    ServiceName,
    SiteName,
)
from inventory.network import (
    Database,
    Host,
    LastCopy,
    Link,
    LinkEnd,
    Member,
    Network,
    Operator,
    Role,
    Service,
    Site,
    SiteKind,
)


def _site(number: int) -> Site:
    return Site(
        name=SiteName(f"s{number}"),
        number=number,
        kind=SiteKind.CENTRE,
        title=f"Site {number}",
        region=RegionName(f"r{number}"),
        latitude=21.0,
        longitude=105.0,
        asn=4200000000 + number,
        lan=IPv4Network(f"198.19.{32 + number}.0/24"),
        segment=SegmentName(f"s{number}-lan"),
        loopbacks=IPv4Network(f"198.19.{number}.0/24"),
    )


def _host(number: int, roles: set[Role]) -> Host:
    return Host(
        name=HostName(f"s{number}-node"),
        site=SiteName(f"s{number}"),
        number=1,
        roles=frozenset(roles),
        management=IPv4Interface(f"198.18.3.{10 + number}/24"),
        lan=IPv4Interface(f"198.19.{32 + number}.1/24"),
        loopback=IPv4Address(f"198.19.{number}.1"),
    )


_EVERYTHING = set(Role) - {Role.PROBE}
_A = LinkEnd(SiteName("s1"), HostName("s1-node"), "link1", IPv4Interface("198.19.100.0/31"))
_Z = LinkEnd(SiteName("s2"), HostName("s2-node"), "link1", IPv4Interface("198.19.100.1/31"))

NETWORK = Network(
    environment=EnvironmentName("small"),
    environment_number=3,
    profile="small",
    management=IPv4Network("198.18.3.0/24"),
    operator_address=IPv4Interface("198.18.3.1/24"),
    sites=(_site(1), _site(2)),
    hosts=(_host(1, _EVERYTHING), _host(2, {*_EVERYTHING, Role.PROBE} - {Role.MONITOR})),
    links=(
        Link(
            name=LinkName("s1-s2"),
            number=1,
            pair="s1-s2",
            a=_A,
            z=_Z,
            delay=timedelta(milliseconds=1.5),
            rate_bits_per_second=None,
            mtu_bytes=1500,
            carrier="one",
            ducts=("d1",),
            shared_risks=(),
        ),
    ),
    voters=(HostName("s1-node"), HostName("s2-node")),
    databases=(
        Database(
            name=DatabaseName("general-db"),
            home=SiteName("s1"),
            members=(
                Member(HostName("s1-node"), SiteName("s1"), synchronous=True),
                Member(HostName("s2-node"), SiteName("s2"), synchronous=False),
            ),
            synchronous_node_count=1,
            last_copy=LastCopy.CONTINUE,
            port=5432,
        ),
    ),
    services=(
        Service(
            name=ServiceName("portal"),
            title="Portal",
            address=IPv4Address("198.19.255.10"),
            home=SiteName("s1"),
            refuges=(SiteName("s2"),),
            hosts=(HostName("s1-node"), HostName("s2-node")),
            database=DatabaseName("general-db"),
            port=8080,
            tier="T1",
            recovery_time=timedelta(minutes=1),
            recovery_point=timedelta(0),
        ),
    ),
    operators=(
        Operator(OperatorName("sample"), "", frozenset({"operate"})),
        Operator(OperatorName("duty"), "ssh-ed25519 AAAA duty", frozenset({"observe"})),
    ),
    failure_sets=(),
    digest="0" * 64,
)
