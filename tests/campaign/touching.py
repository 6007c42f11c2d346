"""What was harmed when: who is judged dead while nothing was done to them is judged falsely."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from core.clock import Clock
from inventory.names import HostName
from inventory.network import Network
from tests.campaign.rounds import Act, Harm, Round

_AFTERWARDS: Final = timedelta(seconds=30)
"""in which a host that was harmed comes back"""
_HOSTS: Final = {Harm.HOST_OFF, Harm.HOST_FROZEN, Harm.VOTER_OFF}
_WAYS: Final = {Harm.LINK_CUT, Harm.LINK_SILENT, Harm.PAIR_CUT}
"""one of them leaves another way to each host; two may not"""


@dataclass(slots=True)
class Touches:
    """Rounds in ``network``, and what each may have harmed."""

    network: Network
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
            began <= at <= ended and self._may_kill(what, host) for began, ended, what in self.spans
        )

    def _may_kill(self, what: Round, host: str) -> bool:
        if what.act in {Act.SITE_LOST, Act.LEADER_LOST, Act.REGION_LOST}:
            return True
        ways = [one for one in what.strikes if one.harm in _WAYS]
        struck = {one.what for one in what.strikes if one.harm in _HOSTS}
        return host in struck or self._borders_of(host) <= struck or len(ways) > 1

    def _borders_of(self, host: str) -> set[str]:
        """Return who passes on all that comes to ``host`` from other sites."""
        site = self.network.host(HostName(host)).site
        return {one.name for one in self.network.hosts_at(site) if one.forwards}
