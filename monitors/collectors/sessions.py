"""Routing sessions of one router."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from prometheus_client.metrics_core import Metric

from inventory.names import HostName, LinkName, SiteName
from monitors.catalogue import BFD_SESSION_UP, BGP_SESSION_UP, LINK_AVOIDED
from monitors.families import SeriesRow, family
from monitors.metric import MetricSpec
from routing.answers import BfdPeer, Session
from routing.avoidance import AVOID


@dataclass(frozen=True, slots=True)
class DeclaredNeighbour:
    """Somebody a router is to have sessions with."""

    address: IPv4Address
    host: HostName
    site: SiteName
    link: LinkName | None
    """None: inside the site; then there need be no session"""


def session_families(
    declared: Sequence[DeclaredNeighbour],
    bgp: Sequence[Session],
    bfd: Sequence[BfdPeer],
    policies: Mapping[IPv4Address, str],
) -> list[Metric]:
    """Return a series for each declared neighbour; one over a link that FRR lacks is down.

    ``policies`` says by which route-map each neighbour is heard.
    """
    established = {session.neighbour: session.is_established for session in bgp}
    up = {peer.neighbour: peer.is_up for peer in bfd}
    return [
        _family(BGP_SESSION_UP, declared, established),
        _family(BFD_SESSION_UP, declared, up),
        family(
            LINK_AVOIDED,
            (
                ((one.link, one.site), float(policies[one.address] == AVOID))
                for one in declared
                if one.link is not None and one.address in policies
            ),
        ),
    ]


def _family(
    spec: MetricSpec, declared: Sequence[DeclaredNeighbour], up: Mapping[IPv4Address, bool]
) -> Metric:
    rows: list[SeriesRow] = [
        ((one.host, one.link or ""), float(up.get(one.address, False)))
        for one in declared
        if one.link is not None or one.address in up
    ]
    return family(spec, rows)
