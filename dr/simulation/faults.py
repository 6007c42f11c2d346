"""What can go wrong between sending an action and hearing of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """One way for one attempt to go wrong."""

    MUTE = "mute"
    """it happens, and the answer is lost"""
    LOST = "lost"
    """it never arrives"""
    REFUSED = "refused"
    """the target says no"""
    UNSURE = "unsure"
    """the answer is that nobody knows whether it happened; it did, or it did not"""
    TWICE = "twice"
    """the network delivers it twice, and each is answered"""
    SLOW = "slow"
    """it happens after the deadline, while we are still looking"""
    LATE = "late"
    """it happens long after we gave it up and sent another"""


@dataclass(slots=True)
class Fault:
    """``trouble`` for the next ``times`` attempts of one kind of action."""

    kind: str
    trouble: Trouble
    times: int = 1
