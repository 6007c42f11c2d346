"""Looks at services: at each, its database and its hosts, all of them at the same time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from core.clock import Clock
from dr.doors import Doors
from dr.facts import Facts, MemberFacts
from dr.logs.seam import LogProgress, Seam, judged, strangers
from dr.looking import sightings
from dr.looks import Begin, if_seen
from inventory.names import DatabaseName, HostName, ServiceName, SiteName
from inventory.network import Network

READINESS: Final = "ndc-readiness"
"""a key that nobody writes: who can say that it is not there reaches its database"""


@dataclass(frozen=True, slots=True)
class _OfHosts:
    """What the hosts of one service told, as in ``Facts``."""

    reachable: frozenset[SiteName]
    obeying: frozenset[HostName]
    answering: frozenset[HostName]
    progress: Mapping[HostName, LogProgress]


@dataclass(frozen=True, slots=True)
class ServiceLooks:
    """Makes looks at services of ``network`` through ``doors``."""

    network: Network
    doors: Doors
    clock: Clock
    begin: Begin

    def begun(self, service: ServiceName, lost: Collection[HostName]) -> Callable[[], Facts]:
        """Begin to look at ``service``; return what waits for what can be seen.

        Nothing is asked of those who are ``lost``. What cannot be seen is absent.
        """
        quorum = sightings.quorum(self.doors, self.begin, lost)
        lately = self.begin(lambda: sightings.failed_over(self.doors, service))
        of_service = self._of_service(service, lost)

        def facts() -> Facts:
            votes, excluded = quorum()
            return replace(of_service(), votes=votes, excluded=excluded, failed_over=lately())

        return facts

    def _of_service(self, service: ServiceName, lost: Collection[HostName]) -> Callable[[], Facts]:
        database = self.network.database(self.network.service(service).database)
        records, door = self.doors.records, self.doors.database
        placement = self.begin(lambda: if_seen(lambda: records.placement(service)))
        claim = self.begin(lambda: if_seen(lambda: records.claim(service)))
        alarms = self.begin(lambda: if_seen(records.alarms))
        copies = self.begin(lambda: if_seen(lambda: door.members(database.name)) or {})
        paused = self.begin(lambda: if_seen(lambda: door.paused(database.name)))
        of_hosts = self._of_hosts(service, database.name, lost)
        last_copy = self.begin(lambda: if_seen(lambda: door.last_copy(database.name)))

        def facts() -> Facts:
            members, hosts = copies(), of_hosts()
            return Facts(
                at=self.clock.now(),
                placement=placement(),
                claim=claim(),
                alarms=alarms(),
                members=members,
                synchronous=synchronous(members) if members else None,
                reachable=hosts.reachable,
                obeying=hosts.obeying,
                answering=hosts.answering,
                paused=paused(),
                last_copy=last_copy(),
                progress=hosts.progress,
                seams=self._seams(database.name, _leader(members), hosts.progress),
                last_word=if_seen(lambda: door.last_word(database.name)) if lost else None,
            )

        return facts

    def _of_hosts(
        self, service: ServiceName, database: DatabaseName, lost: Collection[HostName]
    ) -> Callable[[], _OfHosts]:
        holding, serving = self._asked(service, lost)
        came = {host: self.begin(self._progress(database, host)) for host in holding}
        alive = {host: self.begin(self._lives(database, host)) for host in holding}
        ready = {host: self.begin(self._is_ready(service, host)) for host in serving}
        obeying = {host: self.begin(self._obeys(service, host)) for host in serving}

        def hosts() -> _OfHosts:
            answering = _those(ready)
            sites = {self.network.host(host).site for host in _those(alive) | answering}
            progress = {host: own for host, look in came.items() if (own := look()) is not None}
            return _OfHosts(frozenset(sites), _those(obeying), answering, progress)

        return hosts

    def _asked(
        self, service: ServiceName, lost: Collection[HostName]
    ) -> tuple[list[HostName], list[HostName]]:
        """Return who holds a copy of the database of ``service``, and who may serve it."""
        declared = self.network.service(service)
        members = self.network.database(declared.database).members
        holding = [member.host for member in members if member.host not in lost]
        return holding, [host for host in declared.hosts if host not in lost]

    def _seams(
        self,
        database: DatabaseName,
        leader: HostName | None,
        came: Mapping[HostName, LogProgress],
    ) -> Mapping[HostName, Seam]:
        """Return how the log of ``leader`` goes on where copies stand that it sends nothing to."""
        door = self.doors.database
        if leader is None or leader not in came or not strangers(leader, came):
            return {}
        # asked after the copies were: what they have by then and it has not is not its own
        own = if_seen(lambda: door.progress(database, leader))
        if own is None:
            return {}
        looks = {
            host: (at, self.begin(self._seam(database, leader, own.timeline or 0, at)))
            for host, at in strangers(leader, {**came, leader: own}).items()
        }
        seams = {host: judged(at, look()) for host, (at, look) in looks.items()}
        return {host: seam for host, seam in seams.items() if seam is not None}

    def _progress(self, database: DatabaseName, host: HostName) -> Callable[[], LogProgress | None]:
        return lambda: if_seen(lambda: self.doors.database.progress(database, host))

    def _seam(
        self, database: DatabaseName, leader: HostName, timeline: int, position: int
    ) -> Callable[[], Seam | None]:
        door = self.doors.database
        return lambda: if_seen(lambda: door.seam(database, leader, timeline, position))

    def _lives(self, database: DatabaseName, host: HostName) -> Callable[[], bool]:
        return lambda: if_seen(lambda: self.doors.database.leads(database, host)) is not None

    def _obeys(self, service: ServiceName, host: HostName) -> Callable[[], bool]:
        guard = self.doors.guard
        return lambda: if_seen(lambda: guard.look(service, host)) is not None

    def _is_ready(self, service: ServiceName, host: HostName) -> Callable[[], bool]:
        rows = self.doors.application.rows
        return lambda: if_seen(lambda: rows(service, host, READINESS)) is not None


def _leader(members: Mapping[HostName, MemberFacts]) -> HostName | None:
    leaders = [host for host, member in members.items() if member.leads]
    return leaders[0] if len(leaders) == 1 else None


def synchronous(members: Mapping[HostName, MemberFacts]) -> frozenset[HostName]:
    """Return those of ``members`` that have every acknowledged write."""
    return frozenset(host for host, member in members.items() if member.synchronous)


def _those(looks: Mapping[HostName, Callable[[], bool]]) -> frozenset[HostName]:
    return frozenset(host for host, is_so in looks.items() if is_so())
