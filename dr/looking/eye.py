"""Looks through the doors: what was seen of a service, and whether a statement is so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import assert_never

from core.clock import Clock
from core.measure import FRESH
from dr.doors import Doors
from dr.facts import Facts, MemberFacts, SignsOfLife
from dr.logs.succession import Succession
from dr.looking import sightings
from dr.looking.service_looks import ServiceLooks, synchronous
from dr.looks import Begin, at_once, if_seen
from dr.questions import (
    CanaryIsKept,
    HasAll,
    HasReplayed,
    Hears,
    IsAnnounced,
    IsAnnouncedByOneOf,
    IsFree,
    IsHeldBy,
    IsLedAt,
    IsNotHeldBy,
    IsNotPaused,
    IsPlaced,
    IsProtected,
    IsProtectedWithout,
    IsSynchronous,
    IsWithdrawn,
    LagsAtMost,
    Leads,
    Question,
    Serves,
)
from dr.watch.steadiness import Steadiness
from inventory.names import HostName, ServiceName, SiteName
from inventory.network import Network


@dataclass(frozen=True, slots=True)
class Eye:
    """Sees a network, running or simulated, through ``doors``, and never touches it.

    What does not answer within its deadline is not seen: absent from ``observe``, None from
    ``ask``, and never a default.
    """

    network: Network
    doors: Doors
    clock: Clock
    begin: Begin = at_once

    def look_at(self, lost: Iterable[HostName]) -> Mapping[HostName, SignsOfLife]:
        """Return what can be seen of hosts that are said to be lost."""
        return sightings.look_at(self.network, self.doors, self.begin, sorted(lost))

    def stays(self, hosts: Iterable[HostName]) -> Mapping[HostName, Steadiness]:
        """Return for how long each of ``hosts`` has been well; what nobody can say is None."""
        return sightings.stays(self.network, self.doors, self.begin, hosts)

    def survey(
        self, services: Iterable[ServiceName], lost: Iterable[HostName]
    ) -> Mapping[ServiceName, Facts]:
        """Return what can be seen now about ``services``, and of hosts said to be lost."""
        names = frozenset(lost)
        signs = self.begin(lambda: self.look_at(names))
        looks = {service: self._looks.begun(service, names) for service in services}
        return {service: replace(look(), signs=signs()) for service, look in looks.items()}

    def observe(self, service: ServiceName, lost: Collection[HostName] = frozenset()) -> Facts:
        """Return what can be seen now about ``service``; what cannot be seen is absent.

        Nothing is asked of those who are ``lost``.
        """
        return self._looks.begun(service, lost)()

    @property
    def _looks(self) -> ServiceLooks:
        return ServiceLooks(self.network, self.doors, self.clock, self.begin)

    def ask(self, question: Question) -> bool | None:
        """Answer from what can be seen now; None means that it cannot be seen."""
        return if_seen(lambda: self._answer(question))

    def _answer(self, question: Question) -> bool | None:  # noqa: C901, PLR0911 - one line a question
        match question:
            case IsFree() | IsHeldBy() | IsNotHeldBy() | IsPlaced():
                return self._of_the_record(question)
            case Leads() | IsLedAt():
                return self._of_the_leader(question)
            case Hears() | HasReplayed() | IsNotPaused():
                return self._of_the_database(question)
            case IsSynchronous() | LagsAtMost() | IsProtected() | IsProtectedWithout():
                return _of_members(question, self.doors.database.members(question.database))
            case HasAll(database, host, former):
                link = self.doors.database.succession(database, host, former)
                return link.complete if isinstance(link, Succession) else None
            case CanaryIsKept(service, host, key):
                rows = self.doors.application.rows(service, host, key)
                return None if rows is None else rows == 1
            case IsAnnounced() | IsWithdrawn():
                return self._of_the_host(question)
            case IsAnnouncedByOneOf(service, hosts):
                return self._is_announced(service, hosts)
            case Serves(service, site):
                return self._serves(service, site)
            case _:
                return sightings.answer(self.doors, self.begin, question)

    def _of_the_leader(self, question: Leads | IsLedAt) -> bool | None:
        door = self.doors.database
        match question:
            case Leads(database, host):
                return door.leads(database, host)
            case IsLedAt(database, site):
                members = door.members(database)
                leaders = [host for host, member in members.items() if member.leads]
                sites = [self.network.host(host).site for host in leaders]
                return sites == [site] if members else None
            case _:
                assert_never(question)

    def _of_the_record(self, question: IsFree | IsHeldBy | IsNotHeldBy | IsPlaced) -> bool:
        records = self.doors.records
        match question:
            case IsFree(service):
                return records.claim(service).run is None
            case IsHeldBy(service, run):
                return records.claim(service).run == run
            case IsNotHeldBy(service, run):
                return records.claim(service).run != run
            case IsPlaced(service, site, epoch, run):
                placed = records.placement(service)
                if placed is None or (placed.site, placed.epoch) != (site, epoch):
                    return False
                return run is None or placed.run == run
            case _:
                assert_never(question)

    def _of_the_database(self, question: Hears | HasReplayed | IsNotPaused) -> bool:
        door = self.doors.database
        match question:
            case Hears(database, host, leader):
                return host in door.progress(database, leader).sends_to
            case HasReplayed(database, host):
                return not door.progress(database, host).stands_still
            case IsNotPaused(database):
                return not door.paused(database)
            case _:
                assert_never(question)

    def _of_the_host(self, question: IsAnnounced | IsWithdrawn) -> bool:
        stance = self.doors.guard.look(question.service, question.host)
        match question:
            case IsAnnounced(_, _, epoch):
                return stance.announces and stance.highest == epoch
            case IsWithdrawn():
                return not stance.announces
            case _:
                assert_never(question)

    def _is_announced(self, service: ServiceName, hosts: Iterable[HostName]) -> bool | None:
        guard = self.doors.guard
        looks = [self.begin(partial(if_seen, partial(guard.look, service, host))) for host in hosts]
        stances = [look() for look in looks]
        if any(stance is not None and stance.announces for stance in stances):
            return True
        return None if None in stances else False

    def _serves(self, service: ServiceName, site: SiteName) -> bool:
        last = self.doors.probe.acknowledged(service)
        return last is not None and last.age <= FRESH and last.site == site


def _of_members(
    question: IsSynchronous | LagsAtMost | IsProtected | IsProtectedWithout,
    members: Mapping[HostName, MemberFacts],
) -> bool | None:
    if not members:
        return None
    match question:
        case IsSynchronous(_, host):
            return host in synchronous(members) and not members[host].barred
        case IsProtected():
            return bool(_protecting(members))
        case IsProtectedWithout(_, host):
            return bool(_protecting(members) - {host})
        case LagsAtMost(_, host, limit_bytes):
            member = members.get(host)
            if member is None or not member.streams or member.lag_bytes is None:
                return None
            return member.lag_bytes <= limit_bytes
        case _:
            assert_never(question)


def _protecting(members: Mapping[HostName, MemberFacts]) -> frozenset[HostName]:
    return frozenset(host for host in synchronous(members) if members[host].streams)
