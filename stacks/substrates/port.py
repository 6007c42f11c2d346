"""The port of substrates: what each of them promises."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from stacks.resources import Kind, Spec


class Power(StrEnum):
    """What a substrate says of a host."""

    RUNNING = "running"
    FROZEN = "frozen"
    """every process stands still"""
    ADRIFT = "adrift"
    """processes of it live, and what kept them is gone, its links too"""
    OFF = "off"
    HALF_MADE = "half-made"
    """off, and its making did not come to an end"""

    @property
    def is_on(self) -> bool:
        """Whether the host is kept and has processes, if only frozen ones."""
        return self in {Power.RUNNING, Power.FROZEN}


class LinkState(StrEnum):
    """What was done to a link on purpose, or what its carrier shows: the worst that holds."""

    UP = "up"
    SLOW = "slow"
    """another delay or rate than declared"""
    LOSSY = "lossy"
    """some packets vanish"""
    SILENT = "silent"
    """carrier, and packets vanish"""
    CUT = "cut"
    """no carrier"""
    DOWN = "down"
    """carries nothing, not on purpose: a host at an end is off, or nobody knows why"""

    @property
    def carries(self) -> bool:
        """Whether packets arrive, if later or fewer than declared."""
        return self in {LinkState.UP, LinkState.SLOW, LinkState.LOSSY}


class Substrate(Protocol):
    """Makes segments, storage pools, hosts and links exist.

    Every call may be repeated: it looks before it acts, adopts a thing that is equal
    and ours, and refuses one that is foreign::

        segment = SegmentSpec(SegmentName("ndc01-lan"), SiteName("ndc01"))
        substrate.ensure(segment, print)
        assert substrate.look("segment", "ndc01-lan") == segment
        substrate.remove("segment", "ndc01-lan")

    Each raises Rejected when it did not happen, Unreachable when it may have.
    """

    def ensure(self, spec: Spec, progress: Callable[[str], None]) -> None:
        """Make ``spec`` true, in place where that can be; ``progress`` gets plain sentences.

        A half-made thing is mended by the next call.
        """

    def look(self, kind: Kind, name: str) -> Spec | None:
        """Return what is really there, read from the live thing; None if it is not there."""

    def remove(self, kind: Kind, name: str) -> None:
        """Make it gone, with everything that was made for it; nothing to do is no error."""
