"""Who is excluded in a simulated network, and a person who admits what is back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.errors import NotSeen, Rejected, Unreachable, WorldError
from dr.accepting import admit
from dr.admission import Exclusion
from dr.doors import Doors
from dr.placement import Claim
from dr.simulation.truth import Truth
from inventory.names import HostName, PlacedName

_LOOKS_EVERY: Final = (30.0, 120.0)
"""seconds"""


@dataclass(frozen=True, slots=True)
class SimulatedExclusions:
    """Keeps the promise of ``dr.loss_doors.ExclusionsDoor``."""

    truth: Truth
    host: HostName | None = None
    """where it is asked from; None: from the operator's machine"""

    def excluded(self) -> Mapping[HostName, Exclusion]:
        """Return every host that is excluded."""
        if not self._answers:
            raise NotSeen("no quorum answers", refused=False)
        return dict(self.truth.excluded)

    def exclude(
        self, hosts: Sequence[HostName], exclusion: Exclusion, service: PlacedName, claim: Claim
    ) -> None:
        """Exclude each of ``hosts`` that is not, while ``claim`` stands."""
        self._demand_writes()
        if self.truth.claim(service) != claim:
            raise Rejected(f"the claim on {service} is another")
        for host in hosts:
            if host not in self.truth.excluded:
                self.truth.excluded[host] = exclusion
                self.truth.changes += 1
                self.truth.around.tell("excluded", host, text=exclusion.run)

    def admit(self, exclusions: Mapping[HostName, Exclusion]) -> None:
        """Exclude none of those of ``exclusions`` any more."""
        self._demand_writes()
        standing = {
            host: self.truth.excluded[host] for host in exclusions if host in self.truth.excluded
        }
        if any(standing[host] != exclusions[host] for host in standing):
            raise Rejected("another run excluded it")
        for host in standing:
            del self.truth.excluded[host]
            self.truth.changes += 1
            self.truth.around.tell("admitted", host)

    @property
    def _answers(self) -> bool:
        quorum = self.truth.quorum
        return quorum.answers if self.host is None else quorum.reached_from(self.host)

    def _demand_writes(self) -> None:
        if not self._answers:
            raise Unreachable("no quorum answers")
        if self.truth.quorum.alarms:
            raise Rejected("the quorum takes no writes")


class Admissions:
    """A person who admits what was given up, some while after it is back."""

    def __init__(self, truth: Truth, doors: Doors) -> None:
        self._truth = truth
        self._doors = doors
        self._look()

    def _look(self) -> None:
        pause = timedelta(seconds=self._truth.around.dice.uniform(*_LOOKS_EVERY))
        self._truth.timeline.at(pause, self._look)
        runs = self._truth.plant.runs
        for host, exclusion in list(self._truth.excluded.items()):
            if runs(host):
                with suppress(WorldError):
                    for _ in admit(self._truth.network, self._doors, {host: exclusion}):
                        pass
