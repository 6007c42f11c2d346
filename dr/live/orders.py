"""An order to hand a database over: given in the transaction that compares what allows it.

Patroni takes its orders from a key in etcd. Its REST would write that key for us, and compare
nothing of ours. Written by ourselves it is there only if, in the same moment, the run holds its
claim, the leader is the one that was planned on, and commits wait for the candidate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from access.clients import patroni
from access.clients.etcd import Comparison, Delete, Holds, Put, Unchanged
from core.clock import Clock
from core.errors import Rejected, Unreachable, WorldError
from dr.doors import LeaderKey, SwitchOrder
from dr.facts import LastWord
from dr.live.records import EtcdRecords, of_a_change
from inventory.etcd import patroni_facts, patroni_order, patroni_status
from inventory.names import DatabaseName, HostName

BOUND: Final = timedelta(seconds=25)
"""a leader looks for orders every 2 s, and needs about 2 s to obey"""

_LOOK_EVERY: Final = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True)
class Orders:
    """Gives orders to the Patronis of the network whose claims are in ``records``."""

    records: EtcdRecords
    clock: Clock

    def give(self, order: SwitchOrder) -> None:
        """Give ``order``, unless it stands already; return when another leader was seen.

        Raises:
            Rejected: what allows it does not hold, or Patroni refused; nothing happened.
            Unreachable: it may have happened, or may still happen.
        """
        key, giver = self._key(order), str(order.claim.run)
        text = patroni.order(leader=order.leader, candidate=order.candidate, giver=giver)
        with of_a_change():
            standing = self._text(key)
            if standing != text:
                conditions = [*self._conditions(order), Holds(key, standing)]
                _demand_none(order, standing)
                if not self.records.etcd.change(conditions, [Put(key, text)]):
                    raise _refused(order, "a claim, a leader or a standby that changed meanwhile")
        self._follow(order, key)

    def take_over(self, order: SwitchOrder) -> None:
        """Take the key to lead by from the leader, who is dead; return when the candidate leads.

        The key is removed in the transaction that names the candidate: the members would else
        wait for the end of the lease, and the first to see it might be another.

        Raises:
            Rejected: what allows it does not hold; nothing happened.
            Unreachable: it may have happened, or may still happen.
        """
        key, giver = self._key(order), str(order.claim.run)
        # where a leader is named, Patroni obeys for a synchronous standby alone
        named = None if order.had_all else order.leader
        text = patroni.order(leader=named, candidate=order.candidate, giver=giver)
        with of_a_change():
            if self._holder(order) == order.candidate:
                return
            standing = self._text(key)
            ours = patroni.giver(standing) == giver
            if order.leader is not None or not ours:
                conditions = [*self._conditions(order), Holds(key, standing)]
                if not ours:
                    _demand_none(order, standing)
                removed = [Delete(self._leading(order.database))] if order.leader else []
                if not self.records.etcd.change(conditions, [*removed, Put(key, text)]):
                    raise _refused(order, "a claim, a leader or a standby that changed meanwhile")
        self._follow(order, key)

    def leader_key(self, database: DatabaseName) -> LeaderKey | None:
        """Return the key to lead ``database`` by, as a quorum says; None: nobody holds it.

        Raises:
            NotSeen: no quorum answered.
        """
        record = self.records.etcd.get(self._leading(database))
        return LeaderKey(HostName(record.value), record.revision) if record else None

    def _holder(self, order: SwitchOrder) -> HostName | None:
        key = self.leader_key(order.database)
        return key.holder if key else None

    def last_word(self, database: DatabaseName) -> LastWord:
        """Return what the quorum keeps of ``database``.

        Raises:
            NotSeen: no quorum answered.
        """
        environment = self.records.network.environment
        _, synchronous = patroni_facts(environment, database)
        waiting = self._text(synchronous)
        position = patroni.position(self._text(patroni_status(environment, database)))
        waited_for = frozenset(map(HostName, patroni.waited_for(waiting)))
        return LastWord(patroni.leader_of(waiting), waited_for, position)

    def _conditions(self, order: SwitchOrder) -> list[Comparison]:
        """Return what must be so when the order is written; Rejected: it is not so now."""
        fence = self.records.fence(order.service, order.claim)
        leading, synchronous = patroni_facts(self.records.network.environment, order.database)
        record, waiting = self.records.etcd.get(leading), self._text(synchronous)
        if (record.value if record else None) != order.leader:
            raise _refused(order, f"led by {record.value if record else 'nobody'}")
        waited_for = patroni.waited_for(waiting)
        if order.had_all and {patroni.leader_of(waiting), *waited_for} != order.had_all:
            raise _refused(order, f"others had every write: {_listed(waited_for)}")
        if not order.had_all and order.candidate not in waited_for:
            raise _refused(order, f"commits wait for {_listed(waited_for)}")
        # of this term and no other: who leads again after a restart wrote the key anew
        term = order.term or (record.revision if record else None)
        same_term = [Unchanged(leading, term)] if term is not None else []
        return [*fence, Holds(leading, order.leader), *same_term, Holds(synchronous, waiting)]

    def _follow(self, order: SwitchOrder, key: str) -> None:
        until, last = self.clock.elapsed() + BOUND, "it stands"
        while self.clock.elapsed() < until:
            try:
                # in this order: who takes over clears it after it leads
                stands, leader = patroni.stands(self._text(key)), self._holder(order)
            except WorldError as error:
                stands, leader, last = True, None, error.what
            if leader not in (None, order.leader):
                return
            if not stands and leader is not None:
                raise _refused(order, f"the Patroni of {leader} cleared the order")
            self.clock.sleep(_LOOK_EVERY)
        raise Unreachable(
            f"nobody took {order.database} over from {order.leader} within {BOUND.seconds} s",
            expected=f"{order.candidate} leads",
            actual=f"the order was given; {last}",
            next_step="ndc status shows who leads",
        )

    def _leading(self, database: DatabaseName) -> str:
        leading, _ = patroni_facts(self.records.network.environment, database)
        return leading

    def _key(self, order: SwitchOrder) -> str:
        return patroni_order(self.records.network.environment, order.database)

    def _text(self, key: str) -> str | None:
        record = self.records.etcd.get(key)
        return record.value if record else None


def _demand_none(order: SwitchOrder, standing: str | None) -> None:
    if patroni.stands(standing):
        raise _refused(order, f"another order stands: {standing}")


def _refused(order: SwitchOrder, actual: str) -> Rejected:
    return Rejected(
        f"{order.database} is not handed over by {order.leader or 'nobody'} to {order.candidate}",
        expected=f"a claim of {order.claim.run}, that leader, and commits that wait for the other",
        actual=actual,
        next_step="ndc status shows who leads and who follows; ndc dr runs who moves it",
    )


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nobody"
