"""What was seen about one service and its database; what could not be seen is None or absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dr.logs.seam import LogProgress, Seam
from dr.placement import Claim, Placement
from inventory.names import HostName, SiteName
from inventory.promises import LastCopy
from storage.standing import CopyStanding


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """One copy of the database, as Patroni tells."""

    leads: bool
    streams: bool
    """a standby that receives what the leader writes, as it writes it"""
    lag_bytes: int | None
    """behind the leader; None: not known"""
    synchronous: bool = False
    """whether a commit may wait for it"""
    barred: bool = False
    """whether it carries the tag by which it never leads, as Patroni says"""


@dataclass(frozen=True, slots=True)
class LastWord:
    """What the quorum keeps of a database, whoever of its members lives."""

    leader: HostName | None
    """that led last, and by whose word commits wait; None: none ever did"""
    waited_for: frozenset[HostName]
    """standbys that its commits waited for"""
    position: int | None
    """how far it said that its log came, in bytes from the beginning; None: it said nothing"""

    @property
    def had_all(self) -> frozenset[HostName]:
        """Who had every acknowledged write, all of them or one of those that commits waited for."""
        return self.waited_for | ({self.leader} if self.leader else frozenset())


@dataclass(frozen=True, slots=True)
class Supply:
    """Whether a host has power, and which of its lives that is."""

    on: bool
    life: str
    """names the time since its power came on last, or, while it is off, the time before"""


@dataclass(frozen=True, slots=True)
class Vote:
    """One vote in the quorum that keeps the records."""

    number: str
    """of the member that has it: another one once its host was given a new one"""
    is_well: bool
    """whether it was seen to read with a majority"""


@dataclass(frozen=True, slots=True)
class SignsOfLife:
    """What was seen of one host that is said to be lost."""

    power: Supply | None
    """None: nobody who could take its power away answered"""
    answers: Mapping[HostName, bool]
    """whether it answered each observer; only those that could be asked"""
    refusers: frozenset[HostName] = frozenset()
    """borders of other sites that told what they refuse from its site"""


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """One look at the world, as far as it concerns one store whose writer may be lost."""

    at: datetime
    placement: Placement | None
    claim: Claim | None
    alarms: frozenset[str] | None
    """that etcd raises, in its words; None: it could not be asked"""
    standings: Mapping[HostName, CopyStanding]
    """of the hosts that hold it and are not lost; only those that answered"""
    signs: Mapping[HostName, SignsOfLife]
    """of the hosts that are said to be lost"""
    excluded: frozenset[HostName] | None
    """hosts that were given up, and that nobody admitted since; None: it could not be asked"""


@dataclass(frozen=True, slots=True)
class Facts:
    """One look at the world, as far as it concerns one service.

    It holds what was seen, and nothing that was concluded from it.
    """

    at: datetime
    placement: Placement | None
    claim: Claim | None
    alarms: frozenset[str] | None
    """that etcd raises, in its words: with one of them it may take no writes"""
    members: Mapping[HostName, MemberFacts]
    """only those that Patroni knows; empty where nobody answered"""
    synchronous: frozenset[HostName] | None
    """standbys that a commit waits for"""
    reachable: frozenset[SiteName]
    """sites whose hosts answered"""
    obeying: frozenset[HostName]
    """hosts of the service whose guard answers: they can announce it, and let go of it"""
    answering: frozenset[HostName]
    """hosts at which the application answers that it can reach its database"""
    paused: bool | None
    """whether Patroni was told to replace no leader"""
    progress: Mapping[HostName, LogProgress]
    """how far each copy came, by its own word; only those that said so"""
    seams: Mapping[HostName, Seam]
    """of copies to which the leader sends nothing: how its log goes on where they stand"""
    signs: Mapping[HostName, SignsOfLife] = field(default_factory=dict)
    """of the hosts that are said to be lost"""
    last_word: LastWord | None = None
    """looked at only where hosts are said to be lost"""
    excluded: frozenset[HostName] | None = None
    """hosts that were given up, and that nobody admitted since; None: it could not be asked"""
    failed_over: tuple[Placement, ...] | None = None
    """the record that a failover made less than its rest ago; None: it could not be asked"""
    votes: Mapping[HostName, Vote] | None = None
    """of all who vote now, as the quorum itself has them; None: it could not be asked"""

    last_copy: LastCopy | None = None
    """what leaders are told to do without a copy to wait for; None: it could not be asked"""

    @property
    def leader(self) -> HostName | None:
        """The host that leads the database; None if none or more than one was seen."""
        leaders = [host for host, member in self.members.items() if member.leads]
        return leaders[0] if len(leaders) == 1 else None
