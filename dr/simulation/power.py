"""Power ports and the sight of hosts in a simulated network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.errors import NotSeen, Rejected, Unreachable
from dr.facts import Supply
from dr.simulation.truth import Truth
from inventory.names import HostName

_LONG_AGO: Final = -timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SimulatedPower:
    """Keeps the promise of ``dr.doors.PowerDoor``."""

    truth: Truth

    def state(self, host: HostName) -> Supply:
        """Return how the power of ``host`` is now."""
        plant = self.truth.plant
        if host in plant.mute_ports or host not in plant.hosts:
            raise NotSeen(f"the power port of {host} does not answer", refused=False)
        return Supply(on=host not in plant.off, life=plant.life(host))

    def off(self, host: HostName, life: str) -> None:
        """Take the power of ``host`` away, if it is in its ``life``."""
        plant = self.truth.plant
        if host in plant.mute_ports:
            raise Unreachable(f"the power port of {host} does not answer")
        if host not in plant.hosts or plant.life(host) != life:
            raise Rejected(f"{host} does not live the life {life}")
        if host not in plant.off:
            since = plant.answers_since.get(host)
            answered = 0 if since is None else (self.truth.timeline.elapsed() - since).seconds
            self.truth.around.tell("power-off", host, number=answered, text=life)
            plant.power_off(host)
            self.truth.changes += 1


@dataclass(frozen=True, slots=True)
class SimulatedSight:
    """Keeps the promise of ``dr.doors.SightDoor``."""

    truth: Truth

    def answering(self, observer: HostName, hosts: Sequence[HostName]) -> frozenset[HostName]:
        """Return those of ``hosts`` whose programs answer ``observer`` over the links."""
        plant = self.truth.plant
        if not plant.seen(observer):
            raise NotSeen(f"{observer} does not answer", refused=False)
        return frozenset(host for host in hosts if plant.reaches(observer, host))

    def up_for(self, host: HostName) -> timedelta:
        """Return how long ago ``host`` booted; a day before the beginning, where it did not."""
        plant = self.truth.plant
        if not plant.seen(host):
            raise NotSeen(f"{host} does not answer", refused=False)
        return self.truth.timeline.elapsed() - plant.booted.get(host, _LONG_AGO)

    def steady(self) -> Mapping[HostName, Mapping[HostName, timedelta]]:
        """Return of each observer whose word stands who answers it without a break."""
        if not self.truth.quorum.answers:
            raise NotSeen("no quorum answers", refused=False)
        words = self.truth.sight_words.standing()
        return {observer: word.steady for observer, word in words.items()}
