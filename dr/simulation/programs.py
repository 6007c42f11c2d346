"""Programs on simulated hosts: what they do a moment later, if they still run by then."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from dr.simulation.plant import Plant
from inventory.names import HostName


@dataclass(frozen=True, slots=True)
class SimulatedPrograms:
    """Those of one kind on all hosts of ``plant``; each pause between two acts is drawn."""

    plant: Plant
    dice: random.Random
    longest: timedelta
    """pause"""

    def later(self, host: HostName, event: Callable[[], None]) -> None:
        """Let ``event`` happen on ``host`` a little later.

        Where programs stand still by then, it happens when they go on; where the power went
        meanwhile, never.
        """
        life = self.plant.life(host)

        def happen() -> None:
            if host in self.plant.frozen:
                self.later(host, event)
            elif host not in self.plant.off and self.plant.life(host) == life:
                event()

        pause = timedelta(
            milliseconds=self.dice.randint(1, self.longest // timedelta(milliseconds=1))
        )
        self.plant.clock.at(pause, happen)
