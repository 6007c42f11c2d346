"""Makes one attempt at an action, through the doors, and says what is then known.

Every effect is fenced at its target. Records are compared as they are swapped. An order to
switch is given in the transaction that compares the claim. A host refuses an older epoch, and a
withdrawal whose time is over. A canary has its key. So an attempt that arrives late is refused,
or does what was done already. The same code acts in a running network and in a simulated one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, assert_never

from core.errors import NotSeen, Rejected, WorldError
from core.runs.plan import RunName
from core.runs.ports import Answer, Completion, Token
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
    ReleaseWorkload,
    SwitchDatabase,
    VerifyService,
    WidenSync,
    WithdrawService,
    WriteCanary,
)
from dr.admission import Exclusion
from dr.doors import Doors, LeaderKey, SwitchOrder
from dr.hosts.epochs import Act
from dr.hosts.leave import Leave
from dr.logs.log_end import written
from dr.logs.succession import Untold
from dr.loss_actions import (
    AcceptOrigin,
    AttestOff,
    AwaitLeaseEnd,
    BeginStore,
    CutPower,
    Exclude,
    OfTheLastCopy,
    Readmit,
    RefuseOrigin,
    RelaxLastCopy,
    RestoreLastCopy,
    RetireVote,
    SeeGone,
    TakeOver,
)
from dr.placement import Claim
from inventory.names import DatabaseName, HostName, PlacedName
from inventory.promises import LastCopy
from storage.placed import StoreOrder

_LEAVES: Final[dict[type, Leave]] = {
    AllowPromotion: Leave.ALLOW,
    WidenSync: Leave.WIDEN,
    ForbidPromotion: Leave.FORBID,
}


@dataclass(frozen=True, slots=True)
class Hands:
    """Acts on a network through ``doors``; what it says is what is known, not what it hopes."""

    doors: Doors

    def attempt(self, action: Action, token: Token, deadline: timedelta) -> Completion:
        """Make one attempt at ``action``; return when its target answered, or did not.

        ``token`` says whose attempt it is, and under which epoch. An answer that does not come
        within about ``deadline`` counts as none.
        """
        try:
            note = self._perform(action, token, deadline)
        except Rejected as error:
            return Completion(token, Answer.NO, _note(error))
        except WorldError as error:
            # a look that failed before anything was sent counts as doubt as well: whoever looks
            # again will find that nothing happened
            return Completion(token, Answer.NONE, _note(error))
        return Completion(token, Answer.YES, note)

    def _perform(self, action: Action, token: Token, deadline: timedelta) -> str:  # noqa: C901, PLR0912 - a verb a line
        """Return what is left open by a yes; "": nothing."""
        match action:
            case ClaimWorkload() | ReleaseWorkload() | MovePlacement():
                self._record(action)
            case CompareLogs():
                return self._compare(action)
            case NarrowSync() | SwitchDatabase() | TakeOver():
                self._database(action)
            case AllowPromotion() | WidenSync() | ForbidPromotion():
                leave = _LEAVES[type(action)]
                self.doors.database.tell(action.database, action.host, leave, token)
            case WriteCanary(service, host, key):
                self.doors.application.write(service, host, key, deadline / 2)
            case AnnounceService(service, host):
                self.doors.guard.act(Act.ANNOUNCE, service, host, token, deadline)
            case WithdrawService(service, host):
                self.doors.guard.act(Act.WITHDRAW, service, host, token, deadline)
            case Exclude() | Readmit() | RetireVote() | RelaxLastCopy() | RestoreLastCopy():
                self._do_without(action)
            case BeginStore():
                self._begin(action, token)
            case CutPower(host, life):
                self.doors.power.off(host, life)
            case RefuseOrigin() | AcceptOrigin():
                self._route(action, token, deadline)
            case VerifyService() | AwaitLeaseEnd() | AwaitCopy() | SeeGone() | AttestOff():
                """Its conditions are looked at until they hold; there is nothing to do."""
            case _:
                assert_never(action)
        return ""

    def _record(self, action: ClaimWorkload | ReleaseWorkload | MovePlacement) -> None:
        match action:
            case ClaimWorkload(service, run, number):
                claim = self.doors.records.claim(service)
                taken = claim.taken(run, number)
                if taken is None:
                    raise _held(service, run, number, claim)
                self.doors.records.swap_claim(service, claim, taken)
            case ReleaseWorkload(service, run):
                claim = self.doors.records.claim(service)
                self.doors.records.swap_claim(service, claim, claim.released(run))
            case MovePlacement():
                self._move(action)
            case _:
                assert_never(action)

    def _move(self, action: MovePlacement) -> None:
        old = self.doors.records.placement(action.service)
        new = old and old.moved(action.source, action.target, action.epoch, action.run)
        if old is None or new is None:
            raise Rejected(
                f"the placement of {action.service} is not what was planned on",
                expected=f"{action.source}, epoch {action.epoch - 1}",
                actual=f"{old.site}, epoch {old.epoch}" if old else "no record",
                next_step=f"ndc dr plan {action.service} --to {action.target}",
            )
        self.doors.records.swap_placement(action.service, old, new, action.rest)

    def _database(self, action: NarrowSync | SwitchDatabase | TakeOver) -> None:
        match action:
            case NarrowSync():
                self._narrow(action)
            case SwitchDatabase(database, leader, candidate, service, run):
                claim = self._own_claim(service, run)
                order = SwitchOrder(database, leader, candidate, service, claim)
                self.doors.database.switch(order)
            case TakeOver(database, lost, candidate, service, run, had_all):
                claim = self._own_claim(service, run)
                key = self._dead_leaders_key(database, lost, candidate)
                holder, term = (key.holder, key.term) if key else (None, None)
                alone = frozenset(had_all)
                order = SwitchOrder(database, holder, candidate, service, claim, term, alone)
                self.doors.database.take_over(order)
            case _:
                assert_never(action)

    def _dead_leaders_key(
        self, database: DatabaseName, lost: Sequence[HostName], candidate: HostName
    ) -> LeaderKey | None:
        """Return the key to lead by that may be taken away; None: nobody else holds it.

        It is read before its holder's power is looked at: who led again since holds another.
        """
        key = self.doors.database.leader_key(database)
        if key is None or key.holder == candidate:
            return None
        holder = key.holder
        if holder in lost and not self.doors.power.state(holder).on:
            return key
        raise Rejected(
            f"{holder} leads {database}, and may write to it",
            expected=f"that nobody leads it, or one of {', '.join(lost)} that has no power",
            actual=f"{holder} has power" if holder in lost else f"{holder} was not given up",
            next_step="ndc status shows who leads; wait until its lease has ended, or plan again",
        )

    def _narrow(self, action: NarrowSync) -> None:
        members = self.doors.database.members(action.database)
        waited_for = sorted(host for host, member in members.items() if member.synchronous)
        if action.candidate not in waited_for:
            raise Rejected(
                f"no commit of {action.database} waits for {action.candidate}",
                expected=action.candidate,
                actual=", ".join(waited_for) or "nobody",
                next_step="ndc status shows the replicas; plan again when it is in step",
            )

    def _do_without(self, action: Exclude | Readmit | RetireVote | OfTheLastCopy) -> None:
        match action:
            case RelaxLastCopy(database, service, run) | RestoreLastCopy(database, service, run):
                relaxes = isinstance(action, RelaxLastCopy)
                last_copy = LastCopy.CONTINUE if relaxes else LastCopy.BLOCK
                claim = self._own_claim(service, run)
                self.doors.database.set_last_copy(database, last_copy, service, claim)
            case Exclude(hosts, since, service, run):
                claim = self._own_claim(service, run)
                self.doors.exclusions.exclude(hosts, Exclusion(run, since), service, claim)
            case Readmit(hosts, run):
                try:
                    standing = self.doors.exclusions.excluded()
                except NotSeen as error:
                    raise error.of_a_change() from error
                own = {h: standing[h] for h in hosts if h in standing and standing[h].run == run}
                self.doors.exclusions.admit(own)
            case RetireVote(host, number):
                if not self.doors.votes.is_well(host):
                    self.doors.votes.retire(host, number)
            case _:
                assert_never(action)

    def _begin(self, action: BeginStore, token: Token) -> None:
        self._own_claim(action.store, action.run)
        order = StoreOrder(action.epoch, action.run, action.point, action.without)
        self.doors.stores.begin(action.store, action.host, order, token)

    def _route(
        self, action: RefuseOrigin | AcceptOrigin, token: Token, deadline: timedelta
    ) -> None:
        of = (action.border, action.service, action.origin, token)
        if isinstance(action, RefuseOrigin):
            self.doors.routes.refuse(*of, deadline)
        else:
            self.doors.routes.accept(*of)

    def _own_claim(self, service: PlacedName, run: RunName) -> Claim:
        claim = self.doors.records.claim(service)
        if claim.run != run:
            raise Rejected(
                f"{run} no longer holds {service}",
                expected=run,
                actual=claim.run or "nobody holds it",
                next_step="ndc dr runs shows who moved it since",
            )
        return claim

    def _compare(self, action: CompareLogs) -> str:
        """Refuse what is known to be incomplete; return why it cannot be told: no refusal."""
        leader, candidate = action.leader, action.candidate
        try:
            link = self.doors.database.succession(action.database, candidate, leader)
        except NotSeen as error:
            raise error.of_a_change() from error
        if isinstance(link, Untold):
            return link.reason
        if not link.complete:
            raise Rejected(
                f"{leader} wrote what {candidate} does not have",
                expected=f"nothing on timeline {link.end.timeline} after {written(link.fork)}",
                actual=f"its last record lies at {written(link.end.location)}",
                next_step=f"keep the disk of {leader} as it is, and count what is lost there",
            )
        return ""


def _held(service: PlacedName, run: RunName, number: int, claim: Claim) -> Rejected:
    return Rejected(
        f"{service} cannot be held by {run}",
        expected=f"that nobody holds it, and that it was taken {number - 1} times",
        actual=f"{claim.run or 'nobody'} holds it; it was taken {claim.number} times",
        next_step=f"ndc dr show {claim.run}" if claim.run else "plan again: ndc dr plan",
    )


def _note(error: WorldError) -> str:
    return f"{error.what}: {error.actual}" if error.actual else error.what
