"""Patroni itself, given our pauses: it waits no longer than it has to, and obeys no blind order."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

import patroni.postgresql  # before its ``ha``, which would import itself
import pytest
from patroni import ha, utils
from patroni.exceptions import DCSError
from patroni.utils import polling_loop
from patroni.version import __version__

from core.host_paths import PATRONI_VERSION
from leadership.prompt_ha import PromptHa, install
from tests.clocks import HandClock

OWN, OTHER, LEADER = "ndc02-data", "ndc03-data", "ndc01-data"
TAKEN_AT = timedelta(seconds=0.3)
SLEEPS = {
    # the leader itself, which runs and leads: none of these ends early
    "_process_quorum_replication": {1},
    "_process_multisync_replication": {2},
    # those that end early
    "demote": {1, 2},
    "process_unhealthy_cluster": {2},
    "shutdown": {1},
}
"""in 4.1.5, by the function, in seconds; a scheduled switch sleeps until its time"""


@dataclass
class Order:
    leader: str = LEADER
    candidate: str = OWN
    version: int = 7


@dataclass
class Sync:
    quorum: int
    members: tuple[str, ...] = (LEADER, OWN, OTHER)


@dataclass
class Store:
    """What etcd holds, as Patroni's client tells it."""

    clock: HandClock
    taken_by: str | None = None
    silent: bool = False
    cleared: list[int] = field(default_factory=list)

    def get_cluster(self) -> SimpleNamespace:
        if self.silent:
            raise DCSError("etcd does not answer")
        taken = self.clock.elapsed() >= TAKEN_AT
        return SimpleNamespace(leader_name=self.taken_by if taken else None, leader=None)

    def manual_failover(self, leader: str, candidate: str, *, version: int) -> None:
        assert (leader, candidate) == ("", "")
        self.cleared.append(version)


@dataclass
class Server:
    """PostgreSQL, as Patroni sees it."""

    name: str = OWN
    runs: bool = True
    asked_anew: int = 0

    def is_running(self) -> object | None:
        return self if self.runs else None

    def reset_cluster_info_state(self, cluster: object) -> None:
        assert cluster is None
        self.asked_anew += 1


def _member(store: Store, quorum: int = 0, order: Order | None = None) -> PromptHa:
    """Return what decides for one member, which is not started."""
    made = PromptHa.__new__(PromptHa)
    made.dcs, made.state_handler = store, Server()
    members = [SimpleNamespace(name=name) for name in (LEADER, OWN, OTHER, "ndc03-data2")]
    made.cluster = SimpleNamespace(failover=order or Order(), sync=Sync(quorum), members=members)
    return made


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return a store by whose clock Patroni sleeps, whichever member is asked."""
    made = Store(HandClock())
    monkeypatch.setattr(ha, "time", _member(made).pauses(made.clock))
    return made


def test_it_is_the_version_that_hosts_get() -> None:
    assert __version__ == PATRONI_VERSION


def test_a_patroni_that_is_started_decides_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ha, "Ha", ha.Ha)
    monkeypatch.setattr(patroni.postgresql, "STOP_POLLING_INTERVAL", 1)
    monkeypatch.setattr(patroni.postgresql, "polling_loop", polling_loop)
    naps: list[float] = []
    monkeypatch.setattr(utils.time, "sleep", naps.append)

    install()

    assert ha.Ha is PromptHa
    assert patroni.postgresql.STOP_POLLING_INTERVAL == 0.1
    looks = patroni.postgresql.polling_loop(2)
    assert (next(looks), next(looks), naps) == (0, 1, [0.1])


def test_patroni_sleeps_where_it_did_when_its_sleeps_were_read() -> None:
    found: dict[str, set[object]] = {}
    asked = Counter[str]()
    for function in ast.walk(ast.parse(inspect.getsource(ha))):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "time":
                asked[node.attr] += 1
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep":
                (length,) = node.args
                if isinstance(length, ast.Constant):
                    found.setdefault(function.name, set()).add(length.value)

    assert {name: lengths for name, lengths in found.items() if name in SLEEPS} == SLEEPS
    assert set(found) - set(SLEEPS) <= {"on_shutdown", "_on_shutdown"}, "inside of those"
    assert set(asked) == {"time", "sleep"}


@pytest.mark.parametrize(
    ("taken_by", "seconds"),
    [(LEADER, 0.3), (OTHER, 0.3), (OWN, 2), (None, 2)],
)
def test_who_looks_on_waits_until_another_holds_the_key(
    store: Store, taken_by: str | None, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.taken_by = taken_by
    member = _member(store, order=Order(candidate=OTHER))
    _looks_on(member, monkeypatch)

    member.process_unhealthy_cluster()

    assert store.clock.elapsed().total_seconds() == pytest.approx(seconds)


def test_while_etcd_does_not_answer_nobody_is_known_to_hold_the_key(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.taken_by, store.silent = OTHER, True
    member = _member(store, order=Order(candidate=OTHER))
    _looks_on(member, monkeypatch)

    member.process_unhealthy_cluster()

    assert store.clock.elapsed() == timedelta(seconds=2)


def _looks_on(member: PromptHa, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, answer in (("is_healthiest_node", False), ("is_paused", False), ("follow", "")):
        monkeypatch.setattr(member, name, _answering(answer))
    member._rewind = SimpleNamespace(trigger_check_diverged_lsn=lambda: None)
    member.patroni = SimpleNamespace(nofailover=False)


def _answering(answer: object) -> Callable[..., object]:
    return lambda *_, **__: answer


@pytest.mark.parametrize(("taken_by", "seconds"), [(OTHER, 0.3), (None, 2)])
def test_who_stopped_leading_waits_until_another_holds_the_key(
    store: Store, taken_by: str | None, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.taken_by = taken_by
    member = _member(store)
    _stops(member, monkeypatch)

    member.demote("graceful")

    assert store.clock.elapsed().total_seconds() == pytest.approx(seconds)


def _stops(member: PromptHa, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``member`` have a PostgreSQL that stops at once, and nothing to wind back."""
    for name in ("release_leader_key_voluntarily", "set_is_leader", "primary_stop_timeout"):
        monkeypatch.setattr(member, name, _answering(None))
    monkeypatch.setattr(member, "is_synchronous_mode", _answering(answer=False))
    monkeypatch.setattr(member, "_get_node_to_follow", _answering(None))
    nothing = _answering(None)
    member._rewind = SimpleNamespace(
        trigger_check_diverged_lsn=nothing,
        get_archive_command=nothing,
        rewind_or_reinitialize_needed_and_possible=_answering(answer=True),
    )
    member.watchdog = SimpleNamespace(is_running=False)
    member._async_executor = nullcontext()
    for name in ("stop", "set_role", "latest_checkpoint_locations"):
        monkeypatch.setattr(member.state_handler, name, _answering((1, 1)), raising=False)


@pytest.mark.parametrize(("runs", "seconds"), [(True, 1), (False, 0)])
def test_standbys_are_waited_for_until_postgresql_has_ended(
    store: Store,
    runs: bool,  # noqa: FBT001 - a column
    seconds: float,
) -> None:
    member = _member(store)
    member.state_handler.runs = runs

    member.pauses(store.clock).sleep(1)

    assert store.clock.elapsed().total_seconds() == seconds


@pytest.mark.parametrize(
    ("quorum", "best", "takes"),
    [(0, False, True), (1, True, True), (1, False, False)],
    ids=["all had every commit", "none has more", "another may have more"],
)
def test_a_candidate_takes_the_place_only_if_it_lacks_nothing(
    store: Store,
    quorum: int,
    best: bool,  # noqa: FBT001 - a column
    takes: bool,  # noqa: FBT001 - a column
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    member = _member(store, quorum)
    asked: list[list[str]] = []

    def compared(named: list[SimpleNamespace], check_replication_lag: bool) -> bool:  # noqa: FBT001 - Patroni's own
        asked.append([one.name for one in named])
        return best and not check_replication_lag

    monkeypatch.setattr(member, "_is_healthiest_node", compared)
    monkeypatch.setattr(member, "is_paused", _answering(answer=False))

    assert member.manual_failover_process_no_leader() is takes
    assert store.cleared == ([] if takes else [7])
    assert asked == [[LEADER, OWN, OTHER]] * (quorum > 0)
    assert member.state_handler.asked_anew == (quorum > 0)


def test_an_order_that_names_no_leader_may_lose_something_and_is_obeyed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = _member(store, quorum=1, order=Order(leader=""))
    monkeypatch.setattr(member, "_is_healthiest_node", _answering(answer=False))

    assert member.manual_failover_process_no_leader() is True
    assert store.cleared == []
