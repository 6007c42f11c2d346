"""Schedules by their seeds: one is played, judged, and made smaller if something was wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Final

from inventory.network import Network
from tests.networks import ONE_STORE, PORTAL_ALONE, SHARED_DATABASE, TWO_DATABASES, network
from tests.soak.asking import ASKINGS
from tests.soak.checkers.table import violations
from tests.soak.events import OF_A_REGION, FaultKind, Planned, schedule
from tests.soak.play import Play, Played

KINDS: Final = {"switchover": 6, "failover": 18, "failback": 6, OF_A_REGION: 1}
"""of plans that are asked for: a failover needs a reason, so it is refused more often"""
NETWORKS: Final = (
    ("compact", SHARED_DATABASE),
    ("compact", TWO_DATABASES),
    ("tiny", SHARED_DATABASE),
)
STABLE_FOR: Final = timedelta(seconds=45)
"""in place of minutes, which schedules of ten do not have: what returned may be moved home to"""
PAIRS: Final = tuple(
    (kind, fault)
    for fault in (*FaultKind, *[FaultKind.QUORUM_LOST, FaultKind.NO_SPACE] * 2)
    for kind in KINDS
)
"""what schedules have at heart: one after the other, each in every network

Without a quorum that takes writes a step begins only where a fault accompanies it.
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one seed."""

    seed: int
    events: Sequence[Planned]
    played: Played
    violations: tuple[str, ...]


@cache
def network_of_seed(which: int) -> Network:
    """Return the network that every ``len(NETWORKS)``-th seed plays in."""
    profile, folder = NETWORKS[which]
    made = network(profile, *PORTAL_ALONE, folder, ONE_STORE)
    return replace(
        made, services=tuple(replace(one, stable_for=STABLE_FOR) for one in made.services)
    )


def events_of(seed: int) -> tuple[Planned, ...]:
    """Return what the schedule of ``seed`` holds."""
    turn, which = divmod(seed, len(NETWORKS))
    return schedule(network_of_seed(which), seed, KINDS, PAIRS[turn % len(PAIRS)])


def judged(seed: int, events: Sequence[Planned] | None = None) -> Judged:
    """Return what came of ``events`` under ``seed``; without events, of its own schedule."""
    of = network_of_seed(seed % len(NETWORKS))
    happening = events_of(seed) if events is None else events
    played = Play(of, happening, seed, ASKINGS).play()
    return Judged(seed, happening, played, tuple(violations(played.history)))


def shrunk(
    events: Sequence[Planned], still_fails: Callable[[Sequence[Planned]], bool]
) -> tuple[Planned, ...]:
    """Return as few of ``events`` as found that fail still: halves are dropped, then less."""
    left, size = list(events), max(len(events) // 2, 1)
    while True:
        start = 0
        while start < len(left):
            fewer = left[:start] + left[start + size :]
            if fewer and still_fails(fewer):
                left = fewer
            else:
                start += size
        if size == 1:
            return tuple(left)
        size //= 2


def smaller(found: Judged) -> tuple[tuple[Planned, ...], Judged]:
    """Return a schedule with fewer events that breaks one of the same invariants, and its end."""
    broken = {_name(sentence) for sentence in found.violations}

    def still_fails(events: Sequence[Planned]) -> bool:
        return bool(broken & {_name(one) for one in judged(found.seed, events).violations})

    events = shrunk(found.events, still_fails)
    return events, judged(found.seed, events)


def _name(sentence: str) -> str:
    return sentence.split(":", maxsplit=1)[0]
