"""What is asked of the world before and after an action: yes, no, or it cannot be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from core.runs.plan import RunName
from dr import loss_questions
from dr.loss_questions import OfALoss
from inventory.names import DatabaseName, HostName, PlacedName, ServiceName, SiteName


@dataclass(frozen=True, slots=True)
class IsFree:
    """No run holds ``service``."""

    service: PlacedName


@dataclass(frozen=True, slots=True)
class IsHeldBy:
    """``run`` holds ``service``."""

    service: PlacedName
    run: RunName


@dataclass(frozen=True, slots=True)
class IsNotHeldBy:
    """``run`` does not hold ``service``; another may."""

    service: PlacedName
    run: RunName


@dataclass(frozen=True, slots=True)
class Leads:
    """``host`` accepts the writes of ``database``: it holds the leader key, out of recovery."""

    database: DatabaseName
    host: HostName


@dataclass(frozen=True, slots=True)
class IsLedAt:
    """One member accepts the writes of ``database``, and it is at ``site``."""

    database: DatabaseName
    site: SiteName


@dataclass(frozen=True, slots=True)
class IsSynchronous:
    """``host`` is a synchronous standby of ``database``: Patroni may switch to it, nothing lost."""

    database: DatabaseName
    host: HostName


@dataclass(frozen=True, slots=True)
class LagsAtMost:
    """``host`` streams ``database`` and is at most ``limit_bytes`` behind."""

    database: DatabaseName
    host: HostName
    limit_bytes: int


@dataclass(frozen=True, slots=True)
class Hears:
    """``leader`` says that it sends its log of ``database`` to ``host`` now.

    What a standby says of itself is not enough: it may follow a history of its own.
    """

    database: DatabaseName
    host: HostName
    leader: HostName


@dataclass(frozen=True, slots=True)
class HasReplayed:
    """``host`` shows all of ``database`` that it had received a moment ago."""

    database: DatabaseName
    host: HostName


@dataclass(frozen=True, slots=True)
class IsNotPaused:
    """Patroni was not told to leave ``database`` as it is."""

    database: DatabaseName


@dataclass(frozen=True, slots=True)
class IsProtected:
    """An acknowledged write of ``database`` is at two sites."""

    database: DatabaseName


@dataclass(frozen=True, slots=True)
class IsProtectedWithout:
    """A commit of ``database`` waits for a standby that streams, and is not ``host``."""

    database: DatabaseName
    host: HostName


@dataclass(frozen=True, slots=True)
class HasAll:
    """``host`` has all that ``former``, who led ``database`` before it, wrote until it stopped.

    Cannot be seen for good once ``former`` stopped badly, or has followed for some minutes.
    """

    database: DatabaseName
    host: HostName
    former: HostName


@dataclass(frozen=True, slots=True)
class IsPlaced:
    """The record says ``service`` is at ``site`` since ``epoch``; by ``run``, if one is named."""

    service: PlacedName
    site: SiteName
    epoch: int
    run: RunName | None = None


@dataclass(frozen=True, slots=True)
class CanaryIsKept:
    """The row called ``key`` can be read back, once, through the application at ``host``."""

    service: ServiceName
    host: HostName
    key: str


@dataclass(frozen=True, slots=True)
class IsAnnounced:
    """``host`` announces the address of ``service``, and knows no newer epoch than ``epoch``."""

    service: PlacedName
    host: HostName
    epoch: int


@dataclass(frozen=True, slots=True)
class IsAnnouncedByOneOf:
    """One of ``hosts`` at least announces the address of ``service``."""

    service: ServiceName
    hosts: tuple[HostName, ...]


@dataclass(frozen=True, slots=True)
class IsWithdrawn:
    """``host`` does not announce the address of ``service``."""

    service: ServiceName
    host: HostName


@dataclass(frozen=True, slots=True)
class Serves:
    """Citizens' writes to ``service`` are acknowledged, and ``site`` alone announces it."""

    service: ServiceName
    site: SiteName


OfADatabase: TypeAlias = (
    Leads
    | IsLedAt
    | IsSynchronous
    | LagsAtMost
    | Hears
    | HasReplayed
    | IsNotPaused
    | IsProtected
    | IsProtectedWithout
    | HasAll
)

Question: TypeAlias = (
    IsFree
    | IsHeldBy
    | IsNotHeldBy
    | OfADatabase
    | IsPlaced
    | CanaryIsKept
    | IsAnnounced
    | IsAnnouncedByOneOf
    | IsWithdrawn
    | Serves
    | OfALoss
)


def state(question: Question) -> str:  # noqa: C901 - one line a question
    """Return ``question`` as the statement that it asks about."""
    if isinstance(question, OfALoss):
        return loss_questions.state(question)
    match question:
        case IsFree() | IsHeldBy() | IsNotHeldBy():
            statement = _state_of_a_claim(question)
        case IsPlaced(service, site, epoch):
            statement = f"{service} is placed at {site}, epoch {epoch}"
        case CanaryIsKept(service, host, key):
            statement = f"row {key} can be read through {service} on {host}"
        case IsAnnounced(service, host):
            statement = f"{host} announces {service}"
        case IsAnnouncedByOneOf(service, hosts):
            statement = f"{' or '.join(hosts)} announces {service}"
        case IsWithdrawn(service, host):
            statement = f"{host} does not announce {service}"
        case Serves(service, site):
            statement = f"citizens write to {service} at {site}"
        case _:
            statement = _of_the_database(question)
    return statement


def _of_the_database(question: OfADatabase) -> str:  # noqa: C901 - one line a question
    match question:
        case Leads(database, host):
            statement = f"{host} leads {database}"
        case IsLedAt(database, site):
            statement = f"{database} is led at {site}"
        case IsSynchronous(database, host):
            statement = f"{host} is a synchronous standby of {database} that may lead"
        case LagsAtMost(database, host, limit_bytes):
            statement = f"{host} is at most {limit_bytes} bytes behind in {database}"
        case Hears(database, host, leader):
            statement = f"{leader} sends its log of {database} to {host}"
        case HasReplayed(database, host):
            statement = f"{host} has replayed what it received of {database}"
        case IsNotPaused(database):
            statement = f"Patroni of {database} is not paused"
        case IsProtected(database):
            statement = f"{database} has a synchronous standby"
        case IsProtectedWithout(database, host):
            statement = f"{database} has a synchronous standby besides {host}"
        case HasAll(database, host, former):
            statement = f"{host} has all that {former} wrote to {database}"
        case _:
            assert_never(question)
    return statement


def _state_of_a_claim(question: IsFree | IsHeldBy | IsNotHeldBy) -> str:
    match question:
        case IsFree(service):
            return f"no run holds {service}"
        case IsHeldBy(service, run):
            return f"{run} holds {service}"
        case IsNotHeldBy(service, run):
            return f"{run} no longer holds {service}"
        case _:
            assert_never(question)
