"""The databases of a simulated network, as recovery reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import NotSeen, Rejected, Unreachable
from core.runs.ports import Token
from dr.doors import LeaderKey, SwitchOrder
from dr.facts import LastWord, MemberFacts
from dr.hosts.leave import Leave, Permit
from dr.logs.seam import LogProgress, Seam
from dr.logs.succession import Succession, Untold
from dr.placement import Claim
from dr.simulation.database import SimulatedDatabase
from dr.simulation.log import ROW_BYTES
from dr.simulation.truth import Truth
from inventory.names import DatabaseName, HostName, PlacedName
from inventory.promises import LastCopy


@dataclass(frozen=True, slots=True)
class SimulatedPatroni:
    """Keeps the promise of ``dr.doors.DatabaseDoor``."""

    truth: Truth

    def members(self, database: DatabaseName) -> Mapping[HostName, MemberFacts]:
        """Return every copy that runs, if a Patroni that reaches a quorum can be asked."""
        own = self.truth.databases[database]
        askable = [host for host in own.alive if self.truth.plant.seen(host)]
        if not any(map(self.truth.quorum.reached_from, askable)):
            raise NotSeen(f"nobody answers for {database}", refused=False)
        return {
            host: MemberFacts(
                leads=host == own.leader,
                streams=host != own.leader and (own.follows(host) or host in own.twins),
                lag_bytes=None if host == own.leader else ROW_BYTES * own.lacks(host),
                synchronous=host in own.recorded,
                barred=host in own.barred,
            )
            for host in sorted(own.alive)
        }

    def paused(self, database: DatabaseName) -> bool:
        """Tell whether Patroni of ``database`` is paused."""
        self.members(database)
        return self.truth.databases[database].paused

    def leads(self, database: DatabaseName, host: HostName) -> bool:
        """Tell whether ``host`` takes writes, as far as it knows itself."""
        return self._seen(database, host).believes(host)

    def progress(self, database: DatabaseName, host: HostName) -> LogProgress:
        """Return how far ``host`` came."""
        return self._seen(database, host).progress_of(host)

    def seam(self, database: DatabaseName, leader: HostName, timeline: int, position: int) -> Seam:
        """Return whether the log of ``leader`` has a row where a copy stands; all are kept."""
        own = self._seen(database, leader)
        theirs = {rows * ROW_BYTES for rows in own.twins.values()}
        return Seam(holds=timeline != own.timeline or position not in theirs, fork=None)

    def switch(self, order: SwitchOrder) -> None:
        """Begin the planned switch, if the claim of ``order`` stands."""
        if order.leader is None:
            raise Rejected("a switch begins at a leader")
        own = self._demand_claim(order.database, order.service, order.claim)
        own.switch(order.leader, order.candidate)
        self.truth.changes += 1

    def leader_key(self, database: DatabaseName) -> LeaderKey | None:
        """Return the leader key, whoever holds it, dead or alive."""
        if not self.truth.quorum.answers:
            raise NotSeen(f"no quorum answers for {database}", refused=False)
        own = self.truth.databases[database]
        return LeaderKey(own.leader, own.forks) if own.leader else None

    def last_word(self, database: DatabaseName) -> LastWord:
        """Return what the quorum keeps of ``database``."""
        if not self.truth.quorum.answers:
            raise NotSeen(f"no quorum answers for {database}", refused=False)
        own = self.truth.databases[database]
        return LastWord(own.recorded_leader, frozenset(own.recorded), own.position * ROW_BYTES)

    def is_barred(self, database: DatabaseName, host: HostName) -> bool:
        """Tell whether ``host`` never leads."""
        return host in self._seen(database, host).barred

    def tell(self, database: DatabaseName, host: HostName, leave: Leave, token: Token) -> None:
        """Have ``host`` be told what its copy may do."""
        own = self.truth.databases[database]
        if host not in own.alive or not self.truth.plant.seen(host):
            raise Unreachable(f"{host} does not answer for {database}")
        self.truth.changes += own.give_leave(host, Permit(leave, token.epoch, token.run))

    def last_copy(self, database: DatabaseName) -> LastCopy | None:
        """Return what its leaders are told to do without a copy."""
        if not self.truth.quorum.answers:
            raise NotSeen(f"no quorum answers for {database}", refused=False)
        return self.truth.databases[database].last_copy

    def set_last_copy(
        self, database: DatabaseName, last_copy: LastCopy, service: PlacedName, claim: Claim
    ) -> None:
        """Let them be told, if ``claim`` stands."""
        own = self._demand_claim(database, service, claim)
        self.truth.changes += own.last_copy is not last_copy
        own.be_told(last_copy)

    def take_over(self, order: SwitchOrder) -> None:
        """Take the key from the leader of ``order``, if its claim stands."""
        own = self._demand_claim(order.database, order.service, order.claim)
        before = own.leader
        if own.leader == order.leader and order.term not in {None, own.forks}:
            raise Rejected(f"{own.leader} leads {order.database} anew")
        own.take_over(order.leader, order.candidate, order.had_all)
        self.truth.changes += own.leader != before
        if own.leader != order.candidate:
            raise Unreachable(f"{order.candidate} does not lead {order.database} yet")

    def succession(
        self, database: DatabaseName, host: HostName, former: HostName
    ) -> Succession | Untold:
        """Return what the logs of both copies tell."""
        if not (self.truth.plant.seen(host) and self.truth.plant.seen(former)):
            raise NotSeen(f"{host} or {former} does not answer for {database}", refused=False)
        nobody = Untold(f"{host} did not follow {former} yet")
        return self.truth.databases[database].successions.get((former, host), nobody)

    def _seen(self, database: DatabaseName, host: HostName) -> SimulatedDatabase:
        own = self.truth.databases[database]
        if host not in own.alive or not self.truth.plant.seen(host):
            raise NotSeen(f"{host} does not answer for {database}", refused=False)
        return own

    def _demand_claim(
        self, database: DatabaseName, service: PlacedName, claim: Claim
    ) -> SimulatedDatabase:
        if not self.truth.quorum.answers:
            raise Unreachable("no quorum answers")
        if self.truth.quorum.alarms:
            raise Rejected("the quorum takes no writes")
        standing = self.truth.claim(service)
        if standing != claim:
            raise Rejected(f"the claim on {database} is another: {standing}")
        return self.truth.databases[database]
