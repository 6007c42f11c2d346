from __future__ import annotations

from pathlib import Path

import pytest
from typing_extensions import override

from core.system_clock import SystemClock
from inventory.names import HostName, LinkName, PoolName, SegmentName, SiteName
from stacks.resources import HostSpec, LinkEndSpec, LinkSpec, PoolSpec, SegmentSpec, Spec
from stacks.substrates.memory import MemorySubstrate
from tests.contract.substrate import SubstrateContract, Things

SITE = SiteName("ndc01")
SEGMENT = SegmentName("ndc01-lan")


class TestMemorySubstrate(SubstrateContract):
    at: Path

    @pytest.fixture
    def substrate(self, tmp_path: Path) -> MemorySubstrate:
        self.at = tmp_path / "world.json"
        return MemorySubstrate(self.at, owner="ours", clock=SystemClock())

    @pytest.fixture
    def things(self) -> Things:
        return Things(
            segment=SegmentSpec(SEGMENT, SITE),
            pool=PoolSpec(PoolName("ndc01-general"), HostName("ndc01-data"), "/srv/x", 2**30),
            host=HostSpec(
                name=HostName("ndc01-data"),
                site=SITE,
                segment=SEGMENT,
                management="198.18.3.12/24",
                image="f00d",
                host_key="SHA256:abc",
            ),
            link=LinkSpec(
                name=LinkName("red-1"),
                a=LinkEndSpec(HostName("ndc01-border"), "link1"),
                z=LinkEndSpec(HostName("ndc02-border"), "link1"),
                delay_microseconds=1500,
                rate_bits_per_second=0,
                mtu_bytes=1400,
            ),
        )

    @override
    def usurp(self, spec: Spec) -> None:
        MemorySubstrate(self.at, owner="somebody", clock=SystemClock()).ensure(spec, print)
