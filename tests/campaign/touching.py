"""What was harmed when: who is judged dead while nothing was done to them is judged falsely."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from core.clock import Clock
from tests.campaign.rounds import Act, Harm, Round

_AFTERWARDS: Final = timedelta(seconds=30)
"""in which a host that was harmed comes back"""
_HOSTS: Final = {Harm.HOST_OFF, Harm.HOST_FROZEN, Harm.VOTER_OFF}
_WAYS: Final = {Harm.LINK_CUT, Harm.LINK_SILENT, Harm.PAIR_CUT}
"""one of them leaves another way to each host; two may not"""


@dataclass(slots=True)
class Touches:
    """Rounds, and what each may have harmed."""

    spans: list[tuple[datetime, datetime, Round]] = field(default_factory=list)

    @contextmanager
    def by(self, what: Round, clock: Clock) -> Iterator[None]:
        """Remember that ``what`` lasted as long as the block."""
        began = clock.now()
        try:
            yield
        finally:
            self.spans.append((began, clock.now() + _AFTERWARDS, what))

    def touched(self, host: str, at: datetime) -> bool:
        """Whether something was done by which ``host`` may be dead for others at ``at``."""
        return any(
            began <= at <= ended and _may_kill(what, host) for began, ended, what in self.spans
        )


def _may_kill(what: Round, host: str) -> bool:
    if what.act in {Act.SITE_LOST, Act.LEADER_LOST, Act.REGION_LOST}:
        return True
    ways = [one for one in what.strikes if one.harm in _WAYS]
    struck = [one for one in what.strikes if one.harm in _HOSTS and one.what == host]
    return bool(struck) or len(ways) > 1
