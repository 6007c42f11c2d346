"""What is asked of hosts that are given up, and of who leads without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from core.runs.plan import RunName
from inventory.names import DatabaseName, HostName, PlacedName, SiteName, StoreName
from inventory.promises import LastCopy


@dataclass(frozen=True, slots=True)
class IsOff:
    """``host`` has no power, says who could take it away."""

    host: HostName


@dataclass(frozen=True, slots=True)
class IsInLife:
    """The power of ``host`` came on when ``life`` began, and did not come on again since."""

    host: HostName
    life: str


@dataclass(frozen=True, slots=True)
class IsGone:
    """``host`` answers none of ``observers``, each of which could be asked."""

    host: HostName
    observers: tuple[HostName, ...]


@dataclass(frozen=True, slots=True)
class AreGone:
    """None of ``hosts`` answers any of ``observers``, each of which could be asked, if any."""

    hosts: tuple[HostName, ...]
    observers: tuple[HostName, ...]


@dataclass(frozen=True, slots=True)
class IsRefused:
    """``border`` refuses ``service`` from ``origin``, and knows no way there."""

    service: PlacedName
    origin: SiteName
    border: HostName


@dataclass(frozen=True, slots=True)
class IsAccepted:
    """``border`` refuses nothing of ``service`` from ``origin``."""

    service: PlacedName
    origin: SiteName
    border: HostName


@dataclass(frozen=True, slots=True)
class HoldsNoLease:
    """``host`` does not hold the key by which ``database`` is led."""

    database: DatabaseName
    host: HostName


@dataclass(frozen=True, slots=True)
class IsFenced:
    """``host`` cannot write to ``database``: it has no power, or no lease to lead by."""

    database: DatabaseName
    host: HostName


@dataclass(frozen=True, slots=True)
class MayLead:
    """``host`` has every acknowledged write of ``database``: it leads, or commits wait for it."""

    database: DatabaseName
    host: HostName


@dataclass(frozen=True, slots=True)
class MayLeadWithout:
    """Nobody but ``had_all`` had every acknowledged write of ``database``; or ``host`` leads it."""

    database: DatabaseName
    host: HostName
    had_all: tuple[HostName, ...]


@dataclass(frozen=True, slots=True)
class IsEligible:
    """``host`` may lead ``database``, as its Patroni says itself."""

    database: DatabaseName
    host: HostName


@dataclass(frozen=True, slots=True)
class IsBarred:
    """``host`` carries the tag by which it never leads ``database``."""

    database: DatabaseName
    host: HostName


@dataclass(frozen=True, slots=True)
class HasLastCopy:
    """Leaders of ``database`` are told ``last_copy``: what to do without a copy to wait for."""

    database: DatabaseName
    last_copy: LastCopy


@dataclass(frozen=True, slots=True)
class VotesNoMore:
    """The vote ``number`` of ``host`` burdens the quorum no more: it is out, or is well again."""

    host: HostName
    number: str


@dataclass(frozen=True, slots=True)
class AreExcluded:
    """All of ``hosts`` take part in nothing until a person admits them."""

    hosts: tuple[HostName, ...]


@dataclass(frozen=True, slots=True)
class AreNotExcludedBy:
    """None of ``hosts`` is kept out by ``run``; by none at all, where no run is named."""

    hosts: tuple[HostName, ...]
    run: RunName | None = None


@dataclass(frozen=True, slots=True)
class CannotServe:
    """``host`` has no power; where nobody tells that, it answers none of ``observers``."""

    host: HostName
    observers: tuple[HostName, ...]


@dataclass(frozen=True, slots=True)
class WritesNot:
    """``host`` says that it may not write ``store``."""

    store: StoreName
    host: HostName


@dataclass(frozen=True, slots=True)
class HasPoint:
    """``host`` has the recovery point of ``store`` that comes from ``point``, whole."""

    store: StoreName
    host: HostName
    point: str


@dataclass(frozen=True, slots=True)
class WritesStore:
    """``host`` serves ``store``, which it began under ``epoch`` from ``point``."""

    store: StoreName
    host: HostName
    epoch: int
    point: str


OfAStore: TypeAlias = CannotServe | WritesNot | HasPoint | WritesStore
"""what is asked before a store begins elsewhere, and afterwards"""

OfTheQuorum: TypeAlias = VotesNoMore | AreExcluded | AreNotExcludedBy | HasLastCopy
"""what the quorum keeps of hosts that were lost, and for databases that go on without them"""

AtABorder: TypeAlias = IsRefused | IsAccepted
"""what a router of those who survive lets pass"""

OfALoss: TypeAlias = (
    IsOff
    | IsInLife
    | IsGone
    | AreGone
    | HoldsNoLease
    | IsFenced
    | MayLead
    | MayLeadWithout
    | IsEligible
    | IsBarred
    | OfTheQuorum
    | AtABorder
    | OfAStore
)


def state(question: OfALoss) -> str:  # noqa: C901, PLR0912 - one line a question
    """Return ``question`` as the statement that it asks about."""
    if isinstance(question, OfTheQuorum | AtABorder):
        return _of_survivors(question)
    if isinstance(question, OfAStore):
        return _of_a_store(question)
    match question:
        case IsOff(host):
            statement = f"{host} has no power"
        case IsInLife(host, life):
            statement = f"{host} is in its life {life}"
        case IsGone(host, observers):
            statement = f"{host} answers none of {', '.join(observers)}"
        case AreGone(hosts, observers):
            by = " or ".join(observers) or "anybody"
            statement = f"none of {', '.join(hosts)} answers {by}"
        case HoldsNoLease(database, host):
            statement = f"the lease of {host} over {database} has ended"
        case IsFenced(database, host):
            statement = f"{host} cannot write to {database}: no power, or no lease"
        case MayLead(database, host):
            statement = f"{host} has every acknowledged write of {database}"
        case MayLeadWithout(database, _, had_all):
            statement = f"only {' and '.join(had_all)} had every acknowledged write of {database}"
        case IsEligible(database, host):
            statement = f"Patroni of {host} may have it lead {database}"
        case IsBarred(database, host):
            statement = f"Patroni of {host} never has it lead {database}"
        case _:
            assert_never(question)
    return statement


def _of_a_store(question: OfAStore) -> str:
    match question:
        case CannotServe(host, observers):
            by = " or ".join(observers) or "anybody"
            statement = f"{host} has no power, or nobody tells and it does not answer {by}"
        case WritesNot(store, host):
            statement = f"{host} may not write {store}"
        case HasPoint(store, host, point):
            statement = f"{host} has recovery point {point} of {store}"
        case WritesStore(store, host, epoch, point):
            statement = f"{host} writes {store} from {point} on, epoch {epoch}"
        case _:
            assert_never(question)
    return statement


def _of_survivors(question: OfTheQuorum | AtABorder) -> str:
    match question:
        case IsRefused(service, origin, border):
            statement = f"{border} refuses {service} from {origin}"
        case IsAccepted(service, origin, border):
            statement = f"{border} accepts {service} from {origin}"
        case AreExcluded(hosts):
            statement = f"{', '.join(hosts)} are kept out until somebody admits them"
        case AreNotExcludedBy(hosts, None):
            statement = f"nobody keeps {', '.join(hosts)} out"
        case AreNotExcludedBy(hosts, run):
            statement = f"none of {', '.join(hosts)} is kept out by {run}"
        case HasLastCopy(database, last_copy):
            statement = f"{database} is told to {last_copy} without a copy"
        case VotesNoMore(host):
            statement = f"the lost vote of {host} is out of the quorum, or well again"
        case _:
            assert_never(question)
    return statement
