"""Clocks outside the network, with which its monitors compare theirs."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from inventory.names import SiteName, TimeServerName


@dataclass(frozen=True, slots=True)
class TimeServer:
    """One clock outside the network."""

    name: TimeServerName
    address: IPv4Address
    proves: str | None
    """the name in the certificate by which it proves what it tells (NTS); None: nothing does"""
    sites: tuple[SiteName, ...]
    """whose monitors ask it"""
