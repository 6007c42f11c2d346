"""A site that is lost in the simulated world, and the plan that does without it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.runs.plan import RunName
from dr.facts import Facts
from dr.losses import hosts_named, moves_after
from dr.plan import RecoveryPlan
from dr.planner import Occasion, plan_failover
from dr.simulation.world import World
from inventory.names import HostName, OperatorName, ServiceName, SiteName
from inventory.network import Network
from tests.rehearsals import Rehearsal, rehearsal

RUN = RunName("20300101-000005-without")


@dataclass(frozen=True, slots=True)
class Loss:
    """A world without some of its hosts, a moment after they went."""

    network: Network
    world: World
    lost: frozenset[HostName]
    called: str

    def facts(self) -> dict[ServiceName, Facts]:
        """Return what can be seen of every service."""
        return dict(self.world.eye.survey([one.name for one in self.network.services], self.lost))

    def plan(self, to: str | None = None) -> RecoveryPlan:
        """Return the plan that does without them."""
        facts = self.facts()
        target = None if to is None else SiteName(to)
        moves = moves_after(self.network, facts, self.lost, target)
        occasion = Occasion(RUN, self.world.now(), OperatorName("an"))
        return plan_failover(self.network, facts, moves, occasion, self.called)


def loss(*names: str, profile: str = "compact", seed: int = 0, after: float = 3) -> Loss:
    """Return a world in which ``names`` lost their power ``after`` seconds ago."""
    made = rehearsal(profile, seed)
    lost = hosts_named(made.network, names)
    for host in sorted(lost):
        made.world.truth.plant.power_off(host)
    made.world.sleep(timedelta(seconds=after))
    return Loss(made.network, made.world, lost, " and ".join(names))


def failover(*names: str, profile: str = "compact", seed: int = 0, after: float = 3) -> Rehearsal:
    """Return such a world with the plan for it."""
    made = loss(*names, profile=profile, seed=seed, after=after)
    return Rehearsal(made.network, made.world, made.plan())
