"""The steps by which one service moves with its database. Pure.

The order keeps the citizens' gap to what the database itself needs. All that can
be known or written before the switch is done before it. The address moves after
writes were proven at the target: first it is announced there, then withdrawn at
the old site, so that rerouting costs nothing. Until then the old site's
application writes to the new leader.

After a loss nothing is asked of what is lost. In place of its word there is a proof that it
cannot act: its power is taken away, or its lease has ended and nobody sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from core.measure import FRESH
from core.runs.plan import RunName, Step, StepId
from dr.actions import (
    Action,
    AllowPromotion,
    AnnounceService,
    AwaitLeaseEnd,
    ClaimWorkload,
    CompareLogs,
    CutPower,
    ForbidPromotion,
    MovePlacement,
    NarrowSync,
    ReleaseWorkload,
    SeeGone,
    SwitchDatabase,
    TakeOver,
    VerifyService,
    WithdrawService,
    WriteCanary,
)
from dr.bound import LossBound, at_large, bound
from dr.facts import Facts
from dr.placement import Claim, Placement
from dr.plan import Phase, RecoveryStep
from dr.request import Move, serving_at
from inventory.names import HostName
from inventory.network import Network, Service

APPROVE: Final = "approve"
"""the role of who lets a copy lead that may lack acknowledged writes"""
_SECOND = timedelta(seconds=1)
_STEADY = FRESH + _SECOND
"""longer than an acknowledgement counts as fresh: the last one was due after all was withdrawn"""
_LEASE = 25 * _SECOND
"""Patroni's shortest lease, 20 s, and what its end takes to be seen"""


@dataclass(frozen=True, slots=True)
class Moving:
    """One service on its way, by ``run``; ``prefix`` begins the names of its steps."""

    network: Network
    service: Service
    request: Move
    facts: Facts
    placed: Placement
    claim: Claim
    candidate: HostName
    run: RunName
    had_all: tuple[HostName, ...] = ()
    """who alone had every write, where the candidate may lack some"""
    prefix: str = ""

    @property
    def epoch(self) -> int:
        """Under which the service is served at its target."""
        return self.placed.epoch + 1

    @property
    def serving(self) -> list[HostName]:
        """The hosts that serve it now."""
        return serving_at(self.network, self.service, self.placed.site)

    @property
    def taking(self) -> list[HostName]:
        """The hosts of the target that answer, or while none leads hear: agents see to the rest."""
        able = self.facts.obeying if self.leader_is_lost else self.facts.answering
        hosts = serving_at(self.network, self.service, self.request.target)
        return [host for host in hosts if host in able and host not in self.request.lost]

    @property
    def leader_is_lost(self) -> bool:
        """Whether nobody is left who could hand the database over."""
        return bool(self.request.lost) and self.facts.leader in {None, *self.request.lost}

    @property
    def loss(self) -> LossBound:
        """What may be lost of what was acknowledged."""
        return bound(self.facts, self.candidate, self.had_all)

    def steps(self, others: Sequence[Moving] = ()) -> Iterator[RecoveryStep]:
        """Yield the steps, each after those that it needs.

        ``others`` are services on the same database: they move with it, under one claim.
        """
        together = (self, *others)
        ready = self._ready(together)
        yield from ready
        claim = self._claim(_ids(ready))
        fences = list(self._fences(together, claim.id))
        yield from (claim, *fences)
        led = list(self._led((claim.id,), _ids(fences)))
        yield from led
        needs = _ids(led[-1:]) or (claim.id,)
        moved: list[StepId] = []
        checks: list[StepId] = []
        for each in together:
            canaries = list(each.canaries("canary", Phase.CANARY, needs))
            yield from canaries
            routes = list(each.reroute((*_ids(canaries), *_ids(fences))))
            yield from routes
            verify = each.verify(_ids(routes) or _ids(canaries))
            yield verify
            checks.append(verify.id)
            moved += _ids(routes) or _ids(canaries)
        compare = list(self._compare(tuple(moved)))
        yield from compare
        # all that acts: a step that a person answers for early lets nothing act after the release
        acts = (*moved, *checks, *_ids(compare))
        forbid = list(self._forbid(acts))
        yield from forbid
        yield self._close((*acts, *_ids(forbid)))

    def _ready(self, together: Sequence[Moving]) -> list[RecoveryStep]:
        if self.leader_is_lost:
            return []
        return [step for each in together for step in each.canaries("ready", Phase.READY, ())]

    def _claim(self, needs: tuple[StepId, ...]) -> RecoveryStep:
        name = self.service.name
        undo = ReleaseWorkload(name, self.run)
        action = ClaimWorkload(name, self.run, self.claim.number + 1)
        return self._step("declare", Phase.DECLARE, action, needs=needs, undo=undo)

    def _fences(self, together: Sequence[Moving], claim: StepId) -> Iterator[RecoveryStep]:
        """Yield a proof for each lost host that could still write, or be reached by citizens."""
        database = self.network.database(self.service.database)
        leading = [m.host for m in database.members] if self.leader_is_lost else []
        serving = [host for each in together for host in each.serving]
        for host in dict.fromkeys([*leading, *serving]):
            sighting = self.facts.signs.get(host)
            if sighting is None:
                continue
            if sighting.power is not None:
                cut = CutPower(host, sighting.power.life, tuple(sighting.answers))
                yield self._step(f"fence-{host}", Phase.DRAIN, cut, (claim,), deadline=15 * _SECOND)
                continue
            if host in leading:
                end = AwaitLeaseEnd(database.name, host)
                step = self._step(f"lease-{host}", Phase.DRAIN, end, (claim,))
                yield replace(step, deadline=4 * _LEASE, expected=_LEASE, attempts=1)
            if host in serving:
                gone = SeeGone(host, tuple(sighting.answers))
                step = self._step(f"unseen-{host}", Phase.DRAIN, gone, (claim,))
                yield replace(step, steady=3 * _SECOND, expected=3 * _SECOND)

    def _led(
        self, claimed: tuple[StepId, ...], fenced: tuple[StepId, ...]
    ) -> Iterator[RecoveryStep]:
        """Yield how the candidate comes to lead; nothing where it does."""
        if self.facts.leader == self.candidate:
            return
        if self.leader_is_lost:
            allow = list(self._allow((*claimed, *fenced)))
            yield from allow
            yield self._take_over((*claimed, *fenced, *_ids(allow)))
            return
        database = self.service.database
        drain = self._step("drain", Phase.DRAIN, NarrowSync(database, self.candidate), claimed)
        yield drain
        yield self._switch(drain.id)

    def _allow(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield that a copy may lead which is declared never to; nothing for any other."""
        if self.had_all:
            action = AllowPromotion(self.service.database, self.candidate)
            undo = ForbidPromotion(self.service.database, self.candidate)
            yield self._step("allow", Phase.POSITIONS, action, needs, undo=undo)

    def _forbid(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield that copies follow as they are declared again, which an earlier run had lead."""
        database = self.network.database(self.service.database)
        for host in at_large(database, self.facts):
            if host != self.candidate and host not in self.request.lost:
                action = ForbidPromotion(database.name, host)
                yield self._step(f"forbid-{host}", Phase.REPROTECT, action, needs)

    def _take_over(self, needs: tuple[StepId, ...]) -> RecoveryStep:
        database = self.network.database(self.service.database)
        lost = tuple(m.host for m in database.members if m.host in self.request.lost)
        service, had_all = self.service.name, self.had_all
        action = TakeOver(database.name, lost, self.candidate, service, self.run, had_all)
        return replace(
            self._step("promote", Phase.PROMOTE, action, needs, deadline=30 * _SECOND),
            settle=5 * _SECOND,
            expected=3 * _SECOND,
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
            self._step("promote", Phase.PROMOTE, action, (drain,), deadline=30 * _SECOND),
            settle=5 * _SECOND,
            expected=3 * _SECOND,
            # what was sent once may come about minutes later, under no run
            attempts=1,
            point_of_no_return=True,
        )

    def canaries(
        self, name: str, phase: Phase, needs: tuple[StepId, ...]
    ) -> Iterator[RecoveryStep]:
        """Yield a row to be written at each host of the target."""
        for host in self.taking:
            key = f"canary-{self.run}-{name}-{host}"
            action = WriteCanary(self.service.name, host, key)
            yield self._step(f"{name}-{host}", phase, action, needs, deadline=20 * _SECOND)

    def reroute(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield how the address comes to the target; nothing where it is there."""
        name, target = self.service.name, self.request.target
        if self.placed.site == target:
            return
        record = MovePlacement(name, self.placed.site, target, self.epoch, self.run)
        place = replace(self._step("place", Phase.REROUTE, record, needs), point_of_no_return=True)
        announced = [
            self._step(
                f"announce-{h}", Phase.REROUTE, AnnounceService(name, h, self.epoch), (place.id,)
            )
            for h in self.taking
        ]
        yield place
        yield from announced
        for host in self.serving:
            if host not in self.request.lost:
                action = WithdrawService(name, host, self.epoch, tuple(self.taking))
                yield self._step(f"withdraw-{host}", Phase.REROUTE, action, _ids(announced))

    def verify(self, needs: tuple[StepId, ...]) -> RecoveryStep:
        """Return the last look at the service, from outside."""
        action = VerifyService(self.service.name, self.service.database, self.request.target)
        verify = self._step("verify", Phase.VERIFY, action, needs, deadline=90 * _SECOND)
        # once: it sends nothing, and looks for as long as its deadline
        return replace(verify, steady=_STEADY, expected=_STEADY, attempts=1)

    def _compare(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield the proof that the new leader has all; nothing where the old one is lost."""
        leader = self.facts.leader
        if leader is not None and leader != self.candidate and not self.leader_is_lost:
            compare = CompareLogs(self.service.database, leader, self.candidate)
            yield self._step("compare", Phase.VERIFY, compare, needs)

    def _close(self, needs: tuple[StepId, ...]) -> RecoveryStep:
        release = ReleaseWorkload(self.service.name, self.run)
        return self._step("close", Phase.CLOSE, release, needs)

    def _step(
        self,
        name: str,
        phase: Phase,
        action: Action,
        needs: tuple[StepId, ...] = (),
        *,
        undo: Action | None = None,
        deadline: timedelta = 10 * _SECOND,
    ) -> RecoveryStep:
        return Step(
            StepId(f"{self.prefix}{name}"),
            action,
            phase,
            needs,
            epoch=self.epoch,
            undo=undo,
            deadline=deadline,
        )


def _ids(steps: list[RecoveryStep]) -> tuple[StepId, ...]:
    return tuple(step.id for step in steps)
