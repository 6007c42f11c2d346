"""Looks at hosts that are given up: through those who could cut their power, and who see them.

It never touches.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import assert_never

from dr.doors import Doors
from dr.facts import SignsOfLife, Supply, Vote
from dr.looks import Begin, if_seen
from dr.loss_questions import (
    AreExcluded,
    AreGone,
    AreNotExcludedBy,
    AtABorder,
    CannotServe,
    HasLastCopy,
    HasPoint,
    HoldsNoLease,
    IsAccepted,
    IsBarred,
    IsEligible,
    IsFenced,
    IsGone,
    IsInLife,
    IsOff,
    IsRefused,
    MayLead,
    MayLeadWithout,
    OfALoss,
    OfAStore,
    OfTheQuorum,
    VotesNoMore,
    WritesNot,
    WritesStore,
)
from dr.placement import Placement
from dr.planning.refusing import borders
from dr.watch.observers import observers
from dr.watch.steadiness import Steadiness, steadiness
from inventory.names import DatabaseName, HostName, PlacedName, ServiceName, SiteName
from inventory.network import Network


def answer(  # noqa: C901, PLR0911, PLR0912 - one line a question
    doors: Doors, begin: Begin, question: OfALoss
) -> bool | None:
    """Answer from what can be seen now; None means that it cannot be seen.

    Raises:
        WorldError: nobody could be asked.
    """
    if isinstance(question, OfTheQuorum):
        return _of_the_quorum(doors, question)
    if isinstance(question, AtABorder):
        return _of_a_border(doors, question)
    if isinstance(question, OfAStore):
        return _of_a_store(doors, begin, question)
    match question:
        case IsOff(host):
            return not doors.power.state(host).on
        case IsInLife(host, life):
            return doors.power.state(host).life == life
        case IsGone(host, observers):
            return _are_gone(doors, begin, (host,), observers)
        case AreGone(hosts, observers):
            return _are_gone(doors, begin, hosts, observers)
        case HoldsNoLease(database, host):
            return not _leads_by_key(doors, database, host)
        case IsFenced(database, host):
            if not _leads_by_key(doors, database, host):
                return True
            return not doors.power.state(host).on
        case MayLead() | MayLeadWithout():
            return _may_lead(doors, question)
        case IsEligible(database, host) | IsBarred(database, host):
            barred = doors.database.is_barred(database, host)
            return barred is isinstance(question, IsBarred)
        case _:
            assert_never(question)


def _may_lead(doors: Doors, question: MayLead | MayLeadWithout) -> bool | None:
    database, host = question.database, question.host
    if _leads_by_key(doors, database, host):
        return doors.database.leads(database, host)
    if isinstance(question, MayLeadWithout):
        return doors.database.last_word(database).had_all == set(question.had_all)
    own = doors.database.members(database).get(host)
    return None if own is None else own.synchronous


def _of_the_quorum(doors: Doors, question: OfTheQuorum) -> bool:
    match question:
        case AreExcluded(hosts):
            return set(hosts) <= doors.exclusions.excluded().keys()
        case AreNotExcludedBy(hosts, run):
            excluded = doors.exclusions.excluded()
            return not any(h in excluded and run in {None, excluded[h].run} for h in hosts)
        case VotesNoMore(host, number):
            return doors.votes.votes().get(host) != number or doors.votes.is_well(host)
        case HasLastCopy(database, last_copy):
            return doors.database.last_copy(database) is last_copy
        case _:
            assert_never(question)


def _of_a_border(doors: Doors, question: AtABorder) -> bool:
    refused = doors.routes.refused(question.border, question.origin)
    match question:
        case IsRefused(service):
            return service in refused
        case IsAccepted(service):
            return service not in refused
        case _:
            assert_never(question)


def _of_a_store(doors: Doors, begin: Begin, question: OfAStore) -> bool | None:
    match question:
        case CannotServe(host, observers):
            power = if_seen(lambda: doors.power.state(host))
            if power is not None:
                return not power.on
            return _are_gone(doors, begin, (host,), observers)
        case WritesNot(store, host):
            return not doors.stores.standing(store, host).writes
        case HasPoint(store, host, point):
            points = doors.stores.standing(store, host).points
            return point in {one.origin for one in points}
        case WritesStore(store, host, epoch, point):
            own = doors.stores.standing(store, host)
            return own.serves and own.writes and (own.epoch, own.began) == (epoch, point)
        case _:
            assert_never(question)


def _are_gone(
    doors: Doors, begin: Begin, hosts: Sequence[HostName], observers: Sequence[HostName]
) -> bool | None:
    """Tell whether none of ``hosts`` answers any of ``observers``, who look at the same time.

    None: nobody sees one answer, and not all of them could be asked.
    """
    looks = [begin(_sight(doors, each, hosts)) for each in observers]
    answers = [look() for look in looks]
    if any(answers):
        return False
    return None if None in answers else True


def _leads_by_key(doors: Doors, database: DatabaseName, host: HostName) -> bool:
    key = doors.database.leader_key(database)
    return key is not None and key.holder == host


def look_at(
    network: Network, doors: Doors, begin: Begin, lost: Sequence[HostName]
) -> Mapping[HostName, SignsOfLife]:
    """Return what can be seen now of each of ``lost``; all are looked at at the same time."""
    powers = {host: begin(_power(doors, host)) for host in lost}
    sights = {each: begin(_sight(doors, each, lost)) for each in observers(network, lost)}
    sites = {network.host(host).site for host in lost}
    refusing = {
        (site, border): begin(_refused(doors, border, site))
        for site in sites
        for border in borders(network, site, lost)
    }
    answers = {each: sight for each, look in sights.items() if (sight := look()) is not None}
    asked = {key for key, look in refusing.items() if look() is not None}
    return {
        host: SignsOfLife(
            powers[host](),
            {each: host in sight for each, sight in answers.items()},
            frozenset(border for site, border in asked if site == network.host(host).site),
        )
        for host in lost
    }


def quorum(
    doors: Doors, begin: Begin, lost: Collection[HostName]
) -> Callable[[], tuple[Mapping[HostName, Vote] | None, frozenset[HostName] | None]]:
    """Return what will tell who votes now and is well, and who is kept out; ``lost`` is not well.

    None is told where nobody could tell of votes, or of who is kept out.
    """

    def looks() -> tuple[Mapping[HostName, str], Mapping[HostName, Callable[[], bool | None]]]:
        numbers = doors.votes.votes()
        asked = [host for host in numbers if host not in lost]
        return numbers, {host: begin(_is_well(doors, host)) for host in asked}

    voting = begin(lambda: if_seen(looks))
    excluding = begin(lambda: kept_out(doors))

    def answers() -> tuple[Mapping[HostName, Vote] | None, frozenset[HostName] | None]:
        look, excluded = voting(), excluding()
        if look is None:
            return None, excluded
        numbers, well = look
        votes = {
            host: Vote(number, bool(host in well and well[host]()))
            for host, number in numbers.items()
        }
        return votes, excluded

    return answers


def kept_out(doors: Doors) -> frozenset[HostName] | None:
    """Return the hosts that were given up and not admitted since; None: nobody could tell."""
    excluded = if_seen(doors.exclusions.excluded)
    return None if excluded is None else frozenset(excluded)


def failed_over(doors: Doors, service: ServiceName) -> tuple[Placement, ...] | None:
    """Return the record that a failover made of ``service`` lately; None: nobody could tell."""
    answer = if_seen(lambda: (doors.records.failed_over(service),))
    return None if answer is None else tuple(filter(None, answer))


def _is_well(doors: Doors, host: HostName) -> Callable[[], bool | None]:
    return lambda: if_seen(lambda: doors.votes.is_well(host))


def stays(
    network: Network, doors: Doors, begin: Begin, hosts: Iterable[HostName]
) -> Mapping[HostName, Steadiness]:
    """Return for how long each of ``hosts`` has been well, by its own word and by others'."""
    ages = {host: begin(_age(doors, host)) for host in hosts}
    words = begin(lambda: if_seen(doors.sight.steady))
    return {host: steadiness(network, host, age(), words() or {}) for host, age in ages.items()}


def _age(doors: Doors, host: HostName) -> Callable[[], timedelta | None]:
    return lambda: if_seen(lambda: doors.sight.up_for(host))


def _power(doors: Doors, host: HostName) -> Callable[[], Supply | None]:
    return lambda: if_seen(lambda: doors.power.state(host))


def _sight(
    doors: Doors, observer: HostName, lost: Sequence[HostName]
) -> Callable[[], frozenset[HostName] | None]:
    return lambda: if_seen(lambda: doors.sight.answering(observer, lost))


def _refused(
    doors: Doors, border: HostName, origin: SiteName
) -> Callable[[], frozenset[PlacedName] | None]:
    return lambda: if_seen(lambda: doors.routes.refused(border, origin))
