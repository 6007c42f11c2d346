"""Citizens who write on a fixed schedule, and remember what was acknowledged."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from inventory.names import HostName

if TYPE_CHECKING:
    from dr.simulation.world import World

EVERY: Final = timedelta(milliseconds=50)


class Citizens:
    """20 writes a second through the service address."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sent = 0
        self.acknowledged: list[tuple[timedelta, str]] = []
        self.routes: list[frozenset[HostName]] = [frozenset(world.announcing)]
        """who announced the address, each time that changed"""
        world.timeline.at(EVERY, self._write)

    def note_route(self) -> None:
        """Remember who announces the address now."""
        self.routes.append(frozenset(self._world.announcing))

    @property
    def gap(self) -> timedelta:
        """The longest time between two acknowledged writes."""
        times = [at for at, _ in self.acknowledged]
        return max((later - earlier for earlier, later in pairwise(times)), default=timedelta())

    @property
    def lost(self) -> list[str]:
        """Acknowledged writes that are gone."""
        kept = set(self._world.database.log)
        return [row for _, row in self.acknowledged if row not in kept]

    def _write(self) -> None:
        self._sent += 1
        row = f"citizen-{self._sent}"
        if self._world.announcing and self._world.database.insert(row):
            self.acknowledged.append((self._world.elapsed(), row))
        self._world.timeline.at(EVERY, self._write)
