"""The steps by which citizens come to where a service moves. Pure.

A row is written through each host there before the address moves. First it is announced there,
then withdrawn at the old site, so that rerouting costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from core.measure import FRESH
from core.runs.plan import RunName, Step, StepId
from dr.actions import (
    Action,
    AnnounceService,
    MovePlacement,
    VerifyService,
    WithdrawService,
    WriteCanary,
)
from dr.facts import Facts
from dr.loss_actions import AcceptOrigin, RefuseOrigin
from dr.placement import Claim, Placement, serving_at
from dr.planning.bound import LossBound, bound
from dr.planning.plan import Phase, RecoveryStep
from dr.planning.refusing import refusers
from dr.planning.request import Move
from dr.watch.judging import rest_of
from inventory.names import HostName
from inventory.network import Network, Service

SECOND: Final = timedelta(seconds=1)
_STEADY: Final = FRESH + SECOND
"""longer than an acknowledgement counts as fresh: the last one was due after all was withdrawn"""


@dataclass(frozen=True, slots=True)
class Rerouting:
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
    awaited: tuple[StepId, ...] = ()
    """after which all that it needs is served; its address moves after them"""

    @property
    def arrivals(self) -> tuple[StepId, ...]:
        """The steps after which it is served at its target."""
        name = "canary" if self.placed.site == self.request.target else "announce"
        return tuple(StepId(f"{self.prefix}{name}-{host}") for host in self.taking)

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
        # no plan is made while nobody can say who is kept out
        kept_out = self.request.lost | (self.facts.excluded or frozenset())
        return [host for host in hosts if host in able and host not in kept_out]

    @property
    def leader_is_lost(self) -> bool:
        """Whether nobody is left who could hand the database over."""
        return bool(self.request.lost) and self.facts.leader in {None, *self.request.lost}

    @property
    def loss(self) -> LossBound:
        """What may be lost of what was acknowledged."""
        return bound(self.facts, self.candidate, self.had_all)

    def canaries(
        self, name: str, phase: Phase, needs: tuple[StepId, ...]
    ) -> Iterator[RecoveryStep]:
        """Yield a row to be written at each host of the target."""
        for host in self.taking:
            key = f"canary-{self.run}-{name}-{host}"
            action = WriteCanary(self.service.name, host, key)
            yield self._step(f"{name}-{host}", phase, action, needs, deadline=20 * SECOND)

    def refuse(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield that who survives refuses it from where it was, if it may be announced there."""
        name, origin = self.service.name, self.placed.site
        for border in refusers(self.network, self.facts, self.request)[0]:
            action = RefuseOrigin(name, origin, border)
            undo = AcceptOrigin(name, origin, border)
            yield self._step(f"refuse-{border}", Phase.DRAIN, action, needs, undo=undo)

    def reroute(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield how the address comes to the target; nothing where it is there."""
        name, target = self.service.name, self.request.target
        if self.placed.site == target:
            return
        rest = rest_of(self.service) if self.request.lost else None
        record = MovePlacement(name, self.placed.site, target, self.epoch, self.run, rest)
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
                yield self._step(f"withdraw-{host}", Phase.REROUTE, action, ids(announced))

    def verify(self, needs: tuple[StepId, ...]) -> RecoveryStep:
        """Return the last look at the service, from outside."""
        action = VerifyService(self.service.name, self.service.database, self.request.target)
        verify = self._step("verify", Phase.VERIFY, action, needs, deadline=90 * SECOND)
        # once: it sends nothing, and looks for as long as its deadline
        return replace(verify, steady=_STEADY, expected=_STEADY, attempts=1)

    def _step(
        self,
        name: str,
        phase: Phase,
        action: Action,
        needs: tuple[StepId, ...] = (),
        *,
        undo: Action | None = None,
        deadline: timedelta = 10 * SECOND,
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


def ids(steps: Iterable[RecoveryStep]) -> tuple[StepId, ...]:
    """Return the names of ``steps``."""
    return tuple(step.id for step in steps)
