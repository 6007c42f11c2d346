"""A site that is lost in the simulated world, with stores that are written there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from typing_extensions import override

from core.runs.journal import Request, Where
from dr.facts import StoreFacts
from dr.looking.store_looks import survey_stores
from dr.planning.losses import hosts_named, moves_after
from dr.planning.plan import RecoveryPlan, RecoveryRun
from dr.planning.planner import Occasion
from dr.planning.store_losses import LostStores, stores_after
from dr.planning.store_planner import plan_failover_of
from dr.simulation.stores import SimulatedStore
from dr.simulation.world import World, rehearsed
from inventory.names import HostName, OperatorName, SiteName, StoreName
from inventory.network import Network
from inventory.storage import Store
from tests.failovers import RUN, START, agreed
from tests.networks import network
from tests.rehearsals import Rehearsal
from tests.unit.core.runs.small import Wishes

URGENT = StoreName("general-specialised")
"""a point every ten seconds, of which thirty may be lost"""
SLOW = StoreName("general-aggregate")
"""a point every five minutes"""


class Willing(Wishes):
    """Approves whatever it may, whenever that comes to wait for it."""

    @override
    def put_away(self, request: Request) -> None:
        """Say it again: it may have come too early."""


@dataclass(frozen=True, slots=True)
class StoreLoss:
    """A world without some of its hosts, a moment after they went."""

    network: Network
    world: World
    lost: frozenset[HostName]

    def store(self, name: StoreName = URGENT) -> SimulatedStore:
        """Return what is true of the store."""
        return self.world.truth.stores[name]

    def facts(self) -> dict[StoreName, StoreFacts]:
        """Return what can be seen of every store."""
        return dict(survey_stores(self.world.eye, self.network.stores, self.lost))

    def stores(
        self, accepted_loss: str = "", *, to: SiteName | None = None, attested: bool = False
    ) -> LostStores:
        """Return which stores move, and which stay lost."""
        facts = self.facts()
        return stores_after(self.network, facts, self.lost, to, accepted_loss, attested=attested)

    def plan(self, accepted_loss: str = "", *, attested: bool = False) -> RecoveryPlan:
        """Return the plan that does without what is lost."""
        names = [service.name for service in self.network.services]
        facts = self.world.eye.survey(names, self.lost)
        moves = moves_after(self.network, facts, self.lost, None, accepted_loss, attested=attested)
        stores = self.stores(accepted_loss, attested=attested)
        occasion = Occasion(RUN, self.world.now(), OperatorName("an"))
        return plan_failover_of(self.network, facts, moves, stores, occasion, "what burns")

    def rehearsal(self, plan: RecoveryPlan) -> Rehearsal:
        """Return this world with ``plan`` to be carried out."""
        return Rehearsal(self.network, self.world, plan)

    def carried(self, plan: RecoveryPlan) -> RecoveryRun:
        """Carry ``plan`` out, and open each gate."""
        made, gates = self.rehearsal(plan), [step.id for step in plan.steps if step.gate]
        inbox = Willing([replace(agreed(made, gate), id=gate) for gate in gates])
        run = made.engine(inbox=inbox).start(plan, Where.MEMORY, START)
        self.world.sleep(timedelta(seconds=5))
        return run


def store_loss(
    *names: str, after: float = 3, well: float = 25, seed: int = 0, of: tuple[Path, ...] = ()
) -> StoreLoss:
    """Return a world that was well so long, in which ``names`` lost their power ``after`` s ago.

    Its network is declared in the folders ``of``; without any it is the default one.
    """
    net = replace(network("compact", *of), digest="0123456789abcdef" * 4)
    world = rehearsed(net, *(service.name for service in net.services), seed=seed)
    world.sleep(timedelta(seconds=well))
    lost = hosts_named(net, names)
    for host in sorted(lost):
        world.truth.plant.power_off(host)
    world.sleep(timedelta(seconds=after))
    return StoreLoss(net, world, lost)


def host_of(net: Network, store: StoreName, site: str) -> HostName:
    """Return the host that holds ``store`` at ``site``."""
    declared: Store = next(one for one in net.stores if one.name == store)
    copy = declared.copy_at(SiteName(site))
    assert copy
    return copy.host
