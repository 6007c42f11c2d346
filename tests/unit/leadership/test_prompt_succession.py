"""Patroni itself, given our patience: who leads after a loss waits for nobody who is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import patroni.postgresql  # noqa: F401 - before its ``ha``, which would import itself
import pytest
from patroni import ha, thread_pool
from patroni.exceptions import DCSError
from patroni.ha import _MemberStatus
from typing_extensions import override

from leadership.prompt_ha import PromptHa
from tests.clocks import HandClock

OWN, LEADER, OTHER = "ndc02-data", "ndc01-data", "ndc03-data"
LOOP_WAIT = 2
ANSWER = b'{"xlog": {"received_location": 12, "replayed_location": 12}, "role": "replica"}'
Request = Callable[..., SimpleNamespace]


class Successor(PromptHa):
    """One member, which has just become the leader of a quorum; it is not started."""

    def __init__(
        self,
        clock: HandClock,
        voters: tuple[str, ...],
        request: Request,
        look: Callable[[], tuple[str, ...]] | None = None,
    ) -> None:
        """``look`` returns who is among the voters by then, as etcd tells; None: as before."""
        self._silent = frozenset[str]()
        self._promote_timestamp = 0
        self.state_handler = SimpleNamespace(name=OWN, is_primary=lambda: True)
        self.dcs = SimpleNamespace(
            loop_wait=LOOP_WAIT, get_cluster=lambda: _cluster(look() if look else voters)
        )
        self.patroni = SimpleNamespace(request=request)
        self.cluster = _cluster(voters)
        self.clock = clock
        self.looked_at: list[timedelta] = []

    @override
    def is_quorum_commit_mode(self) -> bool:
        return True

    def _process_quorum_replication(self) -> None:
        self.looked_at.append(self.clock.elapsed())

    def lead_for(self, seconds: float) -> list[float]:
        """Look ten times a second; return when it was seen to for whom commits wait."""
        for _ in range(int(seconds * 10)):
            self.process_sync_replication()
            self.clock.sleep(timedelta(milliseconds=100))
        return [at.total_seconds() for at in self.looked_at]


def _cluster(voters: tuple[str, ...]) -> SimpleNamespace:
    return SimpleNamespace(sync=SimpleNamespace(voters=voters, leader=LEADER))


def _answers(*silent: str, asked: list[Mapping[str, Any]] | None = None) -> Request:
    """Return how members answer of whom the ``silent`` do not."""

    def request(member: SimpleNamespace, **options: Any) -> SimpleNamespace:
        if asked is not None:
            asked.append(options)
        if member.name in silent:
            raise TimeoutError(f"{member.name} says nothing")
        return SimpleNamespace(data=ANSWER)

    return request


@pytest.fixture(scope="module", autouse=True)
def threads() -> Iterator[None]:
    """Let Patroni have the threads in which it asks members."""
    thread_pool.configure_global_pool(2)
    yield
    thread_pool.get_executor().shutdown()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """Return the clock by which Patroni knows the time."""
    made = HandClock()
    monkeypatch.setattr(ha, "time", SimpleNamespace(time=lambda: made.now().timestamp()))
    return made


def _members(*names: str) -> list[Any]:
    return [SimpleNamespace(name=name, api_url=f"https://{name}:8008") for name in names]


@pytest.mark.parametrize("voters", [(LEADER,), (LEADER, OWN)])
def test_a_leader_whom_no_voter_answered_sees_to_its_commits_at_once(
    clock: HandClock, voters: tuple[str, ...]
) -> None:
    leader = Successor(clock, voters, _answers(LEADER))

    leader.fetch_nodes_statuses(_members(LEADER, OTHER))

    assert leader.lead_for(1)[:3] == pytest.approx([0, 0, 0.1])


@pytest.mark.parametrize("silent", [(), (OTHER,), (LEADER,)], ids=["none", "another", "one of two"])
def test_a_leader_whom_a_voter_answered_gives_it_time_to_follow(
    clock: HandClock, silent: tuple[str, ...]
) -> None:
    voters = (LEADER, OTHER) if silent == (LEADER,) else (LEADER,)
    leader = Successor(clock, voters, _answers(*silent))

    leader.fetch_nodes_statuses(_members(LEADER, OTHER))

    assert leader.lead_for(3)[:2] == pytest.approx([0, LOOP_WAIT + 0.1])


def test_a_voter_that_its_first_look_finds_is_given_time_to_follow(clock: HandClock) -> None:
    leader = Successor(clock, (LEADER,), _answers(LEADER), lambda: (LEADER, OTHER))
    leader.fetch_nodes_statuses(_members(LEADER, OTHER))

    assert leader.lead_for(3)[:2] == pytest.approx([0, LOOP_WAIT + 0.1])


def test_where_etcd_does_not_tell_who_votes_by_now_it_waits_as_patroni_does(
    clock: HandClock,
) -> None:
    def silence() -> tuple[str, ...]:
        raise DCSError("no quorum")

    leader = Successor(clock, (LEADER,), _answers(LEADER), silence)
    leader.fetch_nodes_statuses(_members(LEADER, OTHER))

    assert leader.lead_for(3)[:2] == pytest.approx([0, LOOP_WAIT + 0.1])


def test_a_leader_that_asked_nobody_gives_everybody_time_to_follow(clock: HandClock) -> None:
    leader = Successor(clock, (LEADER,), _answers())

    assert leader.lead_for(3)[:2] == pytest.approx([0, LOOP_WAIT + 0.1])


def test_a_leader_for_whom_nobody_has_to_confirm_waits_as_patroni_does(clock: HandClock) -> None:
    leader = Successor(clock, (OWN,), _answers(LEADER))
    leader.fetch_nodes_statuses(_members(LEADER))

    assert leader.lead_for(3)[:2] == pytest.approx([0, LOOP_WAIT + 0.1])


def test_a_candidate_gives_each_member_a_second_and_no_second_try(clock: HandClock) -> None:
    asked: list[Mapping[str, Any]] = []
    candidate = Successor(clock, (LEADER,), _answers(LEADER, asked=asked))

    statuses: list[_MemberStatus] = candidate.fetch_nodes_statuses(_members(LEADER, OTHER))

    assert {one.member.name: one.reachable for one in statuses} == {LEADER: False, OTHER: True}
    assert asked == [{"timeout": 1, "retries": 0}] * 2


def test_what_is_no_answer_of_a_member_is_silence(clock: HandClock) -> None:
    candidate = Successor(clock, (LEADER,), lambda *_, **__: SimpleNamespace(data=b"<html>"))

    (status,) = candidate.fetch_nodes_statuses(_members(LEADER))

    assert not status.reachable
