"""What a round of the campaign is made of: a move, faults that begin and end, and a fate. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from inventory.network import Network, Role


class Act(StrEnum):
    """What is done, and to what, while faults come and go."""

    NOTHING = "nothing"
    """the network has to bear the faults by itself"""
    SWITCHOVER = "switchover"
    SITE_LOST = "site-lost"
    """the site that serves loses its power, and is given up"""
    LEADER_LOST = "leader-lost"
    """the host that leads loses its power, and is given up"""
    REGION_LOST = "region-lost"
    """all sites of the region that leads lose their power, and copies elsewhere heard nothing of it
    for a while before, so that they lack something; two persons give them up"""


class Fate(StrEnum):
    """What becomes of whoever carries a run of a round."""

    CARRIED = "carried"
    KILLED = "killed"
    """at some instant; another resumes, and may be killed as well"""
    STOPPED = "stopped"
    """for some seconds, and goes on"""


class Harm(StrEnum):
    """One thing that goes wrong for a while."""

    HOST_OFF = "host-off"
    HOST_FROZEN = "host-frozen"
    LINK_CUT = "link-cut"
    LINK_SILENT = "link-silent"
    LINK_SLOW = "link-slow"
    LINK_LOSSY = "link-lossy"
    PAIR_CUT = "pair-cut"
    """every link between two sites"""
    PORT_CUT = "port-cut"
    VOTER_OFF = "voter-off"
    CONTROLLER_KILLED = "controller-killed"
    PATRONI_KILLED = "patroni-killed"
    AGENT_STOPPED = "agent-stopped"


@dataclass(frozen=True, slots=True)
class Strike:
    """One harm: when it begins, after the move does, and for how long it lasts."""

    harm: Harm
    what: str
    """hosts or links, parted by spaces"""
    at_seconds: float
    for_seconds: float
    on_the_way_home: bool
    """it comes while all that moved goes home, where something did"""


@dataclass(frozen=True, slots=True)
class Round:
    """One round: the same seed and number give the same one, in the same network."""

    seed: int
    number: int
    act: Act
    fate: Fate
    instants: tuple[float, ...]
    """in seconds: after each time that a run was begun or resumed, when the fate comes; one a time,
    over all runs of the round; later ones are spared"""
    by_hand: bool
    """whether the lever is pulled, so that a person answers the loss and no controller does"""
    strikes: tuple[Strike, ...]
    apart_seconds: float = 0
    """for how long copies elsewhere hear nothing of a region before it is lost"""

    @property
    def text(self) -> str:
        """What it does, in a line."""
        strikes = ", ".join(
            f"{one.harm} {one.what} at {one.at_seconds:g} s for {one.for_seconds:g} s"
            f"{' on the way home' if one.on_the_way_home else ''}"
            for one in self.strikes
        )
        instants = ", ".join(f"{instant:g}" for instant in self.instants)
        fate = f", {self.fate} at {instants} s" if self.instants else ""
        how = " by hand" if self.by_hand else ""
        how += f" after {self.apart_seconds:g} s apart" if self.apart_seconds else ""
        return f"round {self.number} of seed {self.seed}: {self.act}{how}{fate}; {strikes}"


_ACTS: Final = {
    Act.NOTHING: 1,
    Act.SWITCHOVER: 4,
    Act.SITE_LOST: 2,
    Act.LEADER_LOST: 2,
    Act.REGION_LOST: 1,
}
_LOSSES: Final = {Act.SITE_LOST, Act.LEADER_LOST}
_BY_HAND: Final = 0.6
"""how many of the losses a person answers"""
_FATES: Final = {Fate.CARRIED: 1, Fate.KILLED: 4, Fate.STOPPED: 1}
_INSTANTS: Final = 5
_LATEST_SECONDS: Final = 9.0
"""a run takes a little longer, if nothing is in its way"""
_HOMEWARDS: Final = 0.4
"""how many harms come on the way home, of those that may"""
_APART_SECONDS: Final = (0.5, 5.0)
_LONGEST_SECONDS: Final = 25.0
"""longer than a lease"""


def round_of(network: Network, seed: int, number: int) -> Round:
    """Return the round that ``seed`` gives ``network`` under ``number``."""
    dice = random.Random(f"campaign {seed} {number}")  # noqa: S311 - reproducible, not secret
    act = dice.choices([*_ACTS], [*_ACTS.values()])[0]
    strikes = tuple(_strike(network, dice, act) for _ in range(dice.choice([1, 2, 2])))
    fate = dice.choices([*_FATES], [*_FATES.values()])[0]
    if act is Act.NOTHING:
        fate = Fate.CARRIED
    by_hand = act in _LOSSES and dice.random() < _BY_HAND
    times = 0 if fate is Fate.CARRIED else _INSTANTS
    instants = tuple(round(dice.uniform(0, _LATEST_SECONDS), 2) for _ in range(times))
    apart = round(dice.uniform(*_APART_SECONDS), 1) if act is Act.REGION_LOST else 0
    return Round(seed, number, act, fate, instants, by_hand, strikes, apart)


def _strike(network: Network, dice: random.Random, act: Act) -> Strike:
    harm = dice.choice([*Harm])
    return Strike(
        harm,
        dice.choice(_targets(network, harm)),
        round(dice.uniform(0, 8), 1),
        round(dice.uniform(3, _LONGEST_SECONDS), 1),
        on_the_way_home=dice.random() < _HOMEWARDS and act is not Act.NOTHING,
    )


def _targets(network: Network, harm: Harm) -> list[str]:
    """Return what may be struck; who measures is spared, or nobody could say what came of it."""
    probing = {host.site for host in network.hosts if Role.PROBE in host.roles}
    hosts = [host.name for host in network.hosts if host.site not in probing]
    members = [one.host for database in network.databases for one in database.members]
    serving = [host for service in network.services for host in service.hosts]
    places: dict[Harm, list[str]] = {
        Harm.HOST_OFF: [*hosts],
        Harm.HOST_FROZEN: [*hosts],
        Harm.VOTER_OFF: [host for host in network.voters if host in hosts],
        Harm.PAIR_CUT: _pairs(network),
        Harm.PORT_CUT: ["power-port"],
        Harm.CONTROLLER_KILLED: [host.name for host in network.hosts_with(Role.MONITOR)],
        Harm.PATRONI_KILLED: [*members],
        Harm.AGENT_STOPPED: [*serving],
    }
    return places.get(harm, [link.name for link in network.links])


def _pairs(network: Network) -> list[str]:
    """Return the links of each two sites."""
    pairs: dict[frozenset[str], list[str]] = {}
    for link in network.links:
        pairs.setdefault(frozenset({link.a.site, link.z.site}), []).append(link.name)
    return [" ".join(names) for names in pairs.values()]
