"""The simulated quorum: it exists where most votes have power, go on and reach each other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from dr.simulation.plant import Plant
from inventory.names import HostName


@dataclass(slots=True)
class Quorum:
    """One vote a voter; nobody reads or writes who does not reach most of them."""

    plant: Plant
    lost: set[HostName] = field(default_factory=set)
    """voters whose etcd does not run, though their host may"""
    stopped: bool = False
    """every voter's"""
    alarms: frozenset[str] = frozenset()
    """that it raises; with one it takes no writes"""
    retired: set[HostName] = field(default_factory=set)
    """voters whose vote was taken out"""
    seats: dict[HostName, int] = field(default_factory=dict)
    """how often each voter was given a vote anew; absent: never"""

    _known: tuple[object, frozenset[HostName]] = (None, frozenset())
    """the last answer, and what it was given for"""
    _reached: dict[HostName, bool] = field(default_factory=dict)
    """who reaches it, as long as that answer stands"""

    def majority(self) -> frozenset[HostName]:
        """Return the voters that are one quorum now; empty: there is none."""
        now = (self.plant.changes, self.stopped, frozenset(self.lost), frozenset(self.retired))
        if self._known[0] != now:
            self._known = (now, self._majority())
            self._reached.clear()
        return self._known[1]

    @property
    def members(self) -> tuple[HostName, ...]:
        """Return who votes, of the declared voters."""
        return tuple(voter for voter in self.plant.network.voters if voter not in self.retired)

    def number(self, voter: HostName) -> str:
        """Return the number of the vote that ``voter`` has, or had last."""
        return f"{voter}-{self.seats.get(voter, 0)}"

    def seat(self, voter: HostName) -> None:
        """Give ``voter`` a vote again, under another number."""
        self.retired.discard(voter)
        self.seats[voter] = self.seats.get(voter, 0) + 1

    def _majority(self) -> frozenset[HostName]:
        groups: dict[HostName, set[HostName]] = defaultdict(set)
        voters = self.members
        for voter in voters:
            if self.plant.runs(voter) and voter not in self.lost:
                first = next((one for one in groups if self.plant.joined(one, voter)), voter)
                groups[first].add(voter)
        largest = max(groups.values(), key=len, default=set())
        enough = 2 * len(largest) > len(voters) and not self.stopped
        return frozenset(largest if enough else ())

    def reached_from(self, host: HostName) -> bool:
        """Whether programs on ``host`` can read and write what it keeps."""
        majority = self.majority()
        if host not in self._reached:
            self._reached[host] = any(self.plant.reaches(host, voter) for voter in majority)
        return self._reached[host]

    @property
    def answers(self) -> bool:
        """Whether the operator can read it."""
        return any(self.plant.seen(voter) for voter in self.majority())
