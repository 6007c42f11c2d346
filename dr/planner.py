"""From what is declared and what was seen to a plan. Pure.

The order keeps the citizens' gap to what the database itself needs. All that can
be known or written before the switch is done before it. The address moves after
writes were proven at the target: first it is announced there, then withdrawn at
the old site, so that rerouting costs nothing. Until then the old site's
application writes to the new leader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.measure import FRESH
from core.runs.plan import Plan, RunName, Step, StepId
from dr.actions import (
    Action,
    AnnounceService,
    ClaimWorkload,
    CompareLogs,
    MovePlacement,
    NarrowSync,
    ReleaseWorkload,
    SwitchDatabase,
    VerifyService,
    WithdrawService,
    WriteCanary,
)
from dr.facts import Facts
from dr.placement import Claim, Placement
from dr.plan import Basis, Deciding, Phase, RecoveryPlan, RecoveryStep
from dr.rules import Switchover, candidates, refusals, service_in
from inventory.names import HostName, SiteName
from inventory.network import Network, Service

_SECOND = timedelta(seconds=1)
_STEADY = FRESH + _SECOND
"""longer than an acknowledgement counts as fresh: the last one was due after all was withdrawn"""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who asks for a plan, when, and what its run will be called."""

    run: RunName
    at: datetime
    by: str
    """an operator, or who is logged in"""


def plan_switchover(
    network: Network, facts: Facts, request: Switchover, occasion: Occasion
) -> RecoveryPlan:
    """Return the plan that moves a service with its database, nothing lost.

    ``network`` is what runs, ``facts`` what was seen of it a moment ago. ``request`` says what
    is to move, ``occasion`` who asks, when, and for which run. Equal arguments give equal plans.

    Raises:
        PlanRefused: a rule objects; the first objection.
    """
    for refusal in refusals(network, facts, request):
        raise refusal
    service = service_in(network, request)
    if facts.placement is None or facts.leader is None or facts.claim is None:
        raise AssertionError("rules let pass what cannot be planned")
    moving = _Move(
        network, service, request, facts.leader, facts.placement, facts.claim, occasion.run
    )
    return Plan(
        id=occasion.run,
        title=f"switchover {service.name} to {request.target}",
        steps=tuple(moving.steps()),
        basis=Basis(
            environment=network.environment,
            service=service.name,
            database=service.database,
            source=facts.placement.site,
            target=request.target,
            requested_by=occasion.by,
            made_at=occasion.at,
            network_digest=network.digest,
            deciding=Deciding.among(facts),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Move:
    network: Network
    service: Service
    request: Switchover
    leader: HostName
    placed: Placement
    claim: Claim
    run: RunName

    @property
    def epoch(self) -> int:
        return self.placed.epoch + 1

    @property
    def candidate(self) -> HostName:
        return candidates(self.network, self.request)[0].host

    def steps(self) -> Iterator[RecoveryStep]:
        ready = list(self._canaries("ready", Phase.READY, needs=()))
        yield from ready
        claim = self._claim(_ids(ready))
        yield claim
        last: RecoveryStep = claim
        if self.leader != self.candidate:
            for last in self._switch(claim.id):
                yield last
        canaries = list(self._canaries("canary", Phase.CANARY, needs=(last.id,)))
        yield from canaries
        routes = list(self._reroute(_ids(canaries)))
        yield from routes
        yield from self._finish(_ids(routes) or _ids(canaries))

    def _claim(self, needs: tuple[StepId, ...]) -> RecoveryStep:
        name = self.service.name
        undo = ReleaseWorkload(name, self.run)
        action = ClaimWorkload(name, self.run, self.claim.number + 1)
        return self._step("declare", Phase.DECLARE, action, needs=needs, undo=undo)

    def _switch(self, claim: StepId) -> Iterator[RecoveryStep]:
        database = self.service.database
        drain = self._step(
            "drain", Phase.DRAIN, NarrowSync(database, self.candidate), needs=(claim,)
        )
        yield drain
        yield Step(
            StepId("promote"),
            SwitchDatabase(database, self.leader, self.candidate, self.service.name, self.run),
            Phase.PROMOTE,
            needs=(drain.id,),
            epoch=self.epoch,
            deadline=30 * _SECOND,
            settle=5 * _SECOND,
            expected=3 * _SECOND,
            # what was sent once may come about minutes later, under no run
            attempts=1,
            point_of_no_return=True,
        )

    def _canaries(
        self, prefix: str, phase: Phase, needs: tuple[StepId, ...]
    ) -> Iterator[RecoveryStep]:
        for host in self._serving_at(self.request.target):
            key = f"canary-{self.run}-{prefix}-{host}"
            action = WriteCanary(self.service.name, host, key)
            name = f"{prefix}-{host}"
            yield self._step(name, phase, action, needs=needs, deadline=20 * _SECOND)

    def _reroute(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        name, target = self.service.name, self.request.target
        if self.placed.site == target:
            return
        record = MovePlacement(name, self.placed.site, target, self.epoch, self.run)
        place = replace(
            self._step("place", Phase.REROUTE, record, needs=needs), point_of_no_return=True
        )
        announced = [
            self._step(
                f"announce-{h}", Phase.REROUTE, AnnounceService(name, h, self.epoch), (place.id,)
            )
            for h in self._serving_at(target)
        ]
        yield place
        yield from announced
        for host in self._serving_at(self.placed.site):
            action = WithdrawService(name, host, self.epoch)
            yield self._step(f"withdraw-{host}", Phase.REROUTE, action, _ids(announced))

    def _finish(self, needs: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        action = VerifyService(self.service.name, self.service.database, self.request.target)
        verify = self._step("verify", Phase.VERIFY, action, needs, deadline=90 * _SECOND)
        # once: it sends nothing, and looks for as long as its deadline
        checks = [replace(verify, steady=_STEADY, attempts=1)]
        if self.leader != self.candidate:
            compare = CompareLogs(self.service.database, self.leader, self.candidate)
            checks.append(self._step("compare", Phase.VERIFY, compare, needs))
        yield from checks
        release = ReleaseWorkload(self.service.name, self.run)
        yield self._step("close", Phase.CLOSE, release, _ids(checks))

    def _serving_at(self, site: SiteName) -> list[HostName]:
        return [h for h in self.service.hosts if self.network.host(h).site == site]

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
            StepId(name), action, phase, needs, epoch=self.epoch, undo=undo, deadline=deadline
        )


def _ids(steps: list[RecoveryStep]) -> tuple[StepId, ...]:
    return tuple(step.id for step in steps)
