"""The simulated quorum's records: placements and claims, as the operator or a host reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from core.errors import NotSeen, Rejected, Unreachable
from dr.placement import Claim, Placement
from dr.simulation.truth import Served, Truth
from inventory.names import HostName, PlacedName

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SimulatedRecords:
    """Keeps the promise of ``dr.doors.RecordsDoor``."""

    truth: Truth
    host: HostName | None = None
    """where it is asked from; None: from the operator's machine"""

    def placement(self, name: PlacedName) -> Placement | None:
        """Return the newest record."""
        return self._read(name, lambda: self.truth.placements(name)[-1])

    def claim(self, name: PlacedName) -> Claim:
        """Return who holds the database, whichever of its services ``name`` is."""
        return self._read(name, lambda: self.truth.claim(name))

    def alarms(self) -> frozenset[str]:
        """Return what the quorum raises alarm about."""
        return self._read(None, lambda: self.truth.quorum.alarms)

    def failed_over(self, name: PlacedName) -> Placement | None:
        """Return the record that a failover made, until its rest is over."""
        return self._read(name, lambda: self.truth.placed(name).resting())

    def swap_placement(
        self,
        name: PlacedName,
        old: Placement | None,
        new: Placement,
        rest: timedelta | None = None,
    ) -> None:
        """Append ``new`` if ``old`` is the newest record, and let it rest for ``rest``."""
        self._demand_writes()
        placements = self.truth.placements(name)
        if placements[-1] not in {old, new}:
            raise Rejected(f"the placement of {name} is another: {placements[-1]}")
        if placements[-1] != new:
            placements.append(new)
            if rest is not None:
                self.truth.placed(name).rests = (new, self.truth.timeline.elapsed() + rest)
            self.truth.changes += 1
            self.truth.around.tell("placed", name, new.site, new.epoch, new.run or "")

    def swap_claim(self, service: PlacedName, old: Claim, new: Claim) -> None:
        """Replace the claim; an order that was not obeyed yet goes with it."""
        self._demand_writes()
        placed = self.truth.placed(service)
        if placed.claim not in {old, new}:
            raise Rejected(f"the claim on {service} is another: {placed.claim}")
        if placed.claim == new:
            return
        self.truth.changes += 1
        placed.claim = new
        if new.run is None and isinstance(placed, Served):
            placed.database.order = None
        what = "claimed" if new.run else "released"
        self.truth.around.tell(what, placed.covered, "", new.number, new.run or "")

    @property
    def _answers(self) -> bool:
        quorum = self.truth.quorum
        return quorum.answers if self.host is None else quorum.reached_from(self.host)

    def _read(self, name: PlacedName | None, read: Callable[[], T]) -> T:
        if not self._answers or (name is not None and name not in self.truth.names):
            raise NotSeen(f"no quorum answers for {name or 'itself'}", refused=False)
        return read()

    def _demand_writes(self) -> None:
        if not self._answers:
            raise Unreachable("no quorum answers")
        if self.truth.quorum.alarms:
            raise Rejected("the quorum takes no writes")
