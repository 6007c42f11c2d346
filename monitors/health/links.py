"""What a snapshot knows of links, and of the sessions over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from inventory.names import HostName, LinkName, SiteName
from monitors.health.sighting import Sighting
from stacks.substrates.port import LinkState


@dataclass(frozen=True, slots=True)
class LinkView:
    """One transmission link."""

    name: LinkName
    pair: str
    a: SiteName
    z: SiteName
    a_host: HostName
    z_host: HostName
    declared_round_trip: timedelta
    measured_round_trip: timedelta | None
    loss_ratio: float | None
    """of both ways together, in one collection"""
    one_way_loss: Mapping[SiteName, float]
    """what each way lost in the last minute, 0 to 1, by the site that sends; absent: not known"""
    is_avoided: bool
    """whether a router at one of its ends says that it prefers any other way"""
    state: LinkState | None
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class SessionView:
    """One routing session, from one of its ends."""

    host: HostName
    peer: str
    """host at the other end"""
    protocol: str
    """``bgp`` or ``bfd``"""
    link: LinkName | None
    """the link it runs over; None: inside a site"""
    observer: HostName
    """whose Prometheus tells"""
    up: bool | None
    sighting: Sighting
