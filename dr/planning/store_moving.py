"""The steps by which a store begins elsewhere, since its writer is lost. Pure.

Nothing is asked of what is lost. Once it is proven to be unable to write, the host with the newest
recovery point is ordered to begin from it; when it serves, the record follows, and the address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from core.runs.plan import RunName, Step, StepId
from dr.actions import Action, AnnounceService, ClaimWorkload, MovePlacement, ReleaseWorkload
from dr.admission import to_exclude
from dr.facts import StoreFacts
from dr.hosts.edges import STANDS
from dr.hosts.epochs import LENT
from dr.loss_actions import AcceptOrigin, BeginStore, Exclude, Readmit, RefuseOrigin
from dr.placement import Claim, Placement
from dr.planning.fencing import APPROVE, Fencing
from dr.planning.plan import Phase, RecoveryStep
from dr.planning.refusing import able_among, borders, without_word
from dr.planning.request import StoreMove
from dr.planning.rerouting import SECOND, ids
from dr.planning.store_bound import StoreLoss, loss_of
from dr.watch.observers import observers
from inventory.names import HostName, SiteName
from inventory.network import Network
from storage.points import RecoveryPoint

_BEGINS: Final = 5 * SECOND
"""until it looks for orders, a snapshot is made, and what serves it was started"""
_PATIENCE: Final = timedelta(minutes=1)
"""while it tries in vain to fetch from who is lost it hears of nothing"""


@dataclass(frozen=True, slots=True)
class StoreMoving:
    """One store on its way, by ``run``."""

    network: Network
    move: StoreMove
    facts: StoreFacts
    placed: Placement
    claim: Claim
    former: HostName
    point: RecoveryPoint
    run: RunName

    @property
    def epoch(self) -> int:
        """Under which it is written elsewhere."""
        return self.placed.epoch + 1

    @property
    def target(self) -> SiteName:
        """Where it is written then."""
        return self.network.host(self.move.host).site

    @property
    def loss(self) -> StoreLoss:
        """What may be lost."""
        return loss_of(self.facts, self.move)

    def steps(self) -> Iterator[RecoveryStep]:
        """Yield the steps, each after those that it needs."""
        name, run = self.move.store.name, self.run
        claim = ClaimWorkload(name, run, self.claim.number + 1)
        release = ReleaseWorkload(name, run)
        declare = self._step("declare", Phase.DECLARE, claim, undo=release)
        excluded = [*self._exclude(declare.id)]
        fences = [*excluded, *self._fences(declare.id, ids(excluded))]
        begin = self._begin((declare.id, *ids(fences)))
        record = MovePlacement(name, self.placed.site, self.target, self.epoch, run)
        place = replace(
            self._step("place", Phase.REROUTE, record, (begin.id,)), point_of_no_return=True
        )
        announced = AnnounceService(name, self.move.host, self.epoch)
        announce = self._step("announce", Phase.REROUTE, announced, (place.id,))
        yield from (declare, *fences, begin, place, announce)
        yield self._step("close", Phase.CLOSE, release, (announce.id,))

    def _exclude(self, claim: StepId) -> Iterator[RecoveryStep]:
        if hosts := to_exclude(self.network, self.move.lost):
            action = Exclude(hosts, self.facts.at, self.move.store.name, self.run)
            undo = Readmit(hosts, self.run)
            yield self._step("exclude", Phase.DRAIN, action, (claim,), undo=undo)

    def _fences(self, claim: StepId, excluded: tuple[StepId, ...]) -> Iterator[RecoveryStep]:
        """Yield the proof that its writer cannot be reached by who writes to it.

        Whoever has power may be heard where nobody looks, at its own site. It renews the address
        no more once it is given up, and so has lost it by the time that nobody saw it for so long.
        """
        signs, origin = self.facts.signs, self.placed.site
        fencing = Fencing(self.network, self.move, signs, {}, [self.former], LENT + STANDS)
        yield from fencing.steps((excluded or (claim,))[-1], self.epoch, self._prefix)
        silent = without_word(signs, [self.former])
        asked = borders(self.network, origin, self.move.lost) if silent else ()
        for border in able_among(asked, signs, silent)[0]:
            refuse = RefuseOrigin(self.move.store.name, origin, border)
            accept = AcceptOrigin(self.move.store.name, origin, border)
            yield self._step(f"refuse-{border}", Phase.DRAIN, refuse, (claim,), undo=accept)

    def _begin(self, needs: tuple[StepId, ...]) -> RecoveryStep:
        holders, lost = self.move.store.hosts, self.move.lost
        action = BeginStore(
            store=self.move.store.name,
            host=self.move.host,
            point=self.point.origin,
            epoch=self.epoch,
            former=self.former,
            observers=self._observers,
            others=tuple(h for h in holders if h not in lost and h != self.move.host),
            without=tuple(host for host in holders if host in lost),
            run=self.run,
        )
        return replace(
            self._step("begin", Phase.PROMOTE, action, needs),
            deadline=_PATIENCE,
            expected=_BEGINS,
            point_of_no_return=True,
            # who asked accepts what is above the promise; a second person does as well
            gate=APPROVE if self.loss.exceeds else None,
        )

    @property
    def _observers(self) -> tuple[HostName, ...]:
        signs = self.facts.signs.get(self.former)
        return tuple(signs.answers) if signs else tuple(observers(self.network, [self.former]))

    @property
    def _prefix(self) -> str:
        return f"{self.move.store.name}."

    def _step(
        self,
        name: str,
        phase: Phase,
        action: Action,
        needs: tuple[StepId, ...] = (),
        *,
        undo: Action | None = None,
    ) -> RecoveryStep:
        place = (StepId(f"{self._prefix}{name}"), action, phase, needs)
        return Step(*place, epoch=self.epoch, undo=undo)
