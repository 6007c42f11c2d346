"""What the relay tells of its cables; ``ndc-labd`` passes the lanes on as they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """One direction of a link: its state now, and its counters since this relay began."""

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
class CableStatus:
    """One link in the relay; both directions lose everything while an end is not plugged in."""

    name: str
    plugged: tuple[bool, bool]
    """whether ends a and z are plugged in"""
    forth: LaneStatus
    """from a to z"""
    back: LaneStatus
