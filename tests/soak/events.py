"""What a schedule is made of: faults that begin and end, and people who ask for plans.

Each seed has a pair at heart, of a kind of plan and a kind of fault: half of its plans are of that
kind, each after something that calls for it, and such faults accompany them: in each phase one
begins as a step does, twice in a schedule. So all come about, the rare ones too. One seed of four
begins with a region that is lost and comes back, and so does each with the way home at heart: there
is something to go back.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from dr.planning.plan import Phase
from dr.simulation.faults import Trouble
from inventory.network import Network

LENGTH: Final = 600.0
"""seconds in which faults begin"""
FAULTS: Final = 104
"""at least; each begins and ends: two events"""
ASKS: Final = 18
_PHASES: Final = [one for one in Phase if one not in {Phase.FREEZE, Phase.START}]
_BEFORE: Final = {"failback": "switchover"}
"""what is asked for as often as the kind at heart, where that has nothing to do before"""
OPENING: Final = 120.0
"""seconds after which other faults begin, where a region is lost first"""
_OPENS: Final = 0.25
ROUNDS: Final = 2
"""of faults that begin with steps, one a phase"""
OF_A_REGION: Final = "region-loss"
"""the kind of plan that has something to do only once a region lost its power"""

OTHERS: Final = "and-others"
"""behind a switchover's service: all that is served where it is moves with it, in one plan"""
_TAKES_OTHERS: Final = 0.3


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
    POWER_OUT = "power-out"
    """of a whole site, or of a region"""
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
    *("allow-promotion", "widen-sync", "await-copy", "forbid-promotion", "begin-store"),
    *("relax-last-copy", "restore-last-copy"),
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
    during: str = ""
    """a phase: it accompanies a plan, and begins as a step of that phase does; "": at its time"""
    of: str = ""
    """the kind of plan that it accompanies"""


def schedule(
    network: Network, seed: int, kinds: Mapping[str, int], at_heart: tuple[str, FaultKind]
) -> tuple[Planned, ...]:
    """Return what happens to ``network`` under ``seed``.

    Plans are of ``kinds``, by their weights, or of the kind that is ``at_heart``.
    """
    dice = random.Random(f"schedule {seed}")  # noqa: S311 - reproducible, not secret
    heart, trouble = at_heart
    opens = dice.random() < _OPENS or heart == "failback"
    opening = list(_opening(network, dice)) if opens else []
    others = dice.choices([*kinds], [*kinds.values()], k=ASKS // 2)
    names = [_BEFORE.get(heart, one) for one in others] + [heart] * (ASKS - ASKS // 2)
    begins = OPENING if opening else 3
    # dice of their own: all else of a seed stays as it was
    company = random.Random(f"company {seed}")  # noqa: S311 - reproducible, not secret
    asks = [_in_company(_ask(network, dice, name, begins), company) for name in names]
    faults = [_any_fault(network, dice, begins) for _ in range(FAULTS)]
    for ask in asks:
        kind = ask.what.split(" ")[0]
        if kind == OF_A_REGION:
            faults.append(_region_lost(network, dice, ask.at - dice.uniform(3, 12)))
        elif kind == heart == "failover":
            faults.append(_site_lost(network, dice, ask.at - dice.uniform(3, 12)))
    companions = [
        _fault(network, dice, trouble, begins)._replace(during=phase, of=heart)
        for phase in _PHASES * ROUNDS
    ]
    return tuple(sorted([*opening, *faults, *companions, *asks]))


def _in_company(ask: Planned, dice: random.Random) -> Planned:
    """Return ``ask``; at times a switchover is one of all that is served there."""
    takes = ask.what.startswith("switchover ") and dice.random() < _TAKES_OTHERS
    return ask._replace(what=f"{ask.what} {OTHERS}") if takes else ask


def _opening(network: Network, dice: random.Random) -> Iterator[Planned]:
    """Yield that a region is lost, that others serve what it served, and that it comes back."""
    yield _region_lost(network, dice, 8)._replace(length=60)
    for number, service in enumerate(network.services):
        yield Planned(14.0 + number, Ask.CARRIED, f"{OF_A_REGION} {service.name}")


def _region_lost(network: Network, dice: random.Random, at: float) -> Planned:
    """Return that the region in which there are most sites loses its power, for long enough."""
    regions = [site.region for site in network.sites]
    length = round(dice.uniform(40, 120), 2)
    largest = max(regions, key=regions.count)
    return Planned(round(max(at, 0.5), 2), FaultKind.POWER_OUT, largest, length)


def _site_lost(network: Network, dice: random.Random, at: float) -> Planned:
    """Return that a site or host which may serve loses its power, or the region of most sites."""
    service = dice.choice(network.services)
    region = _region_lost(network, dice, at)
    place = dice.choice([service.home, service.refuges[0], service.hosts[0], *[region.what] * 2])
    return region._replace(what=place, length=round(dice.uniform(15, 45), 2))


def _any_fault(network: Network, dice: random.Random, begins: float) -> Planned:
    kind = dice.choices([*FaultKind], [_WEIGHTS.get(one, 1) for one in FaultKind])[0]
    return _fault(network, dice, kind, dice.uniform(begins, LENGTH))


def _fault(network: Network, dice: random.Random, kind: FaultKind, begins: float) -> Planned:
    length = round(dice.uniform(*_LONG.get(kind, (2.0, 30.0))), 2)
    at = round(max(begins, 0.5), 2)
    if kind is FaultKind.MESSAGE:
        trouble, times = dice.choice([*Trouble]), dice.randint(1, 3)
        return Planned(at, kind, dice.choice(_VERBS), length, trouble, times)
    return Planned(at, kind, dice.choice(_targets(network, kind)), length)


def _targets(network: Network, kind: FaultKind) -> list[str]:
    sites = [site.name for site in network.sites]
    regions = sorted({site.region for site in network.sites})
    links = [link.name for link in network.links]
    databases = [database.name for database in network.databases]
    copies = [member.host for database in network.databases for member in database.members]
    places: dict[FaultKind, list[str]] = {
        FaultKind.POWER_OUT: [*sites, *regions],
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


def _ask(network: Network, dice: random.Random, kind: str, begins: float) -> Planned:
    fate = dice.choice([Ask.CARRIED, Ask.CARRIED, Ask.KILLED, Ask.STOPPED])
    service = dice.choice(network.services).name
    return Planned(
        at=round(dice.uniform(begins + 2, LENGTH), 2),
        kind=fate,
        what=f"{kind} {service}",
        length=round(dice.choice([0.0, 0.07, 5.0, 40.0]), 2),
        extra="beside" if dice.random() < 0.25 else "",
        number=dice.randint(1, 110),
    )
