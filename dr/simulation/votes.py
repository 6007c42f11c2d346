"""The votes of a simulated quorum, as the operator reads and changes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import NotSeen, Rejected, Unreachable
from dr.simulation.truth import Truth
from inventory.names import HostName


@dataclass(frozen=True, slots=True)
class SimulatedVotes:
    """Keeps the promise of ``dr.doors.VotesDoor``."""

    truth: Truth

    def votes(self) -> Mapping[HostName, str]:
        """Return who votes, as a majority has it."""
        quorum = self.truth.quorum
        if not quorum.answers:
            raise NotSeen("no quorum answers for its votes", refused=False)
        return {voter: quorum.number(voter) for voter in quorum.members}

    def is_well(self, host: HostName) -> bool:
        """Tell whether ``host`` is of the majority, and answers the operator."""
        return host in self.truth.quorum.majority() and self.truth.plant.seen(host)

    def retire(self, host: HostName, number: str) -> None:
        """Take the vote out, if that leaves a majority to those who are there."""
        quorum = self.truth.quorum
        if not quorum.answers:
            raise Unreachable("no quorum answers")
        if quorum.alarms:
            raise Rejected("the quorum takes no writes")
        if host in quorum.retired or quorum.number(host) != number:
            return
        left = len(quorum.majority() - {host})
        if 2 * left <= len(quorum.members) - 1:
            raise Rejected("too few started members would be left")
        quorum.retired.add(host)
        self.truth.changes += 1
        self.truth.around.tell("retired", host, number=len(quorum.members))
