"""Patroni itself: a leader without a copy goes on once it is told to, and waits until then."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import patroni.postgresql  # noqa: F401 - before its ``ha``, which would import itself
import pytest
from patroni import ha
from patroni.postgresql.misc import PostgresqlState
from patroni.postgresql.sync import SyncHandler

from leadership.prompt_ha import PromptHa

OWN, OTHER = "ndc01-data", "ndc02-data"
NOBODY, ANYBODY, TO_OTHER = "", "ANY 1 (*)", f'ANY 1 ("{OTHER}")'


class Server:
    """A PostgreSQL that leads, and has no standby."""

    name = OWN
    supports_multiple_sync = True
    supports_quorum_commit = True
    state = PostgresqlState.RUNNING
    sync_handler: SyncHandler

    def __init__(self, waits_for: str) -> None:
        self.waits_for = waits_for
        self.config = SimpleNamespace(set_synchronous_standby_names=self._set)

    def _set(self, waits_for: str | None) -> bool:
        before, self.waits_for = self.waits_for, waits_for or NOBODY
        return before != self.waits_for

    def synchronous_standby_names(self) -> str:
        return self.waits_for

    def pg_stat_replication(self) -> list[Any]:
        return []

    def is_primary(self) -> bool:
        return True

    def get_primary_timeline(self) -> int:
        return 1

    def reset_cluster_info_state(self, _: object) -> None:
        """Forget nothing: there is nothing that it remembers."""

    def last_operation(self) -> int:
        return 0

    def query(self, *_: object, **__: object) -> None:
        """Write nothing: nobody replicates it."""

    def synchronous_commit(self) -> str:
        return "on"


class Leader(PromptHa):
    """The Patroni of ``server``, which leads since long; it is not started."""

    def __init__(self, server: Server, *voters: str, leader: str = OWN) -> None:
        self._silent = frozenset[str]()
        self._promote_timestamp = 1.0
        self.state_handler = server
        server.sync_handler = SyncHandler(server)
        self.dcs = SimpleNamespace(loop_wait=2, write_sync_state=self._write)
        self.sync = SimpleNamespace(voters=list(voters), leader=leader, quorum=0, version=1)
        self.cluster = SimpleNamespace(sync=self.sync, members=[])

    def _maybe_enable_synchronous_mode(self) -> SimpleNamespace:
        return self.sync

    def _write(
        self, leader: str, voters: list[str], quorum: int, *, version: int
    ) -> SimpleNamespace:
        self.sync = SimpleNamespace(
            voters=list(voters), leader=leader, quorum=quorum, version=version + 1
        )
        self.cluster.sync = self.sync
        return self.sync


@pytest.fixture
def told() -> Iterator[Any]:
    """Yield what tells leaders whether they stop without a copy."""

    def tell(*, stops: bool) -> None:
        settings: dict[str, object] = {
            "synchronous_mode": "quorum",
            "synchronous_mode_strict": stops,
            "synchronous_node_count": 1,
        }
        ha.global_config.update(None, settings)

    yield tell
    ha.global_config.update(None, {})


def test_a_leader_whose_last_copy_goes_waits_for_anybody_where_it_is_to_stop(told: Any) -> None:
    told(stops=True)
    server = Server(TO_OTHER)

    Leader(server, OTHER).process_sync_replication()

    assert server.waits_for == ANYBODY


def test_it_goes_on_once_it_is_told_to(told: Any) -> None:
    told(stops=True)
    server = Server(TO_OTHER)
    leader = Leader(server, OTHER)
    leader.process_sync_replication()

    told(stops=False)
    leader.process_sync_replication()

    assert server.waits_for == NOBODY


def test_one_that_is_to_stop_still_waits_still(told: Any) -> None:
    told(stops=True)
    server = Server(ANYBODY)

    Leader(server).process_sync_replication()

    assert server.waits_for == ANYBODY


@pytest.mark.parametrize(
    ("voters", "leader"), [((OTHER,), OWN), ((), OTHER)], ids=["a voter", "another's word"]
)
def test_where_others_may_have_what_it_acknowledges_nothing_is_changed_in_haste(
    told: Any, voters: tuple[str, ...], leader: str
) -> None:
    told(stops=False)
    made = Leader(Server(ANYBODY), *voters, leader=leader)

    assert not made._waits_and_need_not()
