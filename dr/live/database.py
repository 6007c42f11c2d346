"""A database under Patroni: its REST, its keys in etcd, and the ends of logs on hosts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from access.clients import patroni
from core.errors import NotSeen
from dr.doors import SwitchOrder
from dr.facts import MemberFacts
from dr.live.orders import Orders
from dr.live.programs import LOOK, Programs, looking
from dr.log_end import read_end
from dr.succession import LogEnd, Succession, succession
from inventory.endpoints import patroni_port
from inventory.names import DatabaseName, HostName
from inventory.network import Network


@dataclass(frozen=True, slots=True)
class Patroni:
    """Every database of ``network``; keeps the promise of ``dr.doors.DatabaseDoor``."""

    network: Network
    over: httpx.Client
    programs: Programs
    orders: Orders

    def members(self, database: DatabaseName) -> Mapping[HostName, MemberFacts]:
        """Return every declared copy, as the first Patroni that answers tells."""
        declared = {member.host for member in self.network.database(database).members}
        return {
            member.name: MemberFacts(
                member.leads, member.streams, member.lag_bytes, member.synchronous
            )
            for member in self._members(database)
            if member.name in declared
        }

    def leads(
        self,
        database: DatabaseName,
        host: HostName,
    ) -> bool:
        """Tell whether ``host`` says itself that it leads."""
        return patroni.leads(self.over, self._root(database, host))

    def switch(self, order: SwitchOrder) -> None:
        """Give ``order`` under its claim; return when another leader was seen."""
        self.orders.give(order)

    def succession(
        self, database: DatabaseName, host: HostName, former: HostName
    ) -> Succession | None:
        """Return how ``host`` came to lead after ``former``: its history, and the disk of both."""
        end = self._log_end(database, former)
        members = self._members(database)
        timeline = next((member.timeline for member in members if member.name == host), None)
        return succession(end, timeline, patroni.forks(self.over, self._root(database, host)))

    def _members(self, database: DatabaseName) -> tuple[patroni.MemberAnswer, ...]:
        failure = NotSeen(f"{database} has no member to ask", refused=False)
        for member in self.network.database(database).members:
            try:
                return patroni.members(self.over, self._root(database, member.host))
            except NotSeen as error:
                failure = error
        raise failure

    def _log_end(self, database: DatabaseName, host: HostName) -> LogEnd:
        words = ["dr.onhost.log_end_main", database]
        with looking():
            return self.programs.answer(
                host, words, read_end, expected='{"timeline": …}', bound=2 * LOOK
            )

    def _root(self, database: DatabaseName, host: HostName) -> str:
        port = patroni_port(self.network.database(database).port)
        return f"https://{self.network.host(host).management.ip}:{port}"
