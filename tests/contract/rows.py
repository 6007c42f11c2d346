"""Of every verb of recovery one that both sides of its doors are held to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from core.runs.plan import RunName
from dr import actions, loss_actions
from dr.actions import Action
from inventory.names import DatabaseName, HostName, SiteName, StoreName
from tests.contract.reached import PRESENT, RUN
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
RESTORE = loss_actions.RestoreLastCopy(DATABASE, SERVICE, RUN)
RELAX = loss_actions.RelaxLastCopy(DATABASE, SERVICE, RUN)
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
    loss_actions.RelaxLastCopy: ((CLAIM, RESTORE), RELAX, (replace(RELAX, run=OTHER),)),
    loss_actions.RestoreLastCopy: ((CLAIM,), RESTORE, (replace(RESTORE, run=OTHER),)),
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
