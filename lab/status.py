"""What ``ndc-labd`` says of its hosts and links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class HostStatus:
    """One host, as it is."""

    name: str
    site: str
    state: Literal["running", "frozen", "off", "half-made"]
    management: str
    """address"""
    pid: int | None
    """of its PID 1, as the machine counts; None while it is off"""
    boot_id: str | None
    since: datetime | None
    """of its last boot"""


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """One direction of a link: how it is now, and what was counted since its relay began."""

    delay_microseconds: int
    rate_bits_per_second: int
    """0: not limited"""
    loss_ratio: float
    silent: bool
    packets: int
    bytes: int
    drops: int
    queue_packets: int


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """One link, as it is."""

    name: str
    state: Literal["up", "cut", "silent", "lossy", "slow", "unplugged"]
    """the worst that holds; ``unplugged``: a host at an end is not there, or the relay is not"""
    a: str
    z: str
    delay_microseconds: int
    """as declared, one way"""
    forth: LaneStatus | None
    """from a to z; None: nobody carries it at the moment"""
    back: LaneStatus | None


@dataclass(frozen=True, slots=True)
class LabStatus:
    """Everything that one daemon owns."""

    environment: str
    number: int
    pid: int
    """of the daemon"""
    segments: tuple[str, ...]
    hosts: tuple[HostStatus, ...]
    links: tuple[LinkStatus, ...]
