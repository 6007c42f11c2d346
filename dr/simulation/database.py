"""A database under Patroni, which alone decides who leads.

Times are those measured in the lab: a planned switch gives a new leader after
1.7 s, which acknowledges once one streams from it that commits waited for before:
a third copy soon, the old leader later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from typing_extensions import override

from core.errors import Rejected
from dr.logs.succession import LogEnd, Succession
from dr.simulation.copies import Surroundings
from dr.simulation.log import Stray
from dr.simulation.members import SimulatedMembers
from inventory.names import HostName
from inventory.network import Database
from inventory.patroni import LEASE
from inventory.promises import LastCopy

PROMOTION: Final = timedelta(seconds=1.7)
REJOINING: Final = timedelta(seconds=2)
FOLLOWING: Final = timedelta(seconds=0.4)
_LOOP: Final = (0.2, 2.0)
"""seconds until a Patroni that runs looks again, or renewed its lease"""
_DEMOTES_AFTER: Final = (8.0, 12.0)
"""seconds until a leader that reaches no quorum stops by itself: a loop, and its retries"""
_NOTICES_AFTER: Final = (2.0, 12.0)
"""seconds until a leader leaves out a standby that is gone"""
_PROMOTED_IN: Final = ((0.3, 3.0), (0.3, 3.0), (0.3, 3.0), (3.0, 30.0), (30.0, 180.0))
"""seconds: most promotions are short, and some are not"""


@dataclass(slots=True, kw_only=True)
class SimulatedDatabase(SimulatedMembers):
    """Copies of which Patroni makes one the leader, and goes on without being asked."""

    paused: bool = False
    """whether Patroni was told to replace no leader"""
    promotion: timedelta | None = PROMOTION
    """from the old leader's stop to the new one; None: drawn each time, up to minutes"""
    rejoining: timedelta = REJOINING
    """from there until the former leader is synchronous, or another new standby"""
    following: timedelta = FOLLOWING
    """from there until those are again that commits waited for before"""
    switching: bool = False
    order: tuple[HostName, HostName] | None = None
    """to switch, from whom to whom; given, and not obeyed yet"""
    successions: dict[tuple[HostName, HostName], Succession] = field(default_factory=dict)
    """what the logs of a leader that stopped in good order, and of its heir, tell; a byte a row"""
    _lease: int = 0
    """counts leases; what was to happen at the end of an earlier one does not"""
    _running_out: bool = False
    _settling: bool = False

    @classmethod
    def healthy(cls, declared: Database, around: Surroundings) -> SimulatedDatabase:
        """Return ``declared`` with its leader at home and every standby up to date."""
        leader = next(m.host for m in declared.members if m.site == declared.home)
        database = cls(
            declared=declared,
            around=around,
            leader=leader,
            synchronous=set(),
            last_copy=declared.last_copy,
            alive={member.host for member in declared.members},
            barred={member.host for member in declared.members if member.barred},
        )
        database.synchronous = database.wanted()
        database.say_position()
        around.plant.watchers.append(database.notice)
        database.tell("leads", leader, database.timeline)
        return database

    def switch(self, leader: HostName, candidate: HostName) -> None:
        """Begin a planned switch.

        Raises:
            Rejected: another leads, or the candidate is not synchronous, or is never to lead;
                nothing happened.
        """
        if self.switching or self.leader != leader:
            raise Rejected(f"leader name does not match: {self.leader}")
        if candidate not in self.synchronous - self.barred:
            raise Rejected(f"candidate {candidate} is not synchronous, or is barred")
        self.order = (leader, candidate)
        self._obey()

    def _obey(self) -> None:
        if self.order is None or not (self.leads(self.order[0]) and self.renews):
            return
        (leader, candidate), self.order = self.order, None
        if candidate not in self.synchronous - self.barred:
            return  # Patroni clears an order that it cannot obey
        taking = self.time_to_promote()
        self._vacate()
        self.switching = True
        self._after(taking / 2, lambda: self._hand_over(leader, candidate, taking / 2))

    def take_over(
        self,
        leader: HostName | None,
        candidate: HostName,
        had_all: frozenset[HostName] = frozenset(),
    ) -> None:
        """Take the key from ``leader``, which should be fenced, and let ``candidate`` have it.

        ``leader`` is None where nobody holds the key; ``had_all`` is as in a ``SwitchOrder``.

        Raises:
            Rejected: a third leads, or the candidate is not synchronous, or others had every
                write; nothing happened.
        """
        if self.leader == candidate:
            return
        if self.switching or self.leader != leader:
            raise Rejected(f"led by {self.leader}, not by {leader}")
        had = self.recorded | {self.recorded_leader}
        if had != had_all if had_all else candidate not in self.recorded:
            raise Rejected(f"{candidate} may not lead: {had} had every write")
        if not (self._may_lead(candidate) and (had_all or self.lacks_nothing(candidate))):
            if leader in self.around.plant.off:  # its key is removed all the same
                self._vacate()
                self.notice()
            return  # nobody obeys the order
        writes_on = leader is not None and self.believes(leader)
        hears = frozenset(self.synchronous - {candidate})
        if self.leader:
            self._vacate()
        self._take_key(candidate, self.time_to_promote(), "taken-over")
        if leader is not None and writes_on:
            own = self.strays.setdefault(leader, Stray(self.timeline - 1, len(self.log), []))
            own.writes, own.hears = True, hears
            own.until = self.around.clock.elapsed() + self.between(_DEMOTES_AFTER)
            self.tell("overtaken", leader, own.timeline)
            self.notice()

    def be_told(self, last_copy: LastCopy) -> None:
        """Let its leaders be told what to do without a copy; one that leads looks soon."""
        if last_copy is not self.last_copy:
            self.tell("told", "", 0, last_copy)
        self.last_copy = last_copy
        self._after(self.between(_LOOP), self._settle)

    @override
    def notice(self) -> None:
        """Let every member notice how the network, or another member, is now."""
        SimulatedMembers.notice(self)
        self._watch_lease()
        self._obey()
        if self.leader is None and not self.switching:
            self._after(self.between(_LOOP), self._elect)
        self._settle_soon()

    # what follows is done by Patroni, by the agents beside it, or by a person who is asked

    def _watch_lease(self) -> None:
        holder, renews = self.leader, self.renews
        if holder is None:
            return
        if renews == (not self._running_out):
            return
        self._running_out = not renews
        self._lease += 1
        if renews:
            return
        number = self._lease
        if holder in self.around.plant.frozen:
            self.leave_in_flight(holder)
        self._after(self.between(_DEMOTES_AFTER), lambda: self._stop_leading(holder, number))
        self._after(LEASE - self.between(_LOOP), lambda: self._expire(holder, number))

    def _stop_leading(self, holder: HostName, lease: int) -> None:
        """Let a leader stop that could not renew; one that stands still is stopped at the end."""
        if lease == self._lease and self._running_out and self.around.plant.runs(holder):
            self.demoted.add(holder)
            self.tell("stops", holder, self.timeline)

    def _expire(self, holder: HostName, lease: int) -> None:
        if lease != self._lease or self.leader != holder:
            return
        self.demoted.add(holder)
        self._vacate()
        self.notice()

    def _vacate(self) -> None:
        """Let nobody hold the key; whose promotion was not over changes nothing of who may next."""
        if self.leader not in self.recovering:
            self.former, self.entitled = self.leader, set(self.synchronous)
        self.leader, self.synchronous, self.alone = None, set(), False
        self._running_out = False
        self._lease += 1
        self.recovering.clear()

    def _elect(self) -> None:
        """Give the key to the best of those that may have it, if enough of them can be compared.

        Where one is best that does not lead, nobody does.
        """
        if self.leader is not None or self.switching or self.paused or self.around.quorum.alarms:
            return
        able = self.able_heirs()
        if self.former not in able and not self.are_enough(able):
            return
        winner = min(able, key=lambda host: (self.lacks(host), host in self.widening, host))
        if winner not in self.widening:
            self._take_key(winner, self.time_to_promote(), "elected")

    def _may_lead(self, host: HostName) -> bool:
        return self.is_able(host) and host not in self.barred | self.widening

    def _hand_over(self, leader: HostName, candidate: HostName, left: timedelta) -> None:
        self.switching = False
        if self._may_lead(candidate) and self.lacks_nothing(candidate):
            self._take_key(candidate, left, "switched", leader)
        else:
            self.notice()

    def _take_key(
        self, host: HostName, promotion: timedelta, how: str, rejoining: HostName | None = None
    ) -> None:
        self.leader = host
        self.demoted.clear()
        self.recovering.add(host)
        others = [member.host for member in self.declared.members if member.host != host]
        behind = self.fork(host, [other for other in others if other not in self.strays])
        number = self.forks
        self.tell("forked", host, self.timeline, how)
        self._after(promotion, lambda: self._lead(number, rejoining, behind))
        self.notice()

    def _lead(self, number: int, former: HostName | None, behind: int) -> None:
        """Let the promotion end that is the ``number``-th, if it is still under way."""
        host = self.leader
        if host is None or number != self.forks or host not in self.recovering:
            return
        if host in self.still or not self.around.plant.runs(host):
            self._after(timedelta(seconds=1), lambda: self._lead(number, former, behind))
            return
        self.recovering.discard(host)
        self.tell("leads", host, self.timeline)
        if former is not None:
            end = LogEnd(self.forks, location=len(self.log) + behind, final=True)
            self.successions[former, host] = Succession(end, fork=len(self.log))
        others = self.entitled - {host, former}
        self._after(self.following, lambda: self._count(number, others))
        self._after(self.rejoining, self._settle)

    def _count(self, number: int, others: set[HostName]) -> None:
        """Let ``others`` stream from who leads since the ``number``-th change, if it still does."""
        confirming = self.wanted() & others
        enough = len(confirming) >= self.declared.synchronous_node_count
        if number == self.forks and self._can_say() and not self.synchronous and enough:
            self._wait_for(confirming)

    def _settle_soon(self) -> None:
        if not self._settling and self.leads(self.leader) and self.wanted() != self.synchronous:
            self._settling = True
            gone = self.synchronous - self.wanted()
            self._after(self.between(_NOTICES_AFTER) if gone else self.rejoining, self._settle)

    def _settle(self) -> None:
        """Let the leader say anew whom a commit waits for."""
        self._settling = False
        if self._can_say():
            self._wait_for(self.wanted())
            self.alone = not self.synchronous and self.last_copy is LastCopy.CONTINUE
            self.tell("waits-for", self.leader or "", len(self.synchronous))

    def _can_say(self) -> bool:
        """Whether a leader can have the quorum keep whom commits wait for."""
        leads = self.leads(self.leader) and self.reaches_quorum(self.leader)
        return leads and not self.around.quorum.alarms

    def _wait_for(self, standbys: set[HostName]) -> None:
        """Let commits wait for ``standbys``, which stream: they have all by now."""
        self.synchronous = standbys
        for host in standbys:
            self.unsent.pop(host, None)

    def time_to_promote(self) -> timedelta:
        """Return how long the next promotion takes."""
        if self.promotion is not None:
            return self.promotion
        return self.between(self.around.dice.choice(_PROMOTED_IN))

    def _after(self, pause: timedelta, event: Callable[[], None]) -> None:
        self.around.clock.at(pause, event)
