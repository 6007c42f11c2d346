"""The verbs of recovery, as plain values.

Actions are data, not callables, because a plan must survive in the journal
while the process that made it does not. A verb is a frozen class whose ``kind`` is its
name in plans and journals, and never changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias, assert_never

from core.runs.plan import RunName
from dr import loss_actions
from dr.loss_actions import AfterALoss
from inventory.names import DatabaseName, HostName, PlacedName, ServiceName, SiteName


@dataclass(frozen=True, slots=True)
class ClaimWorkload:
    """Let no other run touch ``service`` until ``run`` releases it."""

    service: PlacedName
    run: RunName
    number: int
    """the claim's: one more than the plan saw"""
    kind: Literal["claim-workload"] = "claim-workload"


@dataclass(frozen=True, slots=True)
class ReleaseWorkload:
    """Give up what ``ClaimWorkload`` took."""

    service: PlacedName
    run: RunName
    kind: Literal["release-workload"] = "release-workload"


@dataclass(frozen=True, slots=True)
class NarrowSync:
    """Touch nothing; see that ``candidate`` is a synchronous standby of ``database``."""

    database: DatabaseName
    candidate: HostName
    kind: Literal["narrow-sync"] = "narrow-sync"


@dataclass(frozen=True, slots=True)
class SwitchDatabase:
    """Have ``leader`` stop in good order and ``candidate`` take over, nothing lost.

    Only while ``run`` holds ``service``: naming leader and candidate alone would let an
    overtaken run switch again, once another had switched back.
    """

    database: DatabaseName
    leader: HostName
    candidate: HostName
    service: ServiceName
    run: RunName
    kind: Literal["switch-database"] = "switch-database"


@dataclass(frozen=True, slots=True)
class WriteCanary:
    """Submit one row called ``key`` through the application of ``service`` at ``host``."""

    service: ServiceName
    host: HostName
    key: str
    kind: Literal["write-canary"] = "write-canary"


@dataclass(frozen=True, slots=True)
class MovePlacement:
    """Record that ``service`` is served at ``target`` from ``epoch`` on, not at ``source``."""

    service: PlacedName
    source: SiteName
    target: SiteName
    epoch: int
    run: RunName
    rest: timedelta | None = None
    """so long it is remembered that a failover did so; None: none did, or before it was written"""
    kind: Literal["move-placement"] = "move-placement"


@dataclass(frozen=True, slots=True)
class AnnounceService:
    """Have ``host`` announce the service address of ``service``."""

    service: PlacedName
    host: HostName
    epoch: int
    kind: Literal["announce-service"] = "announce-service"


@dataclass(frozen=True, slots=True)
class WithdrawService:
    """Have ``host`` withdraw the service address of ``service``, which others announce."""

    service: ServiceName
    host: HostName
    epoch: int
    beside: tuple[HostName, ...] = ()
    """one of whom must be seen to announce it; empty: not written down, before format 3"""
    kind: Literal["withdraw-service"] = "withdraw-service"


@dataclass(frozen=True, slots=True)
class AllowPromotion:
    """Let ``host``, declared never to lead by itself, lead ``database``, and be waited for."""

    database: DatabaseName
    host: HostName
    kind: Literal["allow-promotion"] = "allow-promotion"


@dataclass(frozen=True, slots=True)
class ForbidPromotion:
    """Let ``host`` follow ``database`` as it is declared: it never leads by itself."""

    database: DatabaseName
    host: HostName
    kind: Literal["forbid-promotion"] = "forbid-promotion"


@dataclass(frozen=True, slots=True)
class WidenSync:
    """Let commits of ``database`` wait for ``host`` as well, a far copy; it never leads by that."""

    database: DatabaseName
    host: HostName
    kind: Literal["widen-sync"] = "widen-sync"


@dataclass(frozen=True, slots=True)
class AwaitCopy:
    """Touch nothing; wait until commits of ``database`` wait for another standby than ``host``."""

    database: DatabaseName
    host: HostName
    kind: Literal["await-copy"] = "await-copy"


@dataclass(frozen=True, slots=True)
class CompareLogs:
    """Touch nothing; find out whether ``candidate`` has all that ``leader`` wrote before it."""

    database: DatabaseName
    leader: HostName
    """that led until the switch"""
    candidate: HostName
    kind: Literal["compare-logs"] = "compare-logs"


@dataclass(frozen=True, slots=True)
class VerifyService:
    """Touch nothing; wait until ``service`` and ``database`` are at ``site``, and work there.

    It asks nothing of any other site, which may be gone: whether a standby is there again is
    looked at when the run has ended.
    """

    service: ServiceName
    database: DatabaseName
    site: SiteName
    kind: Literal["verify-service"] = "verify-service"


OfAFarCopy: TypeAlias = AllowPromotion | WidenSync | AwaitCopy | ForbidPromotion
"""what lifts, and puts back, the tags of a copy that is declared never to lead by itself"""

Action: TypeAlias = (
    ClaimWorkload
    | ReleaseWorkload
    | NarrowSync
    | SwitchDatabase
    | WriteCanary
    | MovePlacement
    | AnnounceService
    | WithdrawService
    | AfterALoss
    | OfAFarCopy
    | CompareLogs
    | VerifyService
)


def describe(action: Action) -> str:  # noqa: C901, PLR0912 - one line a verb
    """Return ``action`` as the imperative sentence an operator reads."""
    if isinstance(action, AfterALoss):
        return loss_actions.describe(action)
    match action:
        case ClaimWorkload(service):
            sentence = f"claim {service}: no other run may touch it"
        case ReleaseWorkload(service):
            sentence = f"release {service}"
        case NarrowSync(database, candidate):
            sentence = f"see that {candidate} is a synchronous standby of {database}"
        case SwitchDatabase(database, leader, candidate):
            sentence = f"switch {database} from {leader} to {candidate}"
        case WriteCanary(service, host):
            sentence = f"write and read a row through {service} on {host}"
        case MovePlacement(service, source, target, epoch):
            sentence = f"place {service} at {target}, no longer at {source}, epoch {epoch}"
        case AnnounceService(service, host):
            sentence = f"announce {service} from {host}"
        case WithdrawService(service, host):
            sentence = f"withdraw {service} from {host}"
        case AllowPromotion() | WidenSync() | AwaitCopy() | ForbidPromotion():
            sentence = _describe_of_a_far_copy(action)
        case CompareLogs(database, leader, candidate):
            sentence = f"prove that {candidate} has all that {leader} wrote to {database}"
        case VerifyService(service, database, site):
            sentence = f"wait until {service} is answered at {site}, and {database} is led there"
        case _:
            assert_never(action)
    return sentence


def _describe_of_a_far_copy(action: OfAFarCopy) -> str:
    match action:
        case AllowPromotion(database, host):
            return f"let {host} lead {database}: lift the tags that bar it"
        case WidenSync(database, host):
            return f"let commits of {database} wait for {host} as well, which does not lead"
        case AwaitCopy(database, host):
            return f"wait until commits of {database} wait for another than {host}"
        case ForbidPromotion(database, host):
            return f"bar {host} in {database}, as it is declared"
        case _:
            assert_never(action)
