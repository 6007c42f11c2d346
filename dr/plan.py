"""A recovery plan: steps, and what they were decided on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from core.errors import JournalCorrupt, PlanRefused
from core.formats import Format
from core.runs.engine import Engine
from core.runs.journal import Codec, Journal, Record
from core.runs.plan import Plan, Step
from core.runs.run import Run
from core.text import first_problem
from dr.actions import Action
from dr.facts import Facts
from dr.placement import Claim, Placement
from inventory.names import DatabaseName, EnvironmentName, HostName, ServiceName, SiteName

LIFE: Final = timedelta(minutes=10)
"""how long a plan may be begun"""


class Phase(StrEnum):
    """The barriers of a plan, in order; the point of no return lies before ``PROMOTE``."""

    READY = "ready"
    DECLARE = "declare"
    FREEZE = "freeze"
    DRAIN = "drain"
    POSITIONS = "positions"
    PROMOTE = "promote"
    CANARY = "canary"
    REROUTE = "reroute"
    START = "start"
    VERIFY = "verify"
    REPROTECT = "reprotect"
    CLOSE = "close"

    @property
    def number(self) -> str:
        """The barrier's short name: P0 to P11."""
        return f"P{list(Phase).index(self)}"


@dataclass(frozen=True, slots=True)
class Deciding:
    """The facts that a plan stands or falls with."""

    placement: Placement | None
    leader: HostName | None
    synchronous: tuple[HostName, ...] | None
    reachable: tuple[SiteName, ...]
    claim: Claim | None

    @classmethod
    def among(cls, facts: Facts) -> Deciding:
        """Return the deciding ones of ``facts``."""
        return cls(
            placement=facts.placement,
            leader=facts.leader,
            synchronous=None if facts.synchronous is None else tuple(sorted(facts.synchronous)),
            reachable=tuple(sorted(facts.reachable)),
            claim=facts.claim,
        )


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan was asked for and decided on: a plan is begun only while all of it holds."""

    environment: EnvironmentName
    service: ServiceName
    database: DatabaseName
    source: SiteName
    target: SiteName
    requested_by: str
    made_at: datetime
    network_digest: str
    deciding: Deciding

    @property
    def expires_at(self) -> datetime:
        """Later than this, the plan is not begun."""
        return self.made_at + LIFE


_Action = Annotated[Action, Field(discriminator="kind")]

RecoveryStep: TypeAlias = Step[_Action]
RecoveryPlan: TypeAlias = Plan[_Action, Basis]
RecoveryRecord: TypeAlias = Record[_Action, Basis]
RecoveryRun: TypeAlias = Run[_Action, Basis]
RecoveryJournal: TypeAlias = Journal[_Action, Basis]
RecoveryEngine: TypeAlias = Engine[_Action, Basis]

_PLAN: TypeAdapter[RecoveryPlan] = TypeAdapter(RecoveryPlan)


def codec() -> Codec[_Action, Basis]:
    """Return how the journal of a recovery reads as text."""
    return Codec(RecoveryRecord)


def to_text(plan: RecoveryPlan) -> str:
    """Return ``plan`` as JSON: the file that was printed from is the file that runs."""
    return Format.PLAN.text(_PLAN.dump_python(plan, mode="json"), indent=2)


def from_text(text: str, source: str = "a plan") -> RecoveryPlan:
    """Return the plan that ``text`` holds; ``source`` is named in the complaint.

    Raises:
        JournalCorrupt: it holds none.
        PlanRefused: it is of a format that is not read.
    """
    Format.PLAN.demand(text, source)
    try:
        return _PLAN.validate_json(text)
    except (ValidationError, PlanRefused) as error:
        raise JournalCorrupt(
            f"{source} cannot be read",
            expected="what `ndc dr plan` wrote",
            actual=first_problem(error) if isinstance(error, ValidationError) else error.what,
            next_step="make a new one: ndc dr plan SERVICE --to SITE",
        ) from None
