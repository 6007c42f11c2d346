"""Whether a new leader has all that the former one wrote: the two logs say. Pure.

It has, if the former stopped in good order, and its last record on its timeline lies at or
before the point where the new leader's timeline leaves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogEnd:
    """The last record that a server wrote while it led, as far as its disk still tells."""

    timeline: int
    location: int
    """of the checkpoint that the server would start from, in bytes from the log's beginning"""
    final: bool
    """whether it is a shutdown checkpoint, with nothing after it on its timeline"""


@dataclass(frozen=True, slots=True)
class Succession:
    """Where the old log ends, and where the new one leaves it."""

    end: LogEnd
    fork: int
    """in bytes from the log's beginning"""

    @property
    def complete(self) -> bool:
        """Whether nothing of the old log is missing in the new one."""
        return self.end.location <= self.fork


@dataclass(frozen=True, slots=True)
class Untold:
    """That nobody can tell how one leader followed another: not yet, or not any more."""

    reason: str


def succession(end: LogEnd, timeline: int | None, forks: Mapping[int, int]) -> Succession | Untold:
    """Return how the leader of ``timeline`` followed the one whose log has ``end``.

    ``forks`` says where each timeline that is over was left. Untold is, for example, a former
    leader that crashed, was rewound, or stopped again since.
    """
    if not end.final:
        return Untold(f"the old log was not shut down on timeline {end.timeline}")
    if timeline != end.timeline + 1:
        now = f"timeline {timeline}" if timeline is not None else "a timeline that was not told"
        return Untold(f"the old log ends on timeline {end.timeline}, and {now} is led now")
    if end.timeline not in forks:
        return Untold(f"where timeline {end.timeline} was left is not written down")
    return Succession(end, forks[end.timeline])
