"""What a schedule is made of: faults that begin and end, and people who ask for plans."""

from __future__ import annotations

import random
from enum import StrEnum
from typing import Final, NamedTuple

from dr.simulation.faults import Trouble
from inventory.network import Network

LENGTH: Final = 600.0
"""seconds in which faults begin"""
FAULTS: Final = 104
"""each begins and ends: two events"""
ASKS: Final = 18


class Ask(StrEnum):
    """What becomes of who carries a plan."""

    CARRIED = "carried"
    KILLED = "runner-killed"
    """it dies, and another resumes later"""
    STOPPED = "runner-stopped"
    """it stands still, another takes over, and it goes on"""


class FaultKind(StrEnum):
    """One thing that goes wrong for a while."""

    HOST_OFF = "host-off"
    HOST_FROZEN = "host-frozen"
    SITE_CUT = "site-cut"
    SITE_DARK = "site-dark"
    """the operator does not see into it"""
    LINK_CUT = "link-cut"
    LINK_SLOW = "link-slow"
    VOTER_LOST = "voter-lost"
    QUORUM_LOST = "quorum-lost"
    NO_SPACE = "no-space"
    PORT_CUT = "port-cut"
    RISES = "rises-again"
    """whose power is taken away comes on again by itself"""
    PAUSED = "paused"
    SLOW_PROMOTION = "slow-promotion"
    STILL = "replays-nothing"
    CLOCK = "clock-jumps"
    MESSAGE = "message"
    """the next ones of one kind are in some trouble"""


_WEIGHTS: Final = {
    FaultKind.MESSAGE: 16,
    FaultKind.LINK_CUT: 6,
    FaultKind.LINK_SLOW: 3,
    FaultKind.HOST_OFF: 4,
    FaultKind.HOST_FROZEN: 4,
    FaultKind.SITE_CUT: 2,
    FaultKind.PORT_CUT: 3,
    FaultKind.RISES: 3,
    FaultKind.SLOW_PROMOTION: 2,
}
"""how often, where not once"""
_LONG: Final = {
    FaultKind.QUORUM_LOST: (1.0, 25.0),
    FaultKind.NO_SPACE: (1.0, 10.0),
    FaultKind.SITE_CUT: (2.0, 60.0),
    FaultKind.HOST_OFF: (3.0, 90.0),
}
_VERBS: Final = (
    *("claim-workload", "release-workload", "switch-database", "write-canary"),
    *("move-placement", "announce-service", "withdraw-service", "compare-logs"),
    *("narrow-sync", "verify-service", "take-over", "cut-power", "see-gone", "await-lease-end"),
)


class Planned(NamedTuple):
    """One event of a schedule: plain, so that a shorter schedule is one without it."""

    at: float
    """seconds since the beginning"""
    kind: str
    what: str
    """a host, a site, a link, a database, or what is asked for"""
    length: float = 0.0
    """seconds until it ends"""
    extra: str = ""
    number: int = 0


def schedule(network: Network, seed: int, kinds: tuple[str, ...]) -> tuple[Planned, ...]:
    """Return what happens to ``network`` under ``seed``; plans may be of ``kinds``."""
    dice = random.Random(f"schedule {seed}")  # noqa: S311 - reproducible, not secret
    faults = [_fault(network, dice) for _ in range(FAULTS)]
    asks = [_ask(network, dice, kinds) for _ in range(ASKS)]
    return tuple(sorted([*faults, *asks]))


def _fault(network: Network, dice: random.Random) -> Planned:
    kind = dice.choices([*FaultKind], [_WEIGHTS.get(one, 1) for one in FaultKind])[0]
    length = round(dice.uniform(*_LONG.get(kind, (2.0, 30.0))), 2)
    at = round(dice.uniform(3, LENGTH), 2)
    if kind is FaultKind.MESSAGE:
        trouble, times = dice.choice([*Trouble]), dice.randint(1, 3)
        return Planned(at, kind, dice.choice(_VERBS), length, trouble, times)
    return Planned(at, kind, dice.choice(_targets(network, kind)), length)


def _targets(network: Network, kind: FaultKind) -> list[str]:
    sites = [site.name for site in network.sites]
    links = [link.name for link in network.links]
    databases = [database.name for database in network.databases]
    copies = [member.host for database in network.databases for member in database.members]
    places: dict[FaultKind, list[str]] = {
        FaultKind.SITE_CUT: [*sites],
        FaultKind.SITE_DARK: [*sites],
        FaultKind.LINK_CUT: [*links],
        FaultKind.LINK_SLOW: [*links],
        FaultKind.VOTER_LOST: [*network.voters],
        FaultKind.PAUSED: [*databases],
        FaultKind.SLOW_PROMOTION: [*databases],
        FaultKind.STILL: [*copies],
    }
    everywhere = {FaultKind.QUORUM_LOST, FaultKind.NO_SPACE, FaultKind.CLOCK}
    return places.get(
        kind, ["everywhere"] if kind in everywhere else [host.name for host in network.hosts]
    )


def _ask(network: Network, dice: random.Random, kinds: tuple[str, ...]) -> Planned:
    fate = dice.choice([Ask.CARRIED, Ask.CARRIED, Ask.KILLED, Ask.STOPPED])
    service = dice.choice(network.services).name
    return Planned(
        at=round(dice.uniform(5, LENGTH), 2),
        kind=fate,
        what=f"{dice.choice(kinds)} {service}",
        length=round(dice.choice([0.0, 0.07, 5.0, 40.0]), 2),
        extra="beside" if dice.random() < 0.25 else "",
        number=dice.randint(1, 110),
    )
