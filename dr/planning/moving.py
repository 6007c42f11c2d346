"""The steps by which one service moves with its database. Pure.

The order keeps the citizens' gap to what the database itself needs. All that can
be known or written before the switch is done before it. The address moves after
writes were proven at the target: first it is announced there, then withdrawn at
the old site, so that rerouting costs nothing. Until then the old site's
application writes to the new leader.

After a loss nothing is asked of what is lost. In place of its word there is a proof that it
cannot act: its power is taken away, or its lease has ended, nobody sees it, and whoever survives
refuses what it may announce.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.runs.plan import StepId
from dr.actions import (
    ClaimWorkload,
    CompareLogs,
    NarrowSync,
    ReleaseWorkload,
    SwitchDatabase,
)
from dr.admission import to_exclude
from dr.loss_actions import Exclude, Readmit, RetireVote, TakeOver
from dr.planning.far_copies import FarCopies
from dr.planning.fencing import APPROVE, Fencing
from dr.planning.last_copy import LastCopySteps
from dr.planning.plan import Phase, RecoveryStep
from dr.planning.rerouting import SECOND, Rerouting, ids
from inventory.names import HostName


@dataclass(frozen=True, slots=True)
class Moving(Rerouting):
    """One service on its way, with its database."""

    retired: Mapping[HostName, str] = field(default_factory=dict)
    """the votes, by their hosts, that are taken out of the quorum at the end"""

    @property
    def _far(self) -> FarCopies:
        database = self.network.database(self.service.database)
        return FarCopies(database, self.facts, self.candidate, self.request.lost, self._step)

    @property
    def _last_copy(self) -> LastCopySteps:
        database = self.network.database(self.service.database)
        lost, service = self.request.lost, self.service.name
        return LastCopySteps(
            database, self.facts, self.candidate, lost, service, self.run, self._step
        )

    def steps(self, others: Sequence[Moving] = ()) -> Iterator[RecoveryStep]:
        """Yield the steps, each after those that it needs.

        ``others`` are services on the same database: they move with it, under one claim.
        """
        together = (self, *others)
        ready = self._ready(together)
        yield from ready
        claim = self._claim(ids(ready))
        fences = list(self._fences(together, claim.id))
        yield from (claim, *fences)
        relax = list(self._last_copy.relax((claim.id, *ids(fences))))
        led = list(self._led((claim.id,), ids(fences)))
        yield from (*relax, *led)
        needs = (*ids(relax), *(ids(led[-1:]) or (claim.id,)))
        moved: list[StepId] = []
        checks: list[StepId] = []
        for each in together:
            canaries = list(each.canaries("canary", Phase.CANARY, needs))
            yield from canaries
            routes = list(each.reroute((*ids(canaries), *ids(fences), *each.awaited)))
            yield from routes
            verify = each.verify(ids(routes) or ids(canaries))
            yield verify
            checks.append(verify.id)
            moved += ids(routes) or ids(canaries)
        compare = list(self._compare(tuple(moved)))
        yield from compare
        # all that acts: a step that a person answers for early lets nothing act after the release
        acts = (*moved, *checks, *ids(compare))
        handed_over = any(isinstance(step.action, SwitchDatabase) for step in led)
        back = self._far.put_back(acts, handed_over=handed_over)
        protect = [*back, *self._last_copy.restore(acts), *self._retire(acts)]
        yield from protect
        yield self._close((*acts, *ids(protect)))

    def _ready(self, together: Sequence[Moving]) -> list[RecoveryStep]:
        if self.leader_is_lost:
            return []
        return [step for each in together for step in each.canaries("ready", Phase.READY, ())]

    def _claim(self, needs: tuple[StepId, ...]) -> RecoveryStep:
        name = self.service.name
        undo = ReleaseWorkload(name, self.run)
        action = ClaimWorkload(name, self.run, self.claim.number + 1)
        return self._step("declare", Phase.DECLARE, action, needs=needs, undo=undo)

    def _exclude(self, claim: StepId) -> Iterator[RecoveryStep]:
        """Yield that what is lost takes part in nothing when it returns, before it can."""
        if hosts := to_exclude(self.network, self.request.lost):
            action = Exclude(hosts, self.facts.at, self.service.name, self.run)
            undo = Readmit(hosts, self.run)
            yield self._step("exclude", Phase.DRAIN, action, (claim,), undo=undo)

    def _fences(self, together: Sequence[Moving], claim: StepId) -> Iterator[RecoveryStep]:
        """Yield a proof for each lost host that could still write, or be reached by citizens.

        First it is kept out: who returns after its fence was seen finds that.
        """
        excluded = [*self._exclude(claim)]
        yield from excluded
        database = self.network.database(self.service.database)
        leading = {m.host: database.name for m in database.members if self.leader_is_lost}
        serving = [host for each in together for host in each.serving]
        fencing = Fencing(self.network, self.request, self.facts.signs, leading, serving)
        yield from fencing.steps((ids(excluded) or (claim,))[-1], self.epoch, self.prefix)
        for each in together:
            yield from each.refuse((claim,))

    def _led(
        self, claimed: tuple[StepId, ...], fenced: tuple[StepId, ...]
    ) -> Iterator[RecoveryStep]:
        """Yield how the candidate comes to lead; nothing where it does."""
        if self.facts.leader == self.candidate:
            return
        if self.leader_is_lost:
            proven = (*claimed, *fenced)
            allow = list(self._far.allow(Phase.POSITIONS, proven))
            yield from allow
            yield self._take_over((*proven, *ids(allow)))
            return
        allow = list(self._far.allow(Phase.DRAIN, claimed))
        widen = list(self._far.widen(claimed))
        yield from (*allow, *widen)
        narrow = NarrowSync(self.service.database, self.candidate)
        drain = self._step("drain", Phase.DRAIN, narrow, ids([*allow, *widen]) or claimed)
        yield drain
        yield self._switch(drain.id)

    def _retire(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield that lost votes are taken out, one after the other."""
        for host, number in self.retired.items():
            action = RetireVote(host, number, self.service.name, self.run)
            step = self._step(f"retire-{host}", Phase.REPROTECT, action, needs)
            # etcd wants the links of those who are left to be up for 5 s
            yield replace(step, deadline=20 * SECOND, attempts=5)
            needs = (step.id,)

    def _take_over(self, needs: tuple[StepId, ...]) -> RecoveryStep:
        database = self.network.database(self.service.database)
        lost = tuple(m.host for m in database.members if m.host in self.request.lost)
        service, had_all = self.service.name, self.had_all
        action = TakeOver(database.name, lost, self.candidate, service, self.run, had_all)
        return replace(
            self._step("promote", Phase.PROMOTE, action, needs, deadline=30 * SECOND),
            settle=5 * SECOND,
            expected=3 * SECOND,
            point_of_no_return=True,
            # who asked accepts the loss; a second person does as well
            gate=None if self.loss.is_nothing else APPROVE,
        )

    def _switch(self, drain: StepId) -> RecoveryStep:
        if self.facts.leader is None:
            raise AssertionError("rules let pass a switch from nobody")
        action = SwitchDatabase(
            self.service.database,
            self.facts.leader,
            self.candidate,
            self.service.name,
            self.run,
        )
        return replace(
            self._step("promote", Phase.PROMOTE, action, (drain,), deadline=30 * SECOND),
            settle=5 * SECOND,
            expected=3 * SECOND,
            # what was sent once may come about minutes later, under no run
            attempts=1,
            point_of_no_return=True,
        )

    def _compare(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield the proof that the new leader has all; nothing where the old one is lost."""
        leader = self.facts.leader
        if leader is not None and leader != self.candidate and not self.leader_is_lost:
            compare = CompareLogs(self.service.database, leader, self.candidate)
            yield self._step("compare", Phase.VERIFY, compare, needs)

    def _close(self, needs: tuple[StepId, ...]) -> RecoveryStep:
        release = ReleaseWorkload(self.service.name, self.run)
        return self._step("close", Phase.CLOSE, release, needs)
