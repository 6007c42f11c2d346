"""Looks at hosts that are given up: through those who could cut their power, and who see them.

It never touches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import assert_never

from dr.doors import Doors
from dr.facts import SignsOfLife, Supply
from dr.looks import Begin, if_seen
from dr.loss_questions import (
    HoldsNoLease,
    IsBarred,
    IsEligible,
    IsFenced,
    IsGone,
    IsInLife,
    IsOff,
    MayLead,
    MayLeadWithout,
    OfALoss,
)
from inventory.names import DatabaseName, HostName


def answer(doors: Doors, question: OfALoss) -> bool | None:  # noqa: C901, PLR0911, PLR0912 - one line a question
    """Answer from what can be seen now; None means that it cannot be seen.

    Raises:
        WorldError: nobody could be asked.
    """
    match question:
        case IsOff(host):
            return not doors.power.state(host).on
        case IsInLife(host, life):
            return doors.power.state(host).life == life
        case IsGone(host, observers):
            return not any(host in doors.sight.answering(each, [host]) for each in observers)
        case HoldsNoLease(database, host):
            return not _leads_by_key(doors, database, host)
        case IsFenced(database, host):
            if not _leads_by_key(doors, database, host):
                return True
            return not doors.power.state(host).on
        case MayLead(database, host):
            if _leads_by_key(doors, database, host):
                return doors.database.leads(database, host)
            own = doors.database.members(database).get(host)
            return None if own is None else own.synchronous
        case MayLeadWithout(database, host, had_all):
            if _leads_by_key(doors, database, host):
                return doors.database.leads(database, host)
            return doors.database.last_word(database).had_all == set(had_all)
        case IsEligible(database, host):
            return not doors.database.is_barred(database, host)
        case IsBarred(database, host):
            return doors.database.is_barred(database, host)
        case _:
            assert_never(question)


def _leads_by_key(doors: Doors, database: DatabaseName, host: HostName) -> bool:
    key = doors.database.leader_key(database)
    return key is not None and key.holder == host


def look_at(
    doors: Doors, begin: Begin, lost: Sequence[HostName], observers: Sequence[HostName]
) -> Mapping[HostName, SignsOfLife]:
    """Return what can be seen now of each of ``lost``; all are looked at at the same time."""
    powers = {host: begin(_power(doors, host)) for host in lost}
    sights = {each: begin(_sight(doors, each, lost)) for each in observers}
    answers = {each: sight for each, look in sights.items() if (sight := look()) is not None}
    return {
        host: SignsOfLife(powers[host](), {each: host in sight for each, sight in answers.items()})
        for host in lost
    }


def ages(doors: Doors, begin: Begin, hosts: Iterable[HostName]) -> Mapping[HostName, timedelta]:
    """Return for how long each of ``hosts`` is up; who cannot say is absent."""
    looks = {host: begin(_age(doors, host)) for host in hosts}
    return {host: age for host, look in looks.items() if (age := look()) is not None}


def _age(doors: Doors, host: HostName) -> Callable[[], timedelta | None]:
    return lambda: if_seen(lambda: doors.sight.up_for(host))


def _power(doors: Doors, host: HostName) -> Callable[[], Supply | None]:
    return lambda: if_seen(lambda: doors.power.state(host))


def _sight(
    doors: Doors, observer: HostName, lost: Sequence[HostName]
) -> Callable[[], frozenset[HostName] | None]:
    return lambda: if_seen(lambda: doors.sight.answering(observer, lost))
