"""The steps about copies that are declared never to lead by themselves. Pure.

After a switch nothing is acknowledged until another copy confirms it. The former leader stopped,
and needs seconds until it follows. A copy for which commits waited before the switch follows at
once. So where no other would be left, one more is waited for while the database moves. It does
not lead, whatever becomes of the others, and it is put back when the former leader follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

from core.runs.plan import StepId
from dr.actions import Action, AllowPromotion, AwaitCopy, ForbidPromotion, WidenSync
from dr.conditions import LAG_LIMIT_BYTES
from dr.facts import Facts
from dr.planning.bound import at_large
from dr.planning.plan import Phase, RecoveryStep
from inventory.names import HostName
from inventory.network import Database

_SECOND = timedelta(seconds=1)
_WIDENED: Final = 5 * _SECOND
"""its Patroni looks at its settings every 2 s, and the leader at its members"""
FOLLOWS: Final = 4 * _SECOND
"""a former leader, once it stopped"""
PATIENCE: Final = 90 * _SECOND
"""for a former leader whose log has to be wound back first"""


class MakeStep(Protocol):
    """Whoever gives a plan's steps their names and epochs."""

    def __call__(
        self,
        name: str,
        phase: Phase,
        action: Action,
        needs: tuple[StepId, ...] = (),
        *,
        undo: Action | None = None,
        deadline: timedelta = 10 * _SECOND,
    ) -> RecoveryStep:
        """Return the step called ``name``."""


@dataclass(frozen=True, slots=True)
class FarCopies:
    """Those of one database, in a plan that has ``candidate`` lead and asks nothing of ``lost``."""

    database: Database
    facts: Facts
    candidate: HostName
    lost: frozenset[HostName]
    step: MakeStep

    def widen(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield that more are waited for; nothing where enough others are, or too few are fit."""
        for host in self._spare():
            action = WidenSync(self.database.name, host)
            undo = ForbidPromotion(self.database.name, host)
            name = f"widen-{host}"
            step = self.step(name, Phase.DRAIN, action, needs, undo=undo, deadline=20 * _SECOND)
            yield replace(step, expected=_WIDENED)

    def allow(self, phase: Phase, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield that the candidate may lead which is declared never to; nothing where it may."""
        declared = {member.host: member.barred for member in self.database.members}
        member = self.facts.members.get(self.candidate)
        if declared[self.candidate] and (member is None or member.barred):
            action = AllowPromotion(self.database.name, self.candidate)
            undo = ForbidPromotion(self.database.name, self.candidate)
            yield self.step("allow", phase, action, needs, undo=undo)

    def put_back(self, needs: tuple[StepId, ...], *, handed_over: bool) -> Iterator[RecoveryStep]:
        """Yield that each follows as it is declared again which this run, or an earlier, let go.

        One that nobody will wait for then is left while it alone confirms, if the database was
        ``handed_over``.
        """
        name = self.database.name
        waited_for = {member.host for member in self.database.members if member.synchronous}
        widened = self._spare() if handed_over else []
        for host in [*at_large(self.database, self.facts), *widened]:
            if host == self.candidate or host in self.lost:
                continue
            before = needs
            if handed_over and host not in {self.facts.leader, *waited_for}:
                copy = AwaitCopy(name, host)
                wait = self.step(f"copy-{host}", Phase.REPROTECT, copy, needs, deadline=PATIENCE)
                yield replace(wait, expected=FOLLOWS, attempts=1)
                before = (wait.id,)
            yield self.step(f"forbid-{host}", Phase.REPROTECT, ForbidPromotion(name, host), before)

    def _spare(self) -> list[HostName]:
        """Return whom to wait for as well, so that enough are left without the former leader.

        Patroni waits for all that may lead, and for others only as far as too few are left. So
        each of those that are to confirm must be as one that may lead. First come those that are
        waited for already.
        """
        leading = self.facts.progress.get(self.facts.leader) if self.facts.leader else None
        sent = leading.sends_to if leading else frozenset()
        waited_for = (self.facts.synchronous or frozenset()) - {self.candidate}
        short = self.database.synchronous_node_count - sum(map(self._may_lead, waited_for))
        far = [m.host for m in self.database.members if m.host in sent and self._is_fit(m.host)]
        far.sort(key=lambda host: host not in waited_for)
        return far[:short] if 0 < short <= len(far) else []

    def _may_lead(self, host: HostName) -> bool:
        member = self.facts.members.get(host)
        return member is not None and not member.barred

    def _is_fit(self, host: HostName) -> bool:
        member = self.facts.members.get(host)
        if member is None or host in {self.candidate, *self.lost} or not member.barred:
            return False
        lag = member.lag_bytes
        return member.streams and lag is not None and lag <= LAG_LIMIT_BYTES
