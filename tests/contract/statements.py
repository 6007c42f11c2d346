"""Of every question two statements that both sides of the doors of recovery are held to."""

from __future__ import annotations

from typing import Final

from core.runs.ports import Answer
from dr import actions, questions
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
from dr.questions import Question
from dr.simulation.truth import Served
from inventory.names import HostName
from inventory.promises import LastCopy
from tests.contract.reached import PRESENT, RUN, Reached
from tests.contract.rows import (
    APP,
    BEGIN,
    BORDER,
    CANDIDATE,
    CLAIM,
    CUT,
    DATABASE,
    EXCLUDE,
    HOME,
    LEADER,
    OBSERVERS,
    OTHER,
    OTHER_APP,
    POINT,
    REFUGE,
    REFUSE,
    RETIRE,
    STORE,
    STORE_CLAIM,
    SWITCH,
    THIRD,
    VOTER,
)
from tests.rehearsals import SERVICE

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
    HasLastCopy: (
        HasLastCopy(DATABASE, LastCopy.CONTINUE),
        HasLastCopy(DATABASE, LastCopy.BLOCK),
    ),
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
