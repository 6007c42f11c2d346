"""Of every verb of recovery and of every question, one that both sides of its doors are held to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from core.runs.plan import RunName
from core.runs.ports import Answer
from dr import actions, loss_actions, questions
from dr.actions import Action
from dr.loss_questions import (
    AreExcluded,
    AreGone,
    AreNotExcludedBy,
    CannotServe,
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
from dr.questions import Question
from dr.simulation.truth import Served
from inventory.names import DatabaseName, HostName, SiteName, StoreName
from tests.contract.reached import PRESENT, RUN, Reached
from tests.rehearsals import SERVICE

HOME, REFUGE = SiteName("ndc01"), SiteName("ndc02")
DATABASE = DatabaseName("general-db")
LEADER, CANDIDATE, THIRD = HostName("ndc01-node"), HostName("ndc02-node"), HostName("ndc03-node")
APP, OTHER_APP = LEADER, CANDIDATE
OTHER = RunName("20300101-000001-other")

CLAIM = actions.ClaimWorkload(SERVICE, RUN, 1)
SWITCH = actions.SwitchDatabase(DATABASE, LEADER, CANDIDATE, SERVICE, RUN)
MOVE = actions.MovePlacement(SERVICE, HOME, REFUGE, 2, RUN)
ANNOUNCE = actions.AnnounceService(SERVICE, OTHER_APP, 2)
COMPARE = actions.CompareLogs(DATABASE, LEADER, CANDIDATE)
OBSERVERS = (CANDIDATE, THIRD)
CUT = loss_actions.CutPower(LEADER, PRESENT, OBSERVERS)
ALLOW = actions.AllowPromotion(DATABASE, THIRD)
TAKE_OVER = loss_actions.TakeOver(DATABASE, (LEADER,), CANDIDATE, SERVICE, RUN)
EXCLUDE = loss_actions.Exclude((LEADER,), datetime(2030, 1, 1, tzinfo=UTC), SERVICE, RUN)
BORDER = HostName("ndc02-edge")
REFUSE = loss_actions.RefuseOrigin(SERVICE, HOME, BORDER)
VOTER = HostName("ndc03-edge")
STORE = StoreName("general-specialised")
POINT = f"{STORE}-0"
"""that every host of a new world has"""
STORE_CLAIM = actions.ClaimWorkload(STORE, RUN, 1)
BEGIN = loss_actions.BeginStore(
    STORE, CANDIDATE, POINT, 2, LEADER, OBSERVERS, (THIRD,), (LEADER,), RUN
)
RETIRE = loss_actions.RetireVote(VOTER, f"{VOTER}-0", SERVICE, RUN)

ROWS: Final[dict[type, tuple[tuple[Action, ...], Action, tuple[Action, ...]]]] = {
    actions.ClaimWorkload: ((), CLAIM, (actions.ClaimWorkload(SERVICE, OTHER, 1),)),
    actions.ReleaseWorkload: ((CLAIM,), actions.ReleaseWorkload(SERVICE, RUN), ()),
    actions.NarrowSync: (
        (),
        actions.NarrowSync(DATABASE, CANDIDATE),
        (actions.NarrowSync(DATABASE, THIRD),),
    ),
    actions.SwitchDatabase: (
        (CLAIM,),
        SWITCH,
        (
            actions.SwitchDatabase(DATABASE, CANDIDATE, LEADER, SERVICE, OTHER),
            actions.SwitchDatabase(DATABASE, THIRD, LEADER, SERVICE, RUN),
        ),
    ),
    actions.WriteCanary: ((), actions.WriteCanary(SERVICE, OTHER_APP, "canary-of-a-run"), ()),
    actions.MovePlacement: (
        (),
        MOVE,
        (
            actions.MovePlacement(SERVICE, HOME, REFUGE, 3, RUN),
            actions.MovePlacement(SERVICE, HOME, SiteName("ndc03"), 2, OTHER),
        ),
    ),
    actions.AnnounceService: ((), ANNOUNCE, ()),
    actions.WithdrawService: (
        (ANNOUNCE,),
        actions.WithdrawService(SERVICE, APP, 2, (OTHER_APP,)),
        (),
    ),
    loss_actions.CutPower: ((), CUT, (loss_actions.CutPower(LEADER, "another", OBSERVERS),)),
    loss_actions.AwaitLeaseEnd: ((CUT,), loss_actions.AwaitLeaseEnd(DATABASE, LEADER), ()),
    loss_actions.SeeGone: ((CUT,), loss_actions.SeeGone(LEADER, OBSERVERS), ()),
    loss_actions.RefuseOrigin: ((), REFUSE, ()),
    loss_actions.AcceptOrigin: (
        (REFUSE,),
        loss_actions.AcceptOrigin(SERVICE, HOME, BORDER),
        (),
    ),
    loss_actions.AttestOff: ((CUT,), loss_actions.AttestOff((LEADER,), OBSERVERS), ()),
    loss_actions.Exclude: ((CLAIM,), EXCLUDE, (replace(EXCLUDE, run=OTHER),)),
    loss_actions.Readmit: ((CLAIM, EXCLUDE), loss_actions.Readmit((LEADER,), RUN), ()),
    loss_actions.RetireVote: ((CLAIM,), RETIRE, ()),
    loss_actions.TakeOver: (
        (CLAIM, CUT),
        TAKE_OVER,
        (
            loss_actions.TakeOver(DATABASE, (LEADER,), CANDIDATE, SERVICE, OTHER),
            loss_actions.TakeOver(DATABASE, (LEADER,), THIRD, SERVICE, RUN),
            loss_actions.TakeOver(DATABASE, (LEADER, CANDIDATE), THIRD, SERVICE, RUN),
        ),
    ),
    loss_actions.BeginStore: (
        (STORE_CLAIM, CUT),
        BEGIN,
        (replace(BEGIN, run=OTHER), replace(BEGIN, point="another")),
    ),
    actions.AllowPromotion: ((), ALLOW, ()),
    actions.WidenSync: ((), actions.WidenSync(DATABASE, THIRD), ()),
    actions.AwaitCopy: ((), actions.AwaitCopy(DATABASE, THIRD), ()),
    actions.ForbidPromotion: ((ALLOW,), actions.ForbidPromotion(DATABASE, THIRD), ()),
    actions.CompareLogs: ((CLAIM, SWITCH), COMPARE, ()),
    actions.VerifyService: ((), actions.VerifyService(SERVICE, DATABASE, HOME), ()),
}
"""of each verb: what must have been done before, one that is obeyed, and some that are refused
afterwards
"""

WAITS = {
    actions.VerifyService,
    actions.AwaitCopy,
    loss_actions.AwaitLeaseEnd,
    loss_actions.SeeGone,
    loss_actions.AttestOff,
}
"""that ask nothing of anybody: whether what they are for is so is looked at afterwards"""

SO_ALREADY = {
    actions.NarrowSync,
    actions.VerifyService,
    actions.AwaitCopy,
    actions.CompareLogs,
    loss_actions.SeeGone,
    loss_actions.AttestOff,
    loss_actions.RetireVote,
}
"""that touch nothing"""

STATEMENTS: Final[dict[type, tuple[Question, Question]]] = {
    questions.IsFree: (questions.IsFree(SERVICE), questions.IsFree(SERVICE)),
    questions.IsHeldBy: (questions.IsHeldBy(SERVICE, RUN), questions.IsHeldBy(SERVICE, OTHER)),
    questions.IsNotHeldBy: (
        questions.IsNotHeldBy(SERVICE, OTHER),
        questions.IsNotHeldBy(SERVICE, RUN),
    ),
    questions.Leads: (
        questions.Leads(DATABASE, LEADER),
        questions.Leads(DATABASE, CANDIDATE),
    ),
    questions.IsLedAt: (
        questions.IsLedAt(DATABASE, HOME),
        questions.IsLedAt(DATABASE, REFUGE),
    ),
    questions.IsSynchronous: (
        questions.IsSynchronous(DATABASE, CANDIDATE),
        questions.IsSynchronous(DATABASE, THIRD),
    ),
    questions.LagsAtMost: (
        questions.LagsAtMost(DATABASE, CANDIDATE, 0),
        questions.LagsAtMost(DATABASE, THIRD, 0),
    ),
    questions.Hears: (
        questions.Hears(DATABASE, CANDIDATE, LEADER),
        questions.Hears(DATABASE, THIRD, LEADER),
    ),
    questions.HasReplayed: (
        questions.HasReplayed(DATABASE, CANDIDATE),
        questions.HasReplayed(DATABASE, THIRD),
    ),
    questions.IsNotPaused: (questions.IsNotPaused(DATABASE), questions.IsNotPaused(DATABASE)),
    questions.IsProtected: (questions.IsProtected(DATABASE), questions.IsProtected(DATABASE)),
    questions.IsProtectedWithout: (
        questions.IsProtectedWithout(DATABASE, THIRD),
        questions.IsProtectedWithout(DATABASE, CANDIDATE),
    ),
    questions.HasAll: (
        questions.HasAll(DATABASE, CANDIDATE, LEADER),
        questions.HasAll(DATABASE, CANDIDATE, LEADER),
    ),
    questions.IsPlaced: (
        questions.IsPlaced(SERVICE, HOME, 1),
        questions.IsPlaced(SERVICE, REFUGE, 2),
    ),
    questions.CanaryIsKept: (
        questions.CanaryIsKept(SERVICE, APP, "there"),
        questions.CanaryIsKept(SERVICE, APP, "not-there"),
    ),
    questions.IsAnnounced: (
        questions.IsAnnounced(SERVICE, APP, 1),
        questions.IsAnnounced(SERVICE, OTHER_APP, 1),
    ),
    questions.IsAnnouncedByOneOf: (
        questions.IsAnnouncedByOneOf(SERVICE, (OTHER_APP, APP)),
        questions.IsAnnouncedByOneOf(SERVICE, (OTHER_APP,)),
    ),
    questions.IsWithdrawn: (
        questions.IsWithdrawn(SERVICE, OTHER_APP),
        questions.IsWithdrawn(SERVICE, APP),
    ),
    questions.Serves: (
        questions.Serves(SERVICE, HOME),
        questions.Serves(SERVICE, REFUGE),
    ),
    IsOff: (IsOff(LEADER), IsOff(LEADER)),
    IsInLife: (IsInLife(LEADER, PRESENT), IsInLife(LEADER, "another")),
    IsGone: (IsGone(LEADER, OBSERVERS), IsGone(LEADER, OBSERVERS)),
    AreGone: (AreGone((LEADER,), OBSERVERS), AreGone((LEADER,), OBSERVERS)),
    AreExcluded: (AreExcluded((LEADER,)), AreExcluded((LEADER,))),
    AreNotExcludedBy: (AreNotExcludedBy((LEADER,), OTHER), AreNotExcludedBy((LEADER,), RUN)),
    VotesNoMore: (VotesNoMore(VOTER, "another"), VotesNoMore(VOTER, RETIRE.number)),
    IsRefused: (IsRefused(SERVICE, HOME, BORDER), IsRefused(SERVICE, HOME, BORDER)),
    IsAccepted: (IsAccepted(SERVICE, HOME, BORDER), IsAccepted(SERVICE, HOME, BORDER)),
    HoldsNoLease: (HoldsNoLease(DATABASE, CANDIDATE), HoldsNoLease(DATABASE, LEADER)),
    IsFenced: (IsFenced(DATABASE, LEADER), IsFenced(DATABASE, LEADER)),
    CannotServe: (CannotServe(LEADER, OBSERVERS), CannotServe(LEADER, OBSERVERS)),
    WritesNot: (WritesNot(STORE, CANDIDATE), WritesNot(STORE, LEADER)),
    HasPoint: (HasPoint(STORE, CANDIDATE, POINT), HasPoint(STORE, CANDIDATE, "another")),
    WritesStore: (
        WritesStore(STORE, CANDIDATE, 2, POINT),
        WritesStore(STORE, CANDIDATE, 2, "another"),
    ),
    MayLead: (MayLead(DATABASE, CANDIDATE), MayLead(DATABASE, THIRD)),
    MayLeadWithout: (
        MayLeadWithout(DATABASE, THIRD, (LEADER, CANDIDATE)),
        MayLeadWithout(DATABASE, THIRD, (LEADER,)),
    ),
    IsEligible: (IsEligible(DATABASE, CANDIDATE), IsEligible(DATABASE, THIRD)),
    IsBarred: (IsBarred(DATABASE, THIRD), IsBarred(DATABASE, CANDIDATE)),
}
"""of each question: a statement that ``arranged`` makes so, and one that it makes not so"""


def arranged(reached: Reached, question: Question, *, so: bool) -> None:  # noqa: C901 - a question a line
    """Make ``question`` be answered by ``so``, where a healthy network does not."""
    match question:
        case questions.IsFree():
            if not so:
                assert reached.do(CLAIM) is Answer.YES
        case questions.IsHeldBy() | questions.IsNotHeldBy():
            assert reached.do(CLAIM) is Answer.YES
        case questions.CanaryIsKept():
            assert reached.do(actions.WriteCanary(SERVICE, APP, "there")) is Answer.YES
        case questions.HasAll():
            behind(reached, CANDIDATE, 0 if so else 3)
            assert reached.do(CLAIM) is reached.do(SWITCH) is Answer.YES
            reached.becomes(questions.Leads(DATABASE, CANDIDATE), answer=True)
        case IsOff() | IsGone() | AreGone() | IsFenced() | CannotServe():
            assert not so or reached.do(CUT) is Answer.YES
        case IsRefused() | IsAccepted():
            assert so is isinstance(question, IsAccepted) or reached.do(REFUSE) is Answer.YES
        case AreExcluded() | AreNotExcludedBy():
            if so is isinstance(question, AreExcluded):
                assert reached.do(CLAIM) is reached.do(EXCLUDE) is Answer.YES
        case WritesStore():
            assert reached.do(STORE_CLAIM) is reached.do(CUT) is reached.do(BEGIN) is Answer.YES
        case questions.LagsAtMost():
            behind(reached, THIRD, 7)
        case _:
            with reached.holding():
                _made(reached.truth, question, so=so)


def _made(truth: Served, question: Question, *, so: bool) -> None:
    database = truth.database
    match question:
        case VotesNoMore() if not so:
            truth.around.quorum.lost.add(VOTER)
        case questions.Hears():
            database.come_back_as_twin(THIRD)
        case questions.HasReplayed():
            database.still[THIRD] = 0
        case questions.IsNotPaused():
            database.paused = not so
        case questions.IsProtected() if not so:
            database.synchronous.clear()
        case _:
            pass


def behind(reached: Reached, host: HostName, rows: int) -> None:
    with reached.holding():
        reached.truth.database.missing[host] = rows
