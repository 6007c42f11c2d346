"""The verbs that a loss calls for: to prove that what is lost cannot act, and to do without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, assert_never

from core.runs.plan import RunName
from inventory.names import DatabaseName, HostName, PlacedName, ServiceName, SiteName, StoreName


@dataclass(frozen=True, slots=True)
class CutPower:
    """Take the power of ``host`` away, in the life that was seen, while it answers nobody."""

    host: HostName
    life: str
    observers: tuple[HostName, ...]
    """whom it must not answer"""
    kind: Literal["cut-power"] = "cut-power"


@dataclass(frozen=True, slots=True)
class AwaitLeaseEnd:
    """Touch nothing; wait until ``leader`` may write to ``database`` no more.

    The key that it leads by ends with its lease, and a program on the host ends writing with it.
    """

    database: DatabaseName
    leader: HostName
    kind: Literal["await-lease-end"] = "await-lease-end"


@dataclass(frozen=True, slots=True)
class SeeGone:
    """Touch nothing; see that ``host`` answers none of ``observers``."""

    host: HostName
    observers: tuple[HostName, ...]
    kind: Literal["see-gone"] = "see-gone"


@dataclass(frozen=True, slots=True)
class RefuseOrigin:
    """Have ``border`` refuse the address of ``service`` where it comes from ``origin``, a site.

    Whoever announces it there still is not reached through that border.
    """

    service: PlacedName
    origin: SiteName
    border: HostName
    kind: Literal["refuse-origin"] = "refuse-origin"


@dataclass(frozen=True, slots=True)
class AcceptOrigin:
    """Have ``border`` refuse it no more."""

    service: PlacedName
    origin: SiteName
    border: HostName
    kind: Literal["accept-origin"] = "accept-origin"


@dataclass(frozen=True, slots=True)
class AttestOff:
    """Touch nothing; have people attest that ``hosts`` are off, of which nothing else tells."""

    hosts: tuple[HostName, ...]
    observers: tuple[HostName, ...]
    """who could be asked when it was planned: each has to see none of them when it begins"""
    kind: Literal["attest-off"] = "attest-off"


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Have ``candidate`` lead ``database``, whose members ``lost`` are given up.

    The key to lead by is taken from one of ``lost`` only if that is proven to have no power. If
    its lease has ended, there is nothing to take. Only while ``run`` holds ``service``.
    """

    database: DatabaseName
    lost: tuple[HostName, ...]
    candidate: HostName
    service: ServiceName
    run: RunName
    had_all: tuple[HostName, ...] = ()
    """who alone had every acknowledged write, as the plan saw, all of them lost: the candidate may
    lack some; empty: commits wait for the candidate, which lacks none
    """
    kind: Literal["take-over"] = "take-over"


@dataclass(frozen=True, slots=True)
class Exclude:
    """Let ``hosts``, which are given up, take part in nothing until a person admits them.

    Only while ``run`` holds ``service``.
    """

    hosts: tuple[HostName, ...]
    since: datetime
    service: PlacedName
    run: RunName
    kind: Literal["exclude"] = "exclude"


@dataclass(frozen=True, slots=True)
class Readmit:
    """Let those of ``hosts`` take part again that ``run`` excluded."""

    hosts: tuple[HostName, ...]
    run: RunName
    kind: Literal["readmit"] = "readmit"


@dataclass(frozen=True, slots=True)
class RetireVote:
    """Take the vote ``number`` of ``host``, which is lost, out of the quorum.

    Only while ``run`` holds ``service``: who votes again has another number.
    """

    host: HostName
    number: str
    service: PlacedName
    run: RunName
    kind: Literal["retire-vote"] = "retire-vote"


@dataclass(frozen=True, slots=True)
class BeginStore:
    """Have ``host`` write ``store`` under ``epoch``, from ``point`` on: who wrote it is lost.

    What was written after that point is given up. Only while ``run`` holds ``store``.
    """

    store: StoreName
    host: HostName
    point: str
    """origin of a recovery point that it has"""
    epoch: int
    former: HostName
    """who wrote it, and must be unable to"""
    observers: tuple[HostName, ...]
    """whom it must not answer, where nobody tells its power"""
    others: tuple[HostName, ...]
    """who holds it as well and is not given up: none of them may write it"""
    without: tuple[HostName, ...]
    """who holds it and is given up"""
    run: RunName
    kind: Literal["begin-store"] = "begin-store"


@dataclass(frozen=True, slots=True)
class RelaxLastCopy:
    """Let ``database``, declared to stop without a copy to wait for, go on without one.

    Only while ``run`` holds ``service``.
    """

    database: DatabaseName
    service: ServiceName
    run: RunName
    kind: Literal["relax-last-copy"] = "relax-last-copy"


@dataclass(frozen=True, slots=True)
class RestoreLastCopy:
    """Let ``database`` stop without a copy to wait for, as is declared; ``run`` as above."""

    database: DatabaseName
    service: ServiceName
    run: RunName
    kind: Literal["restore-last-copy"] = "restore-last-copy"


OfTheLastCopy: TypeAlias = RelaxLastCopy | RestoreLastCopy
"""whether a database goes on that lost what its commits wait for"""

OfABorder: TypeAlias = RefuseOrigin | AcceptOrigin
"""what is asked of the routers of those who survive"""

AfterALoss: TypeAlias = (
    CutPower
    | AwaitLeaseEnd
    | SeeGone
    | OfABorder
    | AttestOff
    | TakeOver
    | Exclude
    | Readmit
    | RetireVote
    | BeginStore
    | OfTheLastCopy
)
"""what takes the place of asking a host that is given up, and what makes up for it"""


def describe(action: AfterALoss) -> str:  # noqa: C901, PLR0912 - one line a verb
    """Return ``action`` as the imperative sentence an operator reads."""
    match action:
        case CutPower(host, life):
            sentence = f"take the power of {host} away, in its life {life}"
        case AwaitLeaseEnd(database, leader):
            sentence = f"wait until {leader} may write to {database} no more: its lease ends"
        case SeeGone(host, observers):
            sentence = f"see that {host} answers nobody, asked from {' and '.join(observers)}"
        case RefuseOrigin(service, origin, border):
            sentence = f"have {border} refuse {service} from {origin}, whoever announces it there"
        case AcceptOrigin(service, origin, border):
            sentence = f"have {border} accept {service} from {origin} again"
        case AttestOff(hosts):
            sentence = f"have people attest, of hosts that nobody sees, that {_off(hosts)}"
        case TakeOver(database, lost, candidate, had_all=had_all):
            may_lack = ", which may lack writes of theirs" if had_all else ""
            sentence = f"have {candidate} lead {database}, without {', '.join(lost)}{may_lack}"
        case Exclude(hosts):
            sentence = f"keep {', '.join(hosts)} out until somebody admits them"
        case Readmit(hosts):
            sentence = f"keep {', '.join(hosts)} out no more"
        case RetireVote(host):
            sentence = f"take the lost vote of {host} out of the quorum"
        case BeginStore(store, host, former=former):
            sentence = f"have {host} write {store} from its recovery point on, without {former}"
        case RelaxLastCopy(database) | RestoreLastCopy(database):
            what = "what" if isinstance(action, RelaxLastCopy) else "nothing that"
            sentence = f"let {database} acknowledge {what} no other copy has"
        case _:
            assert_never(action)
    return sentence


def _off(hosts: Sequence[HostName]) -> str:
    return f"{', '.join(hosts)} {'is' if len(hosts) == 1 else 'are'} off"
