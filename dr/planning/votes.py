"""Which lost votes are taken out of the quorum, so that it bears another loss. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dr.facts import Vote
from inventory.names import HostName


@dataclass(frozen=True, slots=True)
class Votes:
    """How much of the quorum is left."""

    left: int
    of: int
    retired: int = 0
    """how many of the lost votes the plan takes out"""

    @property
    def tolerated(self) -> int:
        """How many more voters may be lost; negative: there is no quorum."""
        return tolerated(self.left, self.of)

    @property
    def tolerated_then(self) -> int:
        """How many more may be lost, once the plan took out what it takes out."""
        return tolerated(self.left, self.of - self.retired)


def tolerated(well: int, of: int) -> int:
    """Return how many of ``well`` voters may be lost, of ``of``; negative: they are too few."""
    return well - of // 2 - 1


def to_retire(
    votes: Mapping[HostName, Vote] | None, lost: Collection[HostName]
) -> dict[HostName, str]:
    """Return the vote of each lost voter that is to be taken out, in the order of ``votes``.

    Nobody, where another loss is borne without it, or not even with it; or where it cannot be
    seen who votes.
    """
    gone = {host: vote.number for host, vote in (votes or {}).items() if host in lost}
    well = sum(vote.is_well for host, vote in (votes or {}).items() if host not in lost)
    of = len(votes or {})
    helps = tolerated(well, of) == 0 < tolerated(well, of - len(gone))
    return gone if helps else {}
