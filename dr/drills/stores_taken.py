"""From what a drill takes away to the stores that lose their writer by it, and what became of them.

Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.errors import PlanRefused
from dr.drills.store_recovery import KeptApart, StoreRecovery, writer_of
from dr.facts import StoreFacts
from dr.planning.plan import MovedStore
from dr.planning.store_bound import StoreLeft
from dr.tracing import StoreTrail, TracingMark
from inventory.names import HostName, StoreName
from inventory.network import Network
from inventory.storage import Store


@dataclass(frozen=True, slots=True)
class StoresBefore:
    """The stores of a network a moment before something is taken away."""

    facts: Mapping[StoreName, StoreFacts]
    asked: timedelta
    """when they were looked at, since boot of whoever asked"""
    within: timedelta
    """how far off that may be: half of what asking took"""

    def taken_by(self, network: Network, hosts: Collection[HostName]) -> dict[StoreName, HostName]:
        """Return the stores of ``network`` that are written on one of ``hosts``, and on which.

        Raises:
            PlanRefused: nobody can say of a store that one of them holds who writes it.
        """
        held = [store for store in network.stores if not set(hosts).isdisjoint(store.hosts)]
        writers = {store.name: writer_of(self.facts.get(store.name), store) for store in held}
        if unseen := [store for store, host in writers.items() if host is None]:
            raise PlanRefused(
                f"nobody can say who writes {', '.join(unseen)}",
                expected="a placement record of each store that the drill may take",
                actual="none was seen",
                next_step="ndc status storage; when it is green, ask again",
            )
        return {store: host for store, host in writers.items() if host in hosts and host}

    def age(self, moved: MovedStore, source: HostName, at: timedelta) -> timedelta | None:
        """Return how old the point with which ``moved`` begins was ``at`` a moment, at most.

        By the clock of ``source``, which made it; None: that did not answer.
        """
        facts = self.facts.get(moved.store)
        standing = facts.standings.get(source) if facts else None
        if standing is None:
            return None
        shown = standing.at + (at - self.asked)
        return max(shown - moved.made_at, timedelta()) + self.within


@dataclass(frozen=True, slots=True)
class StoresTaken:
    """The stores whose writers are taken away at one moment."""

    before: StoresBefore
    writers: Mapping[StoreName, HostName]
    mark: TracingMark
    taken: timedelta
    """when, since boot of whoever takes them"""

    def recoveries(
        self,
        network: Network,
        moved: Sequence[MovedStore],
        left: Sequence[StoreLeft],
        after: StoresAfter,
    ) -> tuple[StoreRecovery, ...]:
        """Return what became of each, in the order of names.

        ``moved`` and ``left`` is what the plan said of them; of one of which it said nothing, none.
        """
        return tuple(
            self._recovery(
                network.store(name),
                next((one for one in moved if one.store == name), None),
                next((one for one in left if one.store == name), None),
                after,
            )
            for name in sorted(self.writers)
        )

    def _recovery(
        self,
        store: Store,
        moved: MovedStore | None,
        left: StoreLeft | None,
        after: StoresAfter,
    ) -> StoreRecovery:
        name, source = store.name, self.writers[store.name]
        return StoreRecovery(
            store=store,
            source=source,
            taken=self.mark.at(self.taken),
            within=self.mark.within,
            trail=after.trails.get(name),
            moved=moved,
            left=left,
            age=self.before.age(moved, source, self.taken) if moved else None,
            after=after.facts.get(name),
            apart=None if after.apart is None else after.apart.get(name, ()),
        )


@dataclass(frozen=True, slots=True)
class StoresAfter:
    """How stores stood at the end."""

    trails: Mapping[StoreName, StoreTrail]
    """what became of tracers; of a store of which nobody can say, none"""
    facts: Mapping[StoreName, StoreFacts]
    apart: Mapping[StoreName, tuple[KeptApart, ...]] | None
    """who keeps what it alone wrote; None: nobody tells"""
