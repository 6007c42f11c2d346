"""Specifications that several tests begin with."""

from __future__ import annotations

from inventory.names import HostName, LinkName, PoolName, SegmentName, SiteName
from lab.status import PowerPortState, PowerPortStatus
from stacks.resources import HostSpec, LinkEndSpec, LinkSpec, PoolSpec, SegmentSpec

SEGMENT = SegmentSpec(SegmentName("east-lan"), SiteName("east"))
HOST = HostSpec(
    name=HostName("east-node"),
    site=SiteName("east"),
    segment=SEGMENT.name,
    management="198.18.3.12/24",
    image="0123",
    host_key="SHA256:x",
)
POOL = PoolSpec(PoolName("east-node-general"), HOST.name, "/srv/pools/general", 2**28)
LINK = LinkSpec(
    name=LinkName("east-west"),
    a=LinkEndSpec(HostName("east-node"), "link1"),
    z=LinkEndSpec(HostName("west-node"), "link1"),
    delay_microseconds=1500,
    rate_bits_per_second=0,
    mtu_bytes=1500,
)
PORT = PowerPortStatus("198.18.3.1:9400", PowerPortState.OPEN, "")
