"""What a fast ping saw: round trips, and the longest time in which nothing came through; pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_REPLY = re.compile(r"^\[(\d+\.\d+)\] .*icmp_seq=(\d+) .*time=([\d.]+) ms", re.MULTILINE)
_WAITING = re.compile(r"^\[(\d+\.\d+)\] no answer yet for icmp_seq=(\d+)", re.MULTILINE)
"""said, with ``-O``, at the sending of the next echo"""
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
    """What one ``ping -D -O`` said, in the order in which it sent."""

    answered: tuple[Echo, ...]
    sent: int
    sent_at: tuple[float, ...]
    """of every echo whose sending is known, answered or not, in order"""

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
    """the longest time in it between two sendings; or, if longer, what may lie before the first"""

    @property
    def is_void(self) -> bool:
        """Whether it says more of who sent than of the way."""
        return self.slip_seconds > max(_SLIP_SECONDS, _SLIP_RATIO * self.seconds)


def echoes(said: str) -> Echoes:
    """Return what the text of ``ping -D -O`` tells; it must have ended by itself.

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
    later = {int(sequence) + 1: float(at) for at, sequence in _WAITING.findall(said)}
    sendings = later | {sequence: echo.sent_at for sequence, echo in found.items()}
    return Echoes(
        tuple(found[sequence] for sequence in sorted(found)),
        int(sent[1]),
        tuple(sorted(sendings.values())),
    )


def outage(seen: Echoes) -> Outage:
    """Return the longest outage that ``seen`` went through.

    One that was not over when the sending ended is counted up to there: it was at least as long.
    """
    spacing = seen.spacing_seconds
    end = Echo(seen.sent + 1, seen.sent_at[-1] + spacing, math.inf)
    before, after = max(
        pairwise((*seen.answered, end)), key=lambda pair: pair[1].sent_at - pair[0].sent_at
    )
    within = [at for at in (*seen.sent_at, end.sent_at) if before.sent_at <= at <= after.sent_at]
    slept = max(later - earlier for earlier, later in pairwise(within))
    unseen = (seen.answered[0].sequence - 1) * spacing
    lost = after.sequence - before.sequence - 1
    return Outage(after.sent_at - before.sent_at, lost, max(slept, unseen))


def excesses_ms(seen: Echoes, declared_ms: float) -> Sequence[float]:
    """Return by how much each round trip was longer than declared."""
    return [echo.round_trip_ms - declared_ms for echo in seen.answered]
