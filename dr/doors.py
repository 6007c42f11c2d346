"""What recovery asks of the outside world, and what it may have it do: eleven doors.

A method that looks returns what it sees, or raises NotSeen. A method that changes something
makes one thing true; when it raises, the error says what is then known: Rejected, nothing
changed; Unreachable, it may have changed.

Each door has a live side (``dr.live``) and a simulated one (``dr.simulation``), and one
contract suite (``tests/contract``) that both pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from core.measure import ProbeTime, SignedMeasure
from core.runs.ports import Token
from dr.facts import LastWord, MemberFacts
from dr.hosts.epochs import Act
from dr.hosts.leave import Leave
from dr.logs.seam import LogProgress, Seam
from dr.logs.succession import Succession, Untold
from dr.loss_doors import ExclusionsDoor, PowerDoor, RoutesDoor, SightDoor, StoresDoor, VotesDoor
from dr.placement import Claim, Placement
from inventory.names import DatabaseName, HostName, PlacedName, ServiceName, SiteName
from inventory.promises import LastCopy


class RecordsDoor(Protocol):
    """Who serves what, and which run may move it: kept by a quorum, changed by comparing.

    A claim covers all that a run moves. A service shares it with its database, and so with
    every other service on that database.
    """

    def placement(self, name: PlacedName) -> Placement | None:
        """Return the record of the service, or store, ``name``, as of now; None: none yet."""

    def claim(self, name: PlacedName) -> Claim:
        """Return who holds ``name``, and its database if it is a service, as of now."""

    def alarms(self) -> frozenset[str]:
        """Return what the quorum itself raises alarm about: then it may take no writes."""

    def failed_over(self, name: PlacedName) -> Placement | None:
        """Return the record of ``name`` that a failover made last, while its rest lasts; or None.

        What moved it since is not told here: then ``placement`` is another.
        """

    def swap_placement(
        self,
        name: PlacedName,
        old: Placement | None,
        new: Placement,
        rest: timedelta | None = None,
    ) -> None:
        """Replace the record ``old`` by ``new``; done already counts as done.

        A failover has it remembered, in the same moment, that it made ``new``, for ``rest`` at
        least, by no clock of ours; None: nothing is.

        Raises:
            Rejected: the record is neither; nothing changed.
            Unreachable: it may have changed.
        """

    def swap_claim(self, service: PlacedName, old: Claim, new: Claim) -> None:
        """Replace the claim ``old`` by ``new``; done already counts as done.

        Where nobody holds ``new``, an order to switch that ``old``'s run gave and that was not
        obeyed yet is taken back in the same moment: none outlives its claim.

        Raises:
            Rejected: the claim is neither; nothing changed.
            Unreachable: it may have changed.
        """


@dataclass(frozen=True, slots=True)
class LeaderKey:
    """By what a database is led."""

    holder: HostName
    term: int
    """another each time that the key is taken, also by the same host again"""


@dataclass(frozen=True, slots=True)
class SwitchOrder:
    """Have ``candidate`` lead ``database`` after ``leader``."""

    database: DatabaseName
    leader: HostName | None
    """None: nobody holds the leader key"""
    candidate: HostName
    service: ServiceName
    """whose claim covers the database"""
    claim: Claim
    """under which it is given: whoever obeys, obeys while it stands"""
    term: int | None = None
    """of the leader, which alone is to end; None: whichever it is in"""
    had_all: frozenset[HostName] = frozenset()
    """who alone had every write, where the candidate may lack some; empty: commits wait for it"""


class DatabaseDoor(Protocol):
    """The databases of a network under Patroni, which alone decides who leads."""

    def members(self, database: DatabaseName) -> Mapping[HostName, MemberFacts]:
        """Return every declared copy that Patroni knows; NotSeen where its members contradict."""

    def paused(self, database: DatabaseName) -> bool:
        """Tell whether Patroni was told to leave ``database`` as it is."""

    def leads(self, database: DatabaseName, host: HostName) -> bool:
        """Tell whether ``host`` says itself that it accepts the writes of ``database``."""

    def progress(self, database: DatabaseName, host: HostName) -> LogProgress:
        """Return how far ``host`` came, by its own word.

        It is given a second to replay what it had received when it was first asked.
        """

    def seam(self, database: DatabaseName, leader: HostName, timeline: int, position: int) -> Seam:
        """Return how the log of ``leader`` goes on at ``position`` of ``timeline``.

        ``leader`` must have written more than that, or its silence would mean nothing. At
        ``BEYOND`` only the fork is told.
        """

    def switch(self, order: SwitchOrder) -> None:
        """Have the leader of ``order`` stop in good order and its candidate take over.

        The order is given if its claim stands in that very moment. Returns when it was obeyed.

        Raises:
            Rejected: the claim is another, another leads, or the candidate is not synchronous;
                nothing happened.
            Unreachable: it may have happened, or may still happen.
        """

    def leader_key(self, database: DatabaseName) -> LeaderKey | None:
        """Return the key by which ``database`` is led, as a quorum says; None: nobody holds it.

        Who holds it may be dead: the key outlives its holder by the lease.
        """

    def last_word(self, database: DatabaseName) -> LastWord:
        """Return what the quorum keeps of ``database``, as of now."""

    def is_barred(self, database: DatabaseName, host: HostName) -> bool:
        """Tell whether the Patroni of ``host`` says that it never leads nor is waited for."""

    def tell(self, database: DatabaseName, host: HostName, leave: Leave, token: Token) -> None:
        """Have ``host`` be told what its copy of ``database``, declared asynchronous, may do.

        Returns when that is on its disk and its Patroni was told.

        Raises:
            Rejected: it knows a newer epoch than that of ``token``; nothing changed.
            Unreachable: it may have changed.
        """

    def last_copy(self, database: DatabaseName) -> LastCopy | None:
        """Return what a leader of ``database`` does without a copy to wait for, as it is told.

        None: nobody ever led it.
        """

    def set_last_copy(
        self, database: DatabaseName, last_copy: LastCopy, service: PlacedName, claim: Claim
    ) -> None:
        """Have leaders of ``database`` be told ``last_copy``, if ``claim`` on ``service`` stands.

        It is compared in that very moment. Returns when it is written: a leader reads it within
        seconds. What was sent before, and comes later, is refused, also where nothing was new.

        Raises:
            Rejected: the claim is another, or nobody ever led it; nothing changed.
            Unreachable: it may have changed.
        """

    def take_over(self, order: SwitchOrder) -> None:
        """Have the candidate of ``order`` lead after its leader, which must have been fenced.

        The key that the leader holds is taken from it if the claim of ``order`` stands in that
        very moment, and it holds the key still. Returns when another leads; that the candidate
        leads already counts as done.

        Raises:
            Rejected: the claim or the holder is another; the candidate is not synchronous, or
                others had every write than ``order`` says; nothing happened.
            Unreachable: it may have happened, or may still happen.
        """

    def succession(
        self, database: DatabaseName, host: HostName, former: HostName
    ) -> Succession | Untold:
        """Return how ``host`` came to lead after ``former``, or why nothing tells."""


@dataclass(frozen=True, slots=True)
class Stance:
    """How one host is with one service: whether it announces it, under which epoch."""

    announces: bool
    """whether it announces the service's address"""
    highest: int | None
    """epoch that it was asked under; None: never, or it forgot with its disk"""


class GuardDoor(Protocol):
    """The forced command that guards a host: it refuses every epoch that is over."""

    def look(self, service: PlacedName, host: HostName) -> Stance:
        """Return how ``host`` is with ``service``."""

    def act(
        self, act: Act, service: PlacedName, host: HostName, token: Token, bound: timedelta
    ) -> None:
        """Have ``host`` announce or withdraw ``service``, as ``act`` says.

        ``token`` carries the epoch under which it is asked, and whose attempt it is. A withdrawal
        is obeyed within ``bound``, by the host's own clock, or never: later, whoever should serve
        in its place may be lost. An announcement may come later: under its epoch nobody wants
        the opposite.

        Raises:
            Rejected: it knows a newer epoch, may not serve it, or it is too late; nothing changed.
            Unreachable: it may have obeyed.
        """


class ApplicationDoor(Protocol):
    """The application of a service, reached at one host and not through the service's address."""

    def rows(self, service: ServiceName, host: HostName, key: str) -> int | None:
        """Return how many rows called ``key`` can be read back; None: it does not answer."""

    def write(self, service: ServiceName, host: HostName, key: str, bound: timedelta) -> None:
        """Have the application of ``service`` at ``host`` write a row called ``key``.

        The row is there once, however often it is asked for. ``bound`` is how long to try.

        Raises:
            Rejected: it was never submitted.
            Unreachable: it may be there.
        """


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The last write through a service's address that was acknowledged."""

    site: SiteName | None
    """that served it; None: it did not say"""
    age: timedelta
    """by the clock of whoever wrote it"""


class ProbeDoor(Protocol):
    """A client that writes where citizens come in, and keeps the ledger of what it was promised."""

    def acknowledged(self, service: ServiceName) -> Acknowledged | None:
        """Return the last acknowledged write; None: there has been none."""

    def now(self, service: ServiceName) -> ProbeTime:
        """Return what the probe's clock shows."""

    def testimony(self, service: ServiceName, since: ProbeTime, until: ProbeTime) -> SignedMeasure:
        """Return what became of the writes that were due between ``since`` and ``until``."""


@dataclass(frozen=True, slots=True)
class Doors:
    """All that recovery can reach of one network; nothing of recovery goes past a door.

    A rehearsal that replaces these eleven runs the same code as a disaster.
    """

    records: RecordsDoor
    database: DatabaseDoor
    guard: GuardDoor
    application: ApplicationDoor
    probe: ProbeDoor
    power: PowerDoor
    sight: SightDoor
    votes: VotesDoor
    exclusions: ExclusionsDoor
    routes: RoutesDoor
    stores: StoresDoor
