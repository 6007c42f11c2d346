"""Recovery's eye on a running network: etcd, Patroni, the hosts' forced command, the probe.

It looks and never touches. What does not answer within its deadline is not seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar, assert_never

from access.clients import patroni, probe
from access.clients.json_get import asking
from access.clients.patroni import MemberAnswer
from core.clock import Clock
from core.errors import WorldError
from dr.facts import Facts, MemberFacts
from dr.live.reach import Reach
from dr.questions import (
    CanaryIsKept,
    HasAll,
    IsAnnounced,
    IsFree,
    IsHeldBy,
    IsNotHeldBy,
    IsOnlySynchronous,
    IsPlaced,
    IsProtected,
    IsWithdrawn,
    LagsAtMost,
    Leads,
    Question,
    Serves,
)
from inventory.names import DatabaseName, HostName, ServiceName, SiteName
from inventory.network import Database, Service

T = TypeVar("T")

_FRESH: Final = timedelta(seconds=2)
"""the probe writes 20 times a second; an acknowledgement older than this is yesterday's"""
_PROBE: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class LiveEye:
    """Keeps ``dr.ports.Eye``'s promise in a running network."""

    reach: Reach
    clock: Clock

    def observe(self, service: ServiceName) -> Facts:
        """Return what can be seen now about ``service``; what cannot be seen is absent."""
        declared = self.reach.network.service(service)
        database = self.reach.network.database(declared.database)
        with ThreadPoolExecutor(max_workers=16) as pool:
            placement = pool.submit(_seen, lambda: self.reach.placements.placement(service))
            claim = pool.submit(_seen, lambda: self.reach.placements.claim(service))
            members = pool.submit(_seen, lambda: self.reach.members(database.name))
            alive = pool.map(
                lambda member: self._patroni_answers(database.name, member.host), database.members
            )
            ready = pool.map(lambda host: self._is_ready(declared, host), declared.hosts)
            answering = _where(declared.hosts, ready)
            databases = _where((m.host for m in database.members), alive)
            told = members.result() or ()
            return Facts(
                at=self.clock.now(),
                placement=placement.result(),
                claim=claim.result(),
                members=self._members(database, told),
                synchronous=_synchronous(told),
                reachable=frozenset(self._sites(answering | databases)),
                answering=answering,
            )

    def ask(self, question: Question) -> bool | None:
        """Answer from what can be seen now; None means that it cannot be seen."""
        return _seen(lambda: self._answer(question))

    def _answer(self, question: Question) -> bool | None:  # noqa: C901, PLR0911 - one line a question
        match question:
            case IsFree() | IsHeldBy() | IsNotHeldBy() | IsPlaced():
                return self._of_the_record(question)
            case Leads(database, host):
                return patroni.leads(self.reach.rest, self.reach.patroni(database, host))
            case IsOnlySynchronous() | LagsAtMost() | IsProtected():
                return _of_members(question, self.reach.members(question.database))
            case HasAll(database, host, former):
                seen = self.reach.succession(database, host, former)
                return None if seen is None else seen.complete
            case CanaryIsKept(service, host, key):
                rows = self.reach.canaries(service, host, key)
                return None if rows is None else rows == 1
            case IsAnnounced(service, host, epoch):
                return self.reach.announced(service, host) == (True, epoch)
            case IsWithdrawn(service, host):
                return not self.reach.announced(service, host)[0]
            case Serves(service, site):
                return self._serves(service, site)
            case _:
                assert_never(question)

    def _of_the_record(self, question: IsFree | IsHeldBy | IsNotHeldBy | IsPlaced) -> bool:
        placements = self.reach.placements
        match question:
            case IsFree(service):
                return placements.claim(service).run is None
            case IsHeldBy(service, run):
                return placements.claim(service).run == run
            case IsNotHeldBy(service, run):
                return placements.claim(service).run != run
            case IsPlaced(service, site, epoch, run):
                placed = placements.placement(service)
                known = placed is not None and (placed.site, placed.epoch) == (site, epoch)
                return known and (run is None or (placed is not None and placed.run == run))
            case _:
                assert_never(question)

    def _serves(self, service: ServiceName, site: SiteName) -> bool | None:
        for root in self.reach.probes:
            seen = asyncio.run(self._probed(root))
            summary = seen.services.get(service)
            if summary is None or summary.last_acknowledged_at is None:
                return False
            fresh = seen.taken_at - summary.last_acknowledged_at < _FRESH
            return fresh and summary.site == site
        return None

    async def _probed(self, root: str) -> probe.ProbeSummary:
        async with asking(self.reach.tls) as client:
            return await probe.summary(client, root, deadline=_PROBE)

    def _patroni_answers(self, database: DatabaseName, host: HostName) -> bool:
        root = self.reach.patroni(database, host)
        return _seen(lambda: patroni.leads(self.reach.rest, root)) is not None

    def _is_ready(self, service: Service, host: HostName) -> bool:
        rows = _seen(lambda: self.reach.canaries(service.name, host, "ndc-readiness"))
        return rows is not None

    def _sites(self, hosts: Iterable[HostName]) -> set[SiteName]:
        return {self.reach.network.host(host).site for host in hosts}

    def _members(
        self, database: Database, told: tuple[MemberAnswer, ...]
    ) -> dict[HostName, MemberFacts]:
        declared = {member.host for member in database.members}
        return {
            member.name: MemberFacts(member.leads, member.streams, member.lag_bytes)
            for member in told
            if member.name in declared
        }


def _of_members(
    question: IsOnlySynchronous | LagsAtMost | IsProtected, told: tuple[MemberAnswer, ...]
) -> bool | None:
    synchronous = _synchronous(told)
    match question:
        case IsOnlySynchronous(_, host):
            return synchronous == frozenset({host})
        case IsProtected():
            return any(member.synchronous and member.streams for member in told)
        case LagsAtMost(_, host, limit_bytes):
            member = next((member for member in told if member.name == host), None)
            if member is None or not member.streams or member.lag_bytes is None:
                return None
            return member.lag_bytes <= limit_bytes
        case _:
            assert_never(question)


def _synchronous(told: tuple[MemberAnswer, ...]) -> frozenset[HostName] | None:
    return frozenset(m.name for m in told if m.synchronous) if told else None


def _where(hosts: Iterable[HostName], answers: Iterable[bool]) -> frozenset[HostName]:
    return frozenset(host for host, yes in zip(hosts, answers, strict=True) if yes)


def _seen(look: Callable[[], T]) -> T | None:
    try:
        return look()
    except WorldError:
        return None
