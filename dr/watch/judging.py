"""What would be done about hosts that are dead, by whom, and what stands in the way. Pure.

Within a region a controller moves services by itself, if nothing keeps it from it; across regions
only a person may. What a person would type for the same is said in any case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter, ValidationError

from core.errors import Rejected
from core.formats import Format
from core.runs.plan import RunName
from dr.placement import Placement, serving_at
from dr.watch.lookout import SightWord
from dr.watch.watching import Pulse, Suspect, blind, suspects
from inventory.initiative import Initiative
from inventory.names import DatabaseName, HostName, ServiceName, SiteName
from inventory.network import Network, Service

OBSERVES: Final = "this controller only observes"
_REST: Final = timedelta(minutes=10)
"""at least: what was moved and lost again so soon has a reason that a person looks for"""


@dataclass(frozen=True, slots=True)
class Records:
    """What a quorum says of services, beside the words of observers."""

    placements: Mapping[ServiceName, Placement] = field(default_factory=dict)
    claimed: Mapping[DatabaseName, RunName] = field(default_factory=dict)
    """which run holds a database with its services"""
    synchronous: Mapping[DatabaseName, frozenset[HostName]] = field(default_factory=dict)
    """who has every acknowledged write: the leader, and those that it waits for"""
    reports: Mapping[HostName, str] = field(default_factory=dict)
    """what hosts told of themselves, and stands"""
    powerless: frozenset[HostName] = frozenset()
    """who had no power when it was asked for, after the reports were read"""
    lever: str | None = None
    """the sentence of whoever pulled it; None: it is not pulled"""
    fencing: str = ""
    """why nobody tells whether hosts have power; empty: it is told"""
    answering: frozenset[ServiceName] = frozenset()
    """which services answer at their address, whoever misses their hosts"""
    rests: Mapping[ServiceName, str] = field(default_factory=dict)
    """which no controller moves for a while, and why"""


class Remedy(StrEnum):
    """Who moves a service that lost its hosts."""

    WITHIN = "within the region, by itself"
    PERSON = "by a person"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be done about one service."""

    service: ServiceName
    remedy: Remedy
    to: SiteName | None
    """None: whoever plans chooses"""
    command: str
    """that a person types for the same"""
    why_not: tuple[str, ...]
    """all that keeps the controller from it"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the elected controller makes of it all, under its lease: no judgement, no controller."""

    by: HostName
    at: datetime
    """when it came to it, by its clock; it stands until it is taken back"""
    observers: tuple[HostName, ...]
    """whose words may call others dead"""
    blind: Mapping[HostName, str]
    """whose words may not, and why"""
    suspects: tuple[Suspect, ...]
    since: Mapping[HostName, datetime]
    """since when each suspect is as it is, by the clock of the controller that said so first"""
    proposals: tuple[Proposal, ...]
    initiative: Initiative = Initiative.OBSERVE
    """whether it acts by itself, or only says what it would do"""
    fencing: str = ""
    """why nobody tells whether hosts have power; empty: it is told"""

    @property
    def dead(self) -> tuple[Suspect, ...]:
        """Those of the suspects that are dead."""
        return tuple(one for one in self.suspects if one.pulse is Pulse.DEAD)

    def says_the_same(self, other: Judgement) -> bool:
        """Whether a reader of both learns nothing from the later one."""
        return _gist(self) == _gist(other)

    def ripe(self, last: Judgement | None) -> Iterator[Proposal]:
        """Yield what its controller does by itself: nothing keeps it from it, as in ``last``.

        That is the judgement that it gave before: nothing is moved by what was seen once.
        """
        if last is not None and last.by == self.by:
            for one in self.proposals:
                if one.to is not None and not one.why_not and one in last.proposals:
                    yield one


def judged(
    network: Network,
    words: Mapping[HostName, SightWord],
    records: Records,
    last: Judgement | None,
    by: HostName,
    at: datetime,
) -> Judgement:
    """Return what ``by`` makes of ``words`` and ``records`` at ``at``; ``last`` stood before it."""
    useless = blind(network, words, records.powerless)
    missed = suspects(network, words, records.reports, records.powerless)
    before = {one.host: one.pulse for one in last.suspects} if last else {}
    since = {
        one.host: last.since[one.host]
        if last and before.get(one.host) is one.pulse and one.host in last.since
        else at - one.lasting
        for one in missed
    }
    dead = frozenset(one.host for one in missed if one.pulse is Pulse.DEAD)
    return Judgement(
        by=by,
        at=at,
        observers=tuple(sorted(words.keys() - useless.keys())),
        blind=useless,
        suspects=missed,
        since=since,
        proposals=tuple(proposals(network, dead, since.keys(), records)),
        initiative=network.controllers,
        fencing=records.fencing,
    )


def proposals(
    network: Network,
    dead: frozenset[HostName],
    doubtful: Collection[HostName],
    records: Records,
) -> Iterator[Proposal]:
    """Yield what would be done about each service that cannot go on without ``dead``.

    Nothing is moved to hosts that are ``doubtful``. A database whose leader died alone chooses
    another by itself; a service whose placement nobody knows is left alone.
    """
    for service in network.services:
        placement = records.placements.get(service.name)
        if placement is None:
            continue
        if _goes_on(network, service, placement.site, dead):
            continue
        to = _nearest(network, service, placement.site, {*dead, *doubtful})
        yield Proposal(
            service.name,
            Remedy.PERSON if to is None else Remedy.WITHIN,
            to,
            command(network, dead, "plan" if to is None else "failover"),
            tuple(_obstacles(network, service, to, records)),
        )


def command(network: Network, dead: Collection[HostName], verb: str) -> str:
    """Return what a person types to do without ``dead``, or to see it; whole sites by their name.

    Across regions writes may be lost: the plan says how many, before anybody says yes to it.
    """
    names: list[str] = []
    for site in network.sites:
        here = [host.name for host in network.hosts_at(site.name)]
        gone = [host for host in here if host in dead]
        names += [site.name] if gone and gone == here else gone
    return " ".join([f"ndc dr {verb}", *(f"--lost {name}" for name in names)])


def _goes_on(network: Network, service: Service, site: SiteName, dead: frozenset[HostName]) -> bool:
    members = {member.host for member in network.database(service.database).members}
    regional = {host for host in members if network.region(host) == network.site(site).region}
    return bool({*serving_at(network, service, site)} - dead) and bool(regional - dead)


def _nearest(
    network: Network, service: Service, site: SiteName, out: Collection[HostName]
) -> SiteName | None:
    """Return the first other site of its region that can serve and lead it; None: there is none."""
    region = network.site(site).region
    leading = {m.host for m in network.database(service.database).members if not m.barred}
    if not any(network.region(host) == region for host in leading.difference(out)):
        return None
    return next(
        (
            other
            for other in (service.home, *service.refuges)
            if other != site
            and network.site(other).region == region
            and {*serving_at(network, service, other)}.difference(out)
        ),
        None,
    )


def _obstacles(
    network: Network, service: Service, to: SiteName | None, records: Records
) -> Iterator[str]:
    if records.lever is not None:
        yield f"the lever is pulled, {records.lever}"
    if service.name in records.answering:
        yield "it answers at its address"
    if (why := records.rests.get(service.name)) is not None:
        yield f"it is left alone for a while: {why}"
    if (run := records.claimed.get(service.database)) is not None:
        yield f"{run} is in progress; next: ndc dr show {run}"
    if to is None:
        yield "no site of its region can take it, and only a person moves it to another"
    else:
        whole = records.synchronous.get(service.database, frozenset())
        if not any(network.host(host).site == to for host in whole):
            yield f"unprotected: no copy at {to} is known to have every write"
    if network.controllers is Initiative.OBSERVE:
        yield OBSERVES


def rest_of(service: Service) -> timedelta:
    """Return for how long a controller leaves ``service`` where it moved it."""
    return max(service.stable_for or timedelta(), _REST)


def _gist(judgement: Judgement) -> tuple[object, ...]:
    pulses = tuple((one.host, one.pulse, one.by, one.why) for one in judgement.suspects)
    says = (judgement.observers, judgement.blind, pulses, judgement.proposals, judgement.fencing)
    return judgement.by, judgement.initiative, *says


_JUDGEMENT: TypeAdapter[Judgement] = TypeAdapter(Judgement)


def judgement_text(judgement: Judgement) -> str:
    """Return ``judgement`` as it is kept."""
    return Format.JUDGEMENT.text(_JUDGEMENT.dump_python(judgement, mode="json"))


def read_judgement(text: str) -> Judgement:
    """Return the judgement that ``text`` holds.

    Raises:
        Rejected: it holds none, or one of a format that is not read.
    """
    Format.JUDGEMENT.demand(text, "a controller's judgement")
    try:
        return _JUDGEMENT.validate_json(text)
    except ValidationError:
        raise Rejected(
            "a controller's judgement cannot be read",
            expected='{"by": …, "at": …, "suspects": …}',
            actual=text[:80],
            next_step="nobody relies on it; its lease ends with the controller that gave it",
        ) from None
