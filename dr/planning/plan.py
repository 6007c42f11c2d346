"""A recovery plan: steps, and what they were decided on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, Final, TypeAlias

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from core.errors import JournalCorrupt, PlanRefused
from core.formats import Format
from core.runs.engine import Engine
from core.runs.journal import Codec, Journal, Record
from core.runs.plan import Plan, Step, StepId
from core.runs.run import Run
from core.text import first_problem
from dr.actions import Action
from dr.facts import Facts
from dr.loss_actions import AttestOff
from dr.placement import Claim, Placement
from dr.planning.bound import NOTHING, LossBound
from dr.planning.findings import SoftFinding, Unproved
from dr.planning.request import Move
from dr.planning.store_bound import StoreLeft, StoreLoss
from dr.planning.votes import Votes
from inventory.names import (
    DatabaseName,
    EnvironmentName,
    HostName,
    ServiceName,
    SiteName,
    StoreName,
)

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


class Intent(StrEnum):
    """Why services move."""

    SWITCHOVER = "switchover"
    """somebody wants them elsewhere; nothing is lost"""
    FAILOVER = "failover"
    """what served them is lost"""
    FAILBACK = "failback"
    """what was lost is back"""


@dataclass(frozen=True, slots=True)
class Deciding:
    """The facts about one service that a plan stands or falls with."""

    placement: Placement | None
    leader: HostName | None
    synchronous: tuple[HostName, ...] | None
    reachable: tuple[SiteName, ...]
    claim: Claim | None

    @classmethod
    def among(cls, facts: Facts, request: Move, candidate: HostName | None) -> Deciding:
        """Return the deciding ones of ``facts`` for ``request``, which has ``candidate`` lead.

        After a loss the leader key ends, and Patroni may choose the candidate by itself, while a
        person reads the plan. That is what the plan is for, so it does not go out of date by it.
        A copy that may not lead, and is not to, decides nothing: one that another run had widened
        to leaves those whom commits wait for by itself, some seconds after that run.
        """
        if not request.lost:
            return cls(
                placement=facts.placement,
                leader=facts.leader,
                synchronous=_able(facts, candidate),
                reachable=tuple(sorted(facts.reachable)),
                claim=facts.claim,
            )
        expected = facts.leader in request.lost or facts.leader == candidate
        return cls(
            placement=facts.placement,
            leader=None if expected else facts.leader,
            synchronous=None,
            reachable=tuple(sorted(facts.reachable & {request.target})),
            claim=facts.claim,
        )


def _able(facts: Facts, candidate: HostName | None) -> tuple[HostName, ...] | None:
    """Return who has every write, and may lead or is to; None: not seen."""
    if facts.synchronous is None:
        return None
    barred = {host for host, member in facts.members.items() if member.barred}
    return tuple(sorted(facts.synchronous - (barred - {candidate})))


@dataclass(frozen=True, slots=True)
class Moved:
    """One service that a plan moves, and what that was decided on."""

    service: ServiceName
    database: DatabaseName
    source: SiteName
    target: SiteName
    candidate: HostName | None
    """that leads the database afterwards; None: not written down, before format 2"""
    deciding: Deciding
    loss: LossBound = NOTHING
    """what may be lost of what was acknowledged"""
    needs: tuple[ServiceName, ...] = ()
    """services without which it is of no use, whether the plan moves them or not"""
    needed_by: tuple[ServiceName, ...] = ()
    """services that are of no use without it"""


@dataclass(frozen=True, slots=True)
class MovedStore:
    """One store that a plan has begin elsewhere, and what that was decided on."""

    store: StoreName
    source: SiteName
    target: SiteName
    host: HostName
    """that writes it afterwards"""
    point: str
    """origin of the recovery point with which it begins"""
    made_at: datetime
    """when that was made, by the clock of who wrote it then"""
    placement: Placement
    claim: Claim
    loss: StoreLoss


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan was asked for and decided on: a plan is begun only while all of it holds."""

    environment: EnvironmentName
    intent: Intent
    moves: tuple[Moved, ...]
    """each of another service; one at least, unless stores move"""
    lost: tuple[HostName, ...]
    """that are given up, sorted; empty unless it is a failover"""
    requested_by: str
    made_at: datetime
    network_digest: str
    votes: Votes | None = None
    """without what is given up; None: nothing is"""
    accepted_loss: str = ""
    """why who asked accepts that acknowledged writes may be lost; "": they accept no loss"""
    attested: bool = False
    """whether people are to attest that what too few can look for is off"""
    stores: tuple[MovedStore, ...] = ()
    """which begin elsewhere, each of another name"""
    left: tuple[StoreLeft, ...] = ()
    """stores whose writers are lost as well, and that stay so"""
    despite: str = ""
    """why who asked passes over what speaks against it; "": nothing does"""
    passed_over: tuple[SoftFinding, ...] = ()
    """all that speaks against it and was passed over"""
    unproved: tuple[Unproved, ...] = ()
    """drills that practise what it does, and were not proved of late"""

    def with_reason(self) -> Basis:
        """Return it with the reason for what was passed over; with none, where nothing was."""
        return self if self.passed_over else replace(self, despite="")

    @property
    def expires_at(self) -> datetime:
        """Later than this, the plan is not begun."""
        return self.made_at + LIFE

    @property
    def again(self) -> str:
        """The command that plans the same once more."""
        if self.intent is Intent.FAILOVER:
            # a loss is accepted for one plan: whoever plans again says why again
            accepted = ["--accept-loss REASON"] if self.accepted_loss else []
            accepted += ["--attest"] if self.attested else []
            accepted += self._once_more
            lost = [f"--lost {host}" for host in self.lost]
            return " ".join(["ndc dr plan", *lost, *accepted])
        if self.intent is Intent.FAILBACK:
            home = [moved.service for moved in self.moves]
            return " ".join(["ndc dr failback", *home, *self._once_more])
        targets = dict.fromkeys(moved.target for moved in self.moves)
        return "; ".join(
            " ".join(["ndc dr plan", *self._going_to(to), "--to", to, *self._once_more])
            for to in targets
        )

    @property
    def _once_more(self) -> list[str]:
        """What is typed again to pass over what was: that, too, counts for one plan."""
        return ["--despite REASON"] if self.passed_over else []

    def _going_to(self, target: SiteName) -> list[ServiceName]:
        return [moved.service for moved in self.moves if moved.target == target]

    def asked(self, moved: Moved) -> Move:
        """Return what was asked for about ``moved``."""
        return Move(moved.service, moved.target, frozenset(self.lost))


def _with_moves(plain: object) -> object:
    """Return a basis as it is written now: before format 2 it named the one service itself."""
    if not isinstance(plain, dict) or "moves" in plain:
        return plain
    own = ("service", "database", "source", "target", "deciding")
    rest = {name: value for name, value in plain.items() if name not in own}
    moved = {name: plain[name] for name in own if name in plain}
    move = {**moved, "candidate": None}
    return {**rest, "intent": Intent.SWITCHOVER, "moves": [move], "lost": []}


_Action = Annotated[Action, Field(discriminator="kind")]
_Basis = Annotated[Basis, BeforeValidator(_with_moves)]

RecoveryStep: TypeAlias = Step[_Action]
RecoveryPlan: TypeAlias = Plan[_Action, _Basis]
RecoveryRecord: TypeAlias = Record[_Action, _Basis]
RecoveryRun: TypeAlias = Run[_Action, _Basis]
RecoveryJournal: TypeAlias = Journal[_Action, _Basis]
RecoveryEngine: TypeAlias = Engine[_Action, _Basis]

_PLAN: TypeAdapter[RecoveryPlan] = TypeAdapter(RecoveryPlan)


@cache
def codec() -> Codec[_Action, _Basis]:
    """Return how the journal of a recovery reads as text."""
    return Codec(RecoveryRecord)


def attested_in(plan: RecoveryPlan, step: StepId | None) -> tuple[HostName, ...]:
    """Return the hosts that people attest at ``step`` of ``plan`` to be off; empty: at no other."""
    actions = [each.action for each in plan.steps if each.id == step]
    return next((action.hosts for action in actions if isinstance(action, AttestOff)), ())


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
