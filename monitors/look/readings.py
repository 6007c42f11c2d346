"""What was answered, source by source, before anybody makes sense of it.

A key that is missing was not answered; False is an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from access.clients.patroni import MemberAnswer
from access.clients.prometheus import Sample
from dr.placement import Placement
from inventory.names import DatabaseName, HostName, LinkName, ServiceName, SiteName
from stacks.substrates.port import LinkState, Power


@dataclass(frozen=True, slots=True)
class PowerReading:
    """What a substrate says of one host."""

    power: Power
    booted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProbeReading:
    """How one service did for the probe in the last seconds."""

    answers: bool
    site: SiteName | None
    """that answered last; None: nobody has yet"""


@dataclass(frozen=True, slots=True)
class Readings:
    """Everything that was answered in one look around."""

    power: Mapping[HostName, PowerReading] = field(default_factory=dict)
    links: Mapping[LinkName, LinkState] = field(default_factory=dict)
    greetings: Mapping[HostName, bool] = field(default_factory=dict)
    """whether the SSH port greeted (True) or refused (False)"""
    clusters: Mapping[tuple[DatabaseName, HostName], tuple[MemberAnswer, ...] | None] = field(
        default_factory=dict
    )
    """None: the host refused, so nothing runs there"""
    voters: Mapping[HostName, bool] = field(default_factory=dict)
    samples: Mapping[HostName, tuple[Sample, ...]] = field(default_factory=dict)
    """by the host whose Prometheus told"""
    placements: Mapping[ServiceName, Placement] = field(default_factory=dict)
    probed: Mapping[ServiceName, ProbeReading] = field(default_factory=dict)
