"""What each action needs, and what it brings about: questions to the sensor.

An action is done when its ``after`` is seen, not when somebody said yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol, assert_never

from dr.actions import (
    Action,
    AllowPromotion,
    AnnounceService,
    AwaitCopy,
    ClaimWorkload,
    CompareLogs,
    ForbidPromotion,
    MovePlacement,
    NarrowSync,
    OfAFarCopy,
    ReleaseWorkload,
    SwitchDatabase,
    VerifyService,
    WidenSync,
    WithdrawService,
    WriteCanary,
)
from dr.looks import Begin, at_once
from dr.loss_actions import (
    AcceptOrigin,
    AfterALoss,
    AttestOff,
    AwaitLeaseEnd,
    BeginStore,
    CutPower,
    Exclude,
    Readmit,
    RefuseOrigin,
    RelaxLastCopy,
    RestoreLastCopy,
    RetireVote,
    SeeGone,
    TakeOver,
)
from dr.loss_questions import (
    AreExcluded,
    AreGone,
    AreNotExcludedBy,
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
    VotesNoMore,
    WritesNot,
    WritesStore,
)
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
    state,
)
from inventory.names import DatabaseName, HostName
from inventory.promises import LastCopy

LAG_LIMIT_BYTES: Final = 1_000_000
"""a candidate that is further behind has to catch up first, and citizens would wait for that"""


def before(action: Action) -> tuple[Question, ...]:  # noqa: C901, PLR0911, PLR0912 - one line a verb
    """Return what must be seen to be so before ``action`` is sent.

    A new verb has a line here and in ``after``. For example, what ``MovePlacement`` is for::

        case MovePlacement(service, _, target, epoch, run):
            return (IsPlaced(service, target, epoch, run),)
    """
    match action:
        case ClaimWorkload(service):
            return (IsFree(service),)
        case SwitchDatabase():
            return _before_a_switch(action)
        case MovePlacement(service, source, _, epoch, run):
            return (IsHeldBy(service, run), IsPlaced(service, source, epoch - 1))
        case AnnounceService(_, host):
            return (AreNotExcludedBy((host,)),)
        case WithdrawService(service, _, _, beside):
            return (IsAnnouncedByOneOf(service, beside),)
        case WidenSync(database, host):
            return (LagsAtMost(database, host, LAG_LIMIT_BYTES),)
        case CutPower(host, life, observers):
            return (IsInLife(host, life), IsGone(host, observers))
        case AttestOff(hosts, observers):
            return (AreGone(hosts, observers),)
        case RetireVote() | Exclude() | RelaxLastCopy():
            return (IsHeldBy(action.service, action.run),)
        case RestoreLastCopy(database, service, run):
            return IsHeldBy(service, run), IsProtected(database)
        case TakeOver():
            return _before_a_take_over(action)
        case BeginStore():
            return _before_a_store_begins(action)
        case _:
            return ()


def _before_a_switch(action: SwitchDatabase) -> tuple[Question, ...]:
    database, candidate = action.database, action.candidate
    return (
        IsHeldBy(action.service, action.run),
        Leads(database, action.leader),
        IsSynchronous(database, candidate),
        LagsAtMost(database, candidate, LAG_LIMIT_BYTES),
        IsNotPaused(database),
        Hears(database, candidate, action.leader),
        HasReplayed(database, candidate),
    )


def _before_a_take_over(action: TakeOver) -> tuple[Question, ...]:
    database, candidate = action.database, action.candidate
    return (
        IsHeldBy(action.service, action.run),
        *(IsFenced(database, host) for host in action.lost),
        *_may_lead(database, candidate, action.had_all),
        IsNotPaused(database),
    )


def _before_a_store_begins(action: BeginStore) -> tuple[Question, ...]:
    store, host = action.store, action.host
    return (
        IsHeldBy(store, action.run),
        CannotServe(action.former, action.observers),
        AreExcluded((action.former,)),
        *(WritesNot(store, other) for other in action.others),
        HasPoint(store, host, action.point),
    )


def _may_lead(
    database: DatabaseName, candidate: HostName, had_all: tuple[HostName, ...]
) -> tuple[Question, ...]:
    shows = HasReplayed(database, candidate)
    if not had_all:
        return MayLead(database, candidate), shows
    return MayLeadWithout(database, candidate, had_all), IsEligible(database, candidate), shows


def after(action: Action) -> tuple[Question, ...]:  # noqa: C901, PLR0911, PLR0912 - one line a verb
    """Return what is so once ``action`` is in effect."""
    if isinstance(action, AfterALoss):
        # of a later life than the one that was seen nobody was told
        lives = [IsInLife(action.host, action.life)] if isinstance(action, CutPower) else []
        return (_after_a_loss(action), *lives)
    match action:
        case ClaimWorkload(service, run):
            return (IsHeldBy(service, run),)
        case ReleaseWorkload(service, run):
            return (IsNotHeldBy(service, run),)
        case NarrowSync(database, candidate):
            return (IsSynchronous(database, candidate),)
        case SwitchDatabase(database, _, candidate):
            return (Leads(database, candidate),)
        case WriteCanary(service, host, key):
            return (CanaryIsKept(service, host, key),)
        case MovePlacement(service, _, target, epoch, run):
            return (IsPlaced(service, target, epoch, run),)
        case AnnounceService(service, host, epoch):
            return (IsAnnounced(service, host, epoch),)
        case WithdrawService(service, host):
            return (IsWithdrawn(service, host),)
        case AllowPromotion() | WidenSync() | AwaitCopy() | ForbidPromotion():
            return (_of_a_far_copy(action),)
        case CompareLogs(database, leader, candidate):
            return (HasAll(database, candidate, leader),)
        case VerifyService(service, database, site):
            return (Serves(service, site), IsLedAt(database, site))
        case _:
            assert_never(action)


def _after_a_loss(action: AfterALoss) -> Question:  # noqa: C901, PLR0911, PLR0912 - one line a verb
    match action:
        case CutPower(host):
            return IsOff(host)
        case AwaitLeaseEnd(database, leader):
            return HoldsNoLease(database, leader)
        case SeeGone(host, observers):
            return IsGone(host, observers)
        case RefuseOrigin(service, origin, border):
            return IsRefused(service, origin, border)
        case AcceptOrigin(service, origin, border):
            return IsAccepted(service, origin, border)
        case AttestOff(hosts, observers):
            return AreGone(hosts, observers)
        case Exclude(hosts):
            return AreExcluded(hosts)
        case Readmit(hosts, run):
            return AreNotExcludedBy(hosts, run)
        case RetireVote(host, number):
            return VotesNoMore(host, number)
        case TakeOver(database, _, candidate):
            return Leads(database, candidate)
        case BeginStore(store, host, point, epoch):
            return WritesStore(store, host, epoch, point)
        case RelaxLastCopy(database):
            return HasLastCopy(database, LastCopy.CONTINUE)
        case RestoreLastCopy(database):
            return HasLastCopy(database, LastCopy.BLOCK)
        case _:
            assert_never(action)


def _of_a_far_copy(action: OfAFarCopy) -> Question:
    match action:
        case AllowPromotion(database, host):
            return IsEligible(database, host)
        case WidenSync(database, host):
            return IsSynchronous(database, host)
        case AwaitCopy(database, host):
            return IsProtectedWithout(database, host)
        case ForbidPromotion(database, host):
            return IsBarred(database, host)
        case _:
            assert_never(action)


class Answering(Protocol):
    """Whoever can be asked what is so: an ``Eye``."""

    def ask(self, question: Question) -> bool | None:
        """Answer from what can be seen now; None means that it cannot be seen."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The engine's sensor: asks an eye what an action's conditions say."""

    eye: Answering
    begin: Begin = at_once
    """begins looks about actions that could begin now; those about one are made in turn"""

    def objections(self, action: Action) -> Sequence[str]:
        """Return the conditions of ``action`` that do not hold, or cannot be seen to."""
        answers = ((question, self.eye.ask(question)) for question in before(action))
        return [
            f"not so: {state(question)}"
            if answer is False
            else f"cannot be seen: {state(question)}"
            for question, answer in answers
            if not answer
        ]

    def all_objections(self, actions: Sequence[Action]) -> Iterable[Sequence[str]]:
        """Return those to each of ``actions``, in their order, each as soon as it is known."""
        looks = [self.begin(partial(self.objections, action)) for action in actions]
        return (look() for look in looks)

    def is_in_effect(self, action: Action) -> bool | None:
        """Tell whether everything that ``action`` is for is so; None means it cannot be seen."""
        answers = [self.eye.ask(question) for question in after(action)]
        if False in answers:
            return False
        return None if None in answers else True
