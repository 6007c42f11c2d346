"""Whether a new leader has all that the former one wrote.

It has, if the former stopped in good order, and its last record on its timeline lies at or
before the point where the new leader's timeline leaves it. Sources: the former's own disk,
and the history that Patroni keeps of the new one.
"""

from __future__ import annotations

from dataclasses import dataclass

from inventory.names import DatabaseName, HostName
from ndc.adapters.reach import Reach
from ndc.clients import patroni
from ndc.clients.log_end import LogEnd


@dataclass(frozen=True, slots=True)
class Handover:
    """Where the old log ends, and where the new one leaves it."""

    end: LogEnd
    fork: int
    """in bytes from the log's beginning"""

    @property
    def complete(self) -> bool:
        """Whether nothing of the old log is missing in the new one."""
        return self.end.location <= self.fork


def handover(
    reach: Reach, database: DatabaseName, host: HostName, former: HostName
) -> Handover | None:
    """Return how ``host`` took over from ``former``; None: not told yet, or not any more.

    Raises:
        Rejected, Unreachable: nothing is known.
    """
    end = reach.log_end(database, former)
    timeline = next((m.timeline for m in reach.members(database) if m.name == host), None)
    if not end.final or timeline != end.timeline + 1:
        return None
    fork = patroni.forks(reach.rest, reach.patroni(host)).get(end.timeline)
    return None if fork is None else Handover(end, fork)
