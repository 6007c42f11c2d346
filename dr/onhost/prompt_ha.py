"""Patroni's own decisions, made sooner where it only sleeps, and never in spite of its quorum.

When a leader's place is handed over, ``patroni.ha`` sleeps in whole seconds. Two: "to give
somebody time to take the leader lock", for who stopped leading, and for all who look on while a
candidate is named. One: for standbys to receive the end of the log. Here they end when somebody
holds the key, and when PostgreSQL has ended, which it does once its standbys have received all.
And whether it has stopped is looked at ten times a second instead of once.
"""

from __future__ import annotations

import logging
from typing import Final

import patroni.postgresql  # before its ``ha``, which would import itself
from patroni import ha
from patroni.exceptions import DCSError
from typing_extensions import override

from core.clock import Clock
from core.system_clock import SystemClock
from dr.onhost.pauses import Pauses

_FOR_THE_KEY: Final = 2
_FOR_STANDBYS: Final = 1
_LOOKS_EVERY: Final = 0.1
"""whether a PostgreSQL that is told to stop has stopped"""

_log = logging.getLogger(__name__)


class PromptHa(ha.Ha):
    """What one Patroni does about its member."""

    def __init__(self, daemon: object) -> None:
        super().__init__(daemon)
        ha.time = self.pauses(SystemClock())

    def pauses(self, clock: Clock) -> Pauses:
        """Return by what ``patroni.ha`` is to sleep."""
        return Pauses(clock, {_FOR_THE_KEY: self._another_leads, _FOR_STANDBYS: self._has_ended})

    @override
    def manual_failover_process_no_leader(self) -> bool | None:
        """Tell whether this member takes the place that an order gives to it, or may be free.

        Patroni obeys whatever the candidate has. Where a commit waited for some of those that are
        named, and not for all, the candidate may lack what another confirmed. Then it leads only
        if it would be chosen without an order; else it clears the order, and they choose.
        """
        takes, order = super().manual_failover_process_no_leader(), self.cluster.failover
        is_named = order.leader and order.candidate == self.state_handler.name
        if not takes or not is_named or self._lacks_nothing():
            return takes
        _log.warning("an order names this member, and others may have more: it is cleared")
        self.dcs.manual_failover("", "", version=order.version)
        return False

    def _lacks_nothing(self) -> bool:
        """Tell whether this member has each acknowledged write, as far as the others tell."""
        sync = self.cluster.sync
        if not sync.quorum:
            return True
        # how far it came was asked when this look began, and the last of the log may be here since
        self.state_handler.reset_cluster_info_state(None)
        named = [one for one in self.cluster.members if one.name in sync.members]
        return self._is_healthiest_node(named, check_replication_lag=False)

    def _another_leads(self) -> bool:
        try:
            leader = self.dcs.get_cluster().leader_name
        except DCSError:
            return False
        return leader not in {None, self.state_handler.name}

    def _has_ended(self) -> bool:
        return self.state_handler.is_running() is None


def install() -> None:
    """Have a Patroni that is started next in this process decide so."""
    ha.Ha = PromptHa  # type: ignore[misc, assignment]  # Patroni makes what this name stands for
    patroni.postgresql.STOP_POLLING_INTERVAL = _LOOKS_EVERY
