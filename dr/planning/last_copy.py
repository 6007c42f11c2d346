"""The steps by which a database goes on that is declared to stop without a copy. Pure.

A commit waits for a copy, and after some losses none is left. Then a database that is declared to
stop acknowledges nothing, whoever leads it, until a person says that it may. What it acknowledges
from then on is lost with its leader. Once a copy confirms again, it stops as is declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.runs.plan import RunName, StepId
from dr.actions import AwaitCopy
from dr.facts import Facts
from dr.loss_actions import RelaxLastCopy, RestoreLastCopy
from dr.planning.far_copies import FOLLOWS, PATIENCE, MakeStep
from dr.planning.fencing import APPROVE
from dr.planning.plan import Phase, RecoveryStep
from inventory.names import HostName, ServiceName
from inventory.network import Database
from inventory.promises import LastCopy


@dataclass(frozen=True, slots=True)
class LastCopySteps:
    """Those of one database, in a plan that has ``candidate`` lead and asks nothing of ``lost``."""

    database: Database
    facts: Facts
    candidate: HostName
    lost: frozenset[HostName]
    service: ServiceName
    run: RunName
    step: MakeStep

    def relax(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield that it goes on without a copy; nothing where one is left, or it goes on anyway.

        One is left that is waited for as declared, and tells how far it came. What leaders are told
        counts; where nobody could ask, what is declared.
        """
        setting = self.facts.last_copy or self.database.last_copy
        if setting is not LastCopy.BLOCK or not self.lost or self._is_left:
            return
        action = RelaxLastCopy(self.database.name, self.service, self.run)
        undo = RestoreLastCopy(self.database.name, self.service, self.run)
        step = self.step("relax", Phase.POSITIONS, action, needs, undo=undo)
        yield replace(step, gate=APPROVE)

    def restore(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield that it stops as is declared, once a copy confirms; nothing where it does."""
        name = self.database.name
        is_relaxed = self.facts.last_copy not in {LastCopy.BLOCK, None}
        if self.database.last_copy is not LastCopy.BLOCK or not is_relaxed:
            return
        if self.lost and not self._is_left:
            return
        copy = AwaitCopy(name, self.candidate)
        wait = self.step("confirmed", Phase.REPROTECT, copy, needs, deadline=PATIENCE)
        yield replace(wait, expected=FOLLOWS, attempts=1)
        action = RestoreLastCopy(name, self.service, self.run)
        yield self.step("restore", Phase.REPROTECT, action, (wait.id,))

    @property
    def _is_left(self) -> bool:
        """Whether a copy is left for which the commits of the candidate can wait."""
        gone = {self.candidate, *self.lost}
        return any(
            member.synchronous and member.host not in gone and member.host in self.facts.progress
            for member in self.database.members
        )
