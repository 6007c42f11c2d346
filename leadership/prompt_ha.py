"""Patroni's own decisions, made sooner where it only sleeps, and never in spite of its quorum.

When a leader's place is handed over, ``patroni.ha`` sleeps in whole seconds. Two: "to give
somebody time to take the leader lock", for who stopped leading, and for all who look on while a
candidate is named. One: for standbys to receive the end of the log. Here they end when somebody
holds the key, and when PostgreSQL has ended, which it does once its standbys have received all.
And whether it has stopped, started or been promoted is looked at ten times a second, not once.

When a leader is lost, a candidate asks everybody how far they came, and gives them two seconds;
here it is one. Whoever leads then waits for ``loop_wait``, so that those commits wait for may
follow it; not here, if none of them answered a moment ago. And a leader that was told to go on
without a copy does.
"""

from __future__ import annotations

import json
import logging
from functools import partial
from typing import Final

import patroni.postgresql  # before its ``ha``, which would import itself
from patroni import ha
from patroni.exceptions import DCSError
from patroni.ha import Member, _MemberStatus
from patroni.utils import polling_loop
from typing_extensions import override

from core.clock import Clock
from core.system_clock import SystemClock
from leadership.pauses import Pauses

_FOR_THE_KEY: Final = 2
_FOR_STANDBYS: Final = 1
_LOOKS_EVERY: Final = 0.1
"""whether a PostgreSQL that is told to stop, to start or to lead has done so"""
_ANSWERS_WITHIN_SECONDS: Final = 1
"""whoever is asked how far it came; who does not counts as silent, and gives no vote"""
_ANYBODY: Final = "*"
"""stands for every standby among those that a commit waits for"""
_LONG_AGO: Final = 1.0
"""a moment of the epoch; at 0 Patroni has yet to look after whom commits wait for"""

_log = logging.getLogger(__name__)


class PromptHa(ha.Ha):
    """What one Patroni does about its member."""

    def __init__(self, daemon: object) -> None:
        super().__init__(daemon)
        self._silent = frozenset[str]()
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

    @override
    def fetch_node_status(self, member: Member) -> _MemberStatus:
        """Return how far ``member`` came, if it answers in time."""
        try:
            answer = self.patroni.request(member, timeout=_ANSWERS_WITHIN_SECONDS, retries=0)
            return _MemberStatus.from_api_response(member, json.loads(answer.data))
        except Exception as error:  # noqa: BLE001 - as Patroni: whatever it is
            _log.warning("%s does not tell how far it came: %s", member.name, error)
        return _MemberStatus.unknown(member)

    @override
    def fetch_nodes_statuses(self, members: list[Member]) -> list[_MemberStatus]:
        """Return how far each of ``members`` came; who was silent is remembered."""
        statuses = super().fetch_nodes_statuses(members)
        self._silent = frozenset(one.member.name for one in statuses if not one.reachable)
        return statuses

    @override
    def process_sync_replication(self) -> None:
        """Look after whom commits wait for; as a new leader not later than that is of use.

        Patroni first writes who waited before, and then who is there, at its next look. Where none
        may follow, that look is now.

        A leader without a copy that is told to stop waits for anybody at all. Patroni leaves it so
        if it is told meanwhile to go on: it looks at copies that come and go, and none does.
        """
        if self._waits_and_need_not():
            self.state_handler.sync_handler.set_synchronous_standby_names((), 0)
        was_new = not self._promote_timestamp
        super().process_sync_replication()
        if was_new and self._promote_timestamp and self._none_may_follow_by_now():
            self._promote_timestamp = _LONG_AGO
            super().process_sync_replication()

    def _waits_and_need_not(self) -> bool:
        """Whether this leader waits for anybody at all, and was told to go on without a copy."""
        sync, name = self.cluster.sync, self.state_handler.name
        return (
            self.is_quorum_commit_mode()
            and not ha.global_config.is_synchronous_mode_strict
            and not {*sync.voters} - {name}
            and sync.leader == name
            and self.state_handler.is_primary()
            and _ANYBODY in self.state_handler.synchronous_standby_names()
        )

    def _none_may_follow_by_now(self) -> bool:
        """Whether it is so by what etcd holds now; False where etcd does not tell."""
        try:
            self.cluster = self.dcs.get_cluster()
        except DCSError:
            return False
        return self._none_may_follow()

    def _none_may_follow(self) -> bool:
        """Whether all for whom commits wait were silent when this member asked for the last time.

        Each of them may follow later: then commits wait for it again, as after two seconds.
        """
        others = {*self.cluster.sync.voters} - {self.state_handler.name}
        return bool(others) and others <= self._silent

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
    patroni.postgresql.polling_loop = partial(polling_loop, interval=_LOOKS_EVERY)
