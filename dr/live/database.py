"""A database under Patroni: its REST, its keys in etcd, and the ends of logs on hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx

from access.clients import patroni, patroni_status
from access.clients.patroni_status import StatusAnswer
from core.clock import Clock
from core.errors import NotSeen
from core.runs.ports import Token
from dr.doors import LeaderKey, SwitchOrder
from dr.facts import LastWord, MemberFacts
from dr.hosts.leave import Leave, Permit
from dr.live.last_copies import LastCopies
from dr.live.orders import Orders
from dr.live.programs import LOOK, Programs, looking
from dr.logs.log_end import read_end
from dr.logs.seam import LogProgress, Seam
from dr.logs.succession import LogEnd, Succession, Untold, succession
from dr.placement import Claim
from inventory.endpoints import patroni_port
from inventory.names import DatabaseName, HostName, PlacedName
from inventory.network import Member, Network
from inventory.promises import LastCopy

_TO_REPLAY: Final = timedelta(seconds=1)
"""a copy that is well replays within milliseconds what it has received"""
_AGAIN: Final = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True)
class Patroni:
    """Every database of ``network``; keeps the promise of ``dr.doors.DatabaseDoor``."""

    network: Network
    over: httpx.Client
    programs: Programs
    orders: Orders
    clock: Clock

    def members(self, database: DatabaseName) -> Mapping[HostName, MemberFacts]:
        """Return every declared copy, as most of the Patronis that answer tell."""
        declared = {member.host for member in self.network.database(database).members}
        return {
            member.name: MemberFacts(
                member.leads, member.streams, member.lag_bytes, member.synchronous, member.barred
            )
            for member in self._cluster(database).members
            if member.name in declared
        }

    def paused(self, database: DatabaseName) -> bool:
        """Tell whether Patroni was permit to leave ``database`` as it is."""
        return self._cluster(database).pause

    def leads(
        self,
        database: DatabaseName,
        host: HostName,
    ) -> bool:
        """Tell whether ``host`` says itself that it leads, and is out of recovery."""
        return patroni_status.leads(self.over, self._root(database, host))

    def progress(self, database: DatabaseName, host: HostName) -> LogProgress:
        """Return how far ``host`` came; looks again for a second while it has more to replay."""
        now = first = self._status(database, host)
        began = self.clock.elapsed()
        while _behind(first, now) and self.clock.elapsed() - began < _TO_REPLAY:
            self.clock.sleep(_AGAIN)
            now = self._status(database, host)
        if first.received is None or now.replayed is None:
            raise NotSeen(
                f"PostgreSQL at {host} does not tell how far it came",
                refused=True,
                expected="positions in its log",
                actual=f"{now.role}, {now.state}",
                next_step=f"ndc ssh {host} -- journalctl -u patroni-{database} -n 20",
            )
        shown_at = None if now.is_open else now.xlog.replayed_timestamp
        return LogProgress(now.timeline, first.received, now.replayed, now.sends_to, shown_at)

    def seam(self, database: DatabaseName, leader: HostName, timeline: int, position: int) -> Seam:
        """Return how the log of ``leader`` goes on at ``position``, by its disk."""
        return self.programs.seam(database, leader, timeline, position)

    def switch(self, order: SwitchOrder) -> None:
        """Give ``order`` under its claim; return when another leader was seen."""
        self.orders.give(order)

    def leader_key(self, database: DatabaseName) -> LeaderKey | None:
        """Return the key by which ``database`` is led, as a quorum says; None: nobody holds it."""
        return self.orders.leader_key(database)

    def last_word(self, database: DatabaseName) -> LastWord:
        """Return what the quorum keeps of ``database``, as of now."""
        return self.orders.last_word(database)

    def is_barred(self, database: DatabaseName, host: HostName) -> bool:
        """Tell whether the Patroni of ``host`` says that it never leads."""
        return self._status(database, host).barred

    def tell(self, database: DatabaseName, host: HostName, leave: Leave, token: Token) -> None:
        """Have our program on ``host`` write it down, and tell its Patroni."""
        self.programs.tell(database, host, Permit(leave, token.epoch, token.run))

    def last_copy(self, database: DatabaseName) -> LastCopy | None:
        """Return what its leaders are told to do without a copy; None: nobody ever led it."""
        return LastCopies(self.orders.records).look(database)

    def set_last_copy(
        self, database: DatabaseName, last_copy: LastCopy, service: PlacedName, claim: Claim
    ) -> None:
        """Have them be told ``last_copy`` while ``claim`` stands; they read it within 2 s."""
        LastCopies(self.orders.records).tell(database, last_copy, service, claim)

    def take_over(self, order: SwitchOrder) -> None:
        """Have the candidate lead after a leader that was fenced; return when it does."""
        self.orders.take_over(order)

    def succession(
        self, database: DatabaseName, host: HostName, former: HostName
    ) -> Succession | Untold:
        """Return how ``host`` came to lead after ``former``: its history, and the disk of both."""
        end = self._log_end(database, former)
        members = self._cluster(database).members
        timeline = next((member.timeline for member in members if member.name == host), None)
        return succession(end, timeline, patroni.forks(self.over, self._root(database, host)))

    def _cluster(self, database: DatabaseName) -> patroni.ClusterAnswer:
        """Return what most of those that answer tell; all are asked at the same time."""
        members = self.network.database(database).members

        def ask(member: Member) -> patroni.ClusterAnswer | NotSeen:
            try:
                return patroni.cluster(self.over, self._root(database, member.host))
            except NotSeen as error:
                return error

        with ThreadPoolExecutor(max(len(members), 1)) as pool:
            sights = list(pool.map(ask, members))
        answers = [answer for answer in sights if isinstance(answer, patroni.ClusterAnswer)]
        agreed = patroni.agreed(answers)
        if agreed is not None:
            return agreed
        failures = [failure for failure in sights if isinstance(failure, NotSeen)]
        raise _contradiction(database, answers) if answers else failures[-1]

    def _status(self, database: DatabaseName, host: HostName) -> StatusAnswer:
        return patroni_status.status(self.over, self._root(database, host))

    def _log_end(self, database: DatabaseName, host: HostName) -> LogEnd:
        words = ["dr.onhost.log_end_main", database]
        with looking():
            return self.programs.answer(
                host, words, read_end, expected='{"timeline": …}', bound=2 * LOOK
            )

    def _root(self, database: DatabaseName, host: HostName) -> str:
        port = patroni_port(self.network.database(database).port)
        return f"https://{self.network.host(host).management.ip}:{port}"


def _behind(first: StatusAnswer, now: StatusAnswer) -> bool:
    """Tell whether a copy does not show yet what it had received at first."""
    if first.received is None or now.replayed is None:
        return False
    return now.replayed < first.received


def _contradiction(database: DatabaseName, answers: Sequence[patroni.ClusterAnswer]) -> NotSeen:
    leaders = [answer.leader.name if answer.leader else "nobody" for answer in answers]
    return NotSeen(
        f"the members of {database} do not tell the same leader",
        refused=True,
        expected="one leader",
        actual=", ".join(leaders),
        next_step="`ndc status` shows which hosts and links are up; then ask again",
    )
