"""What a fast ping saw: round trips, and the longest time in which nothing came through; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_REPLY = re.compile(r"^\[(\d+\.\d+)\] .*icmp_seq=(\d+) .*time=([\d.]+) ms", re.MULTILINE)
_SENT = re.compile(r"^(\d+) packets transmitted", re.MULTILINE)

_SLIP_SECONDS = 0.05
_SLIP_RATIO = 0.1
"""of an outage; a ping that slept for more of it measures itself"""


@dataclass(frozen=True, slots=True)
class Echo:
    """One echo that was answered."""

    sequence: int
    sent_at: float
    """seconds since the epoch"""
    round_trip_ms: float


@dataclass(frozen=True, slots=True)
class Echoes:
    """What one ``ping -D`` said, in the order in which it sent."""

    answered: tuple[Echo, ...]
    sent: int

    @property
    def spacing_seconds(self) -> float:
        """How far apart it really sent."""
        return median(
            (later.sent_at - earlier.sent_at) / (later.sequence - earlier.sequence)
            for earlier, later in pairwise(self.answered)
        )


@dataclass(frozen=True, slots=True)
class Outage:
    """The longest time without an echo that came through."""

    seconds: float
    """from the sending of the last that did to that of the next"""
    lost: int
    slip_seconds: float
    """of it, time in which nothing was sent either; and what of it may lie before the first echo"""

    @property
    def is_void(self) -> bool:
        """Whether it says more of who sent than of the way."""
        return self.slip_seconds > max(_SLIP_SECONDS, _SLIP_RATIO * self.seconds)


def echoes(said: str) -> Echoes:
    """Return what the text of ``ping -D`` tells; it must have ended by itself.

    Raises:
        ValueError: fewer than two echoes were answered, or it was cut off.
    """
    found = {
        int(sequence): Echo(int(sequence), float(at) - float(took) / 1000, float(took))
        for at, sequence, took in reversed(_REPLY.findall(said))
    }
    sent = _SENT.search(said)
    if len(found) < 2 or not sent:
        raise ValueError(f"ping said too little:\n{said[-500:]}")
    return Echoes(tuple(found[sequence] for sequence in sorted(found)), int(sent[1]))


def outage(seen: Echoes) -> Outage:
    """Return the longest outage that ``seen`` went through.

    Raises:
        ValueError: nothing came through any more in the last second.
    """
    spacing = seen.spacing_seconds
    missing = seen.sent - seen.answered[-1].sequence
    if missing * spacing > 1:
        raise ValueError(f"nothing came through for the last {missing * spacing:.1f} s")
    before, after = max(pairwise(seen.answered), key=lambda pair: pair[1].sent_at - pair[0].sent_at)
    seconds, apart = after.sent_at - before.sent_at, after.sequence - before.sequence
    unseen = (seen.answered[0].sequence - 1) * spacing
    return Outage(seconds, apart - 1, max(0.0, seconds - apart * spacing, unseen))


def excesses_ms(seen: Echoes, declared_ms: float) -> Sequence[float]:
    """Return by how much each round trip was longer than declared."""
    return [echo.round_trip_ms - declared_ms for echo in seen.answered]
