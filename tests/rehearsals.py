"""A planned move in the simulated world, and an engine to carry it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from core.runs.journal import Where
from core.runs.plan import RunName
from core.runs.ports import Actuator, Inbox
from dr.actions import Action
from dr.conditions import Conditions
from dr.planning.plan import RecoveryEngine, RecoveryJournal, RecoveryPlan, RecoveryRun, codec
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.simulation.citizens import EVERY, Citizens
from dr.simulation.journal import MemoryJournal
from dr.simulation.truth import Served
from dr.simulation.world import World, rehearsed
from inventory.names import OperatorName, ServiceName, SiteName
from inventory.network import Network
from tests.networks import PORTAL_ALONE, network
from tests.unit.core.runs.small import Wishes

SERVICE = ServiceName("public-service-portal")
RUN = RunName("20300101-000002-move")


def kinds(plan: RecoveryPlan) -> tuple[str, ...]:
    """Return of which kinds the actions of ``plan`` are."""
    return tuple(dict.fromkeys(step.action.kind for step in plan.steps))


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A world, and the plan that moves its service."""

    network: Network
    world: World
    plan: RecoveryPlan

    def engine(
        self,
        journal: RecoveryJournal | None = None,
        *,
        actuator: Actuator[Action] | None = None,
        inbox: Inbox | None = None,
    ) -> RecoveryEngine:
        """Return an engine in this world; in memory unless told otherwise."""
        return RecoveryEngine(
            journal=journal or MemoryJournal(codec(), self.world),
            sensor=Conditions(self.world.eye),
            actuator=actuator or self.world,
            clock=self.world,
            inbox=inbox or Wishes(),
        )

    def carry(self, journal: RecoveryJournal | None = None) -> RecoveryRun:
        """Carry the plan out, undisturbed, and let the citizens notice what came of it."""
        run = self.engine(journal).start(self.plan, Where.MEMORY)
        self.world.sleep(timedelta(seconds=5))
        return run

    @property
    def service(self) -> ServiceName:
        """The first service that the plan moves."""
        return self.plan.basis.moves[0].service

    @property
    def truth(self) -> Served:
        """What is true of the service in this world."""
        return self.world.truth.at(self.service)

    @property
    def citizens(self) -> Citizens:
        """Who writes to the service."""
        return self.world.citizens[self.service]

    @property
    def effects(self) -> list[Action]:
        """What changed the world, in order."""
        return [action for _, action in self.world.effects]


def rehearsal(
    profile: str = "compact", seed: int = 0, target: str = "ndc02", every: timedelta = EVERY
) -> Rehearsal:
    """Return a healthy world two seconds after its beginning, and a plan for it.

    Citizens write ``every`` so often.
    """
    return rehearsal_in(network(profile, *PORTAL_ALONE), SERVICE, seed, target, every)


def rehearsal_in(
    of: Network, service: ServiceName, seed: int, target: str, every: timedelta = EVERY
) -> Rehearsal:
    """Return such a world of another network."""
    # the digest would change golden files with every word of the default inventory
    net = replace(of, digest="0123456789abcdef" * 4)
    world = rehearsed(net, service, seed=seed, every=every)
    world.sleep(timedelta(seconds=2))
    occasion = Occasion(RUN, world.now(), OperatorName("an"))
    request = Move(service, SiteName(target))
    return Rehearsal(
        net, world, plan_switchover(net, world.eye.observe(service), request, occasion)
    )


KINDS = kinds(rehearsal().plan)
"""of what a switchover does"""
