"""Looks at what hosts would bring back that were given up, keeps it, and lets them take part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from core.clock import Clock, wait_until
from core.errors import Unreachable
from dr.accepting import admit, demand_unmoved
from dr.admission import Beside, Exclusion, brought_back
from dr.doors import Doors
from dr.logs.tail import Tail
from dr.planning.reseed import demand_kept
from inventory.names import HostName
from inventory.network import Database, Network

_SETTLES: Final = timedelta(seconds=60)
"""a Patroni that starts needs some seconds to find the fork, and to rewind"""
_EVERY: Final = timedelta(seconds=1)


class ReturnedCopy(Protocol):
    """One copy of a database on a host that was given up; each look may raise WorldError."""

    def is_of_one_history(self) -> bool:
        """Tell whether it leads, or receives the leader's log on the leader's timeline."""

    def beside(self) -> Beside:
        """Return what its host says of this database beside the copy."""

    def leader(self) -> HostName:
        """Return from whom it would be made anew; PlanRefused: nobody leads."""

    def keep(self, leader: HostName) -> Tail | None:
        """Return what only this copy may hold, kept if that was possible; None: nothing."""


@dataclass(frozen=True, slots=True)
class Admitting:
    """Of the hosts that are ``waiting``, all of which are kept out."""

    network: Network
    clock: Clock
    doors: Doors
    copy: Callable[[Database, HostName], ReturnedCopy]
    waiting: Mapping[HostName, Exclusion]

    def look(self, *, rows: bool = False) -> Iterator[str]:
        """Keep what only these hosts hold; yield a sentence for each thing, or that it is nothing.

        ``rows`` says whether the first rows of it are named, by their keys: for a person's eyes.

        Raises:
            PlanRefused: something could not be kept, or nobody leads a database.
            Rejected, Unreachable: a host did not say, or somebody moves what is theirs now.
            NotSeen: Patroni did not, or nobody told whether somebody moves it.
        """
        demand_unmoved(self.network, self.doors, self.waiting)
        for database in self.network.databases:
            for member in database.members:
                if member.host in self.waiting:
                    yield from self._of_copy(database, member.host, rows=rows)

    def admit(self) -> Iterator[str]:
        """Let them take part in everything again; as ``dr.accepting.admit`` does.

        Raises:
            Rejected: as that, or a run moves what they may take part in.
            NotSeen: as that, or nobody told whether one does.
            Unreachable: as that.
        """
        demand_unmoved(self.network, self.doors, self.waiting)
        yield from admit(self.network, self.doors, self.waiting)

    def _of_copy(self, database: Database, host: HostName, *, rows: bool) -> Iterator[str]:
        copy = self.copy(database, host)

        def settled() -> bool:
            return copy.is_of_one_history() or copy.beside().is_apart

        what = f"the copy of {database.name} on {host}"
        with suppress(Unreachable):  # whatever it does by then, what it holds is kept
            wait_until(self.clock, settled, what=what, bound=_SETTLES, every=_EVERY)
        tail = None if copy.is_of_one_history() else copy.keep(copy.leader())
        demand_kept(tail)
        yield from brought_back(database.name, host, tail, copy.beside(), rows=rows)
