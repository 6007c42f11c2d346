"""The log of a simulated database: one history, and the members that have another end of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from dr.logs.seam import LogProgress
from inventory.names import HostName

ROW_BYTES = 100_000
"""what one row costs in the log, with all that is written beside it"""


@dataclass(slots=True)
class Stray:
    """A member whose log went on past the fork, by itself."""

    timeline: int
    """that it wrote on"""
    fork: int
    """rows that it shares with the present history"""
    rows: list[str]
    """that nobody else may have"""
    until: timedelta = timedelta()
    """when it stops by itself"""
    writes: bool = False
    """whether it believes still that it leads"""
    hears: frozenset[HostName] = frozenset()
    """standbys that follow it still"""
    kept: bool = False
    """whether a copy was made of all ``rows``"""

    def moved_before(self, fork: int, gone: list[str]) -> None:
        """Let it have left at ``fork`` already, where ``gone`` were the rows after that."""
        if fork < self.fork:
            self.rows[:0] = gone[: self.fork - fork]
            self.fork, self.kept = fork, False


@dataclass(slots=True, kw_only=True)
class SimulatedLog:
    """Rows of the present history, and where each member stands in it."""

    log: list[str] = field(default_factory=list)
    """acknowledged and unacknowledged, as the leader has them"""
    missing: dict[HostName, int] = field(default_factory=dict)
    """rows at the end that a standby does not have, whatever it says"""
    unsent: dict[HostName, int] = field(default_factory=dict)
    """rows at the end that did not reach a standby yet"""
    still: dict[HostName, int] = field(default_factory=dict)
    """where those stand that receive the log and no longer replay it"""
    twins: dict[HostName, int] = field(default_factory=dict)
    """where those stand that have a history of their own of the present timeline"""
    strays: dict[HostName, Stray] = field(default_factory=dict)
    forks: int = 0
    """how often the leader changed"""

    @property
    def timeline(self) -> int:
        """The present one; 1 is the first."""
        return self.forks + 1

    def write(self, row: str, followers: Iterable[tuple[HostName, bool]]) -> set[HostName]:
        """Append ``row`` as the leader; return who has it as well.

        ``followers`` are the other members, each with whether the leader's log reaches it.
        """
        self.log.append(row)
        has = set()
        for host, reached in followers:
            if reached:
                has.add(host)
                self.unsent.pop(host, None)
            else:
                self.unsent[host] = self.unsent.get(host, 0) + 1
        return has

    def lacks(self, host: HostName) -> int:
        """Return how many rows at the end ``host`` does not have."""
        return self.missing.get(host, 0) + self.unsent.get(host, 0)

    def caught_up(self, host: HostName) -> int:
        """Let ``host`` have everything; return how many rows it lacked."""
        lacked = self.lacks(host)
        self.missing.pop(host, None)
        self.unsent.pop(host, None)
        return lacked

    def fork(self, heir: HostName, others: Iterable[HostName]) -> int:
        """Begin a timeline where the log of ``heir`` ends; return how many rows it lacked.

        Whoever of ``others`` has more becomes a stray.
        """
        behind = self.caught_up(heir)
        gone = self.log[len(self.log) - behind :] if behind else []
        if behind:
            del self.log[-behind:]
        for host in others:
            ahead = behind - self.caught_up(host)
            if ahead > 0 and host not in self.strays:
                self.strays[host] = Stray(self.timeline, len(self.log), gone[:ahead])
            elif ahead < 0:
                self.unsent[host] = -ahead
        for stray in self.strays.values():
            stray.moved_before(len(self.log), gone)
        self.forks += 1
        return behind

    def count(self, row: str, host: HostName) -> int:
        """Return how often ``row`` stands in the log of ``host``."""
        stray = self.strays.get(host)
        if stray is None:
            return self.log.count(row)
        return self.log[: stray.fork].count(row) + stray.rows.count(row)

    def progress(self, host: HostName, followers: Iterable[HostName]) -> LogProgress:
        """Return how far ``host`` came; it sends its log to ``followers``."""
        stray = self.strays.get(host)
        if stray is not None:
            received = stray.fork + len(stray.rows)
            return LogProgress(
                stray.timeline, received * ROW_BYTES, received * ROW_BYTES, frozenset(followers)
            )
        received = self.twins.get(host, len(self.log) - self.lacks(host))
        return LogProgress(
            timeline=self.timeline,
            received=received * ROW_BYTES,
            replayed=min(self.still.get(host, received), received) * ROW_BYTES,
            sends_to=frozenset(followers),
        )
