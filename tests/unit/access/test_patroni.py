"""What Patroni says, and what it means."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from access.clients import patroni
from core.errors import NotSeen, Rejected, Unreachable
from inventory.names import HostName
from tests.unit.access.servers import answering

ROOT = "https://host:8008"
PASSWORD = "a"  # noqa: S105 - of no environment
ONE, TWO = HostName("ndc01-data"), HostName("ndc02-data")

CLUSTER: dict[str, Any] = {
    "members": [
        {"name": ONE, "role": "leader", "state": "running", "timeline": 3, "host": "198.19.0.1"},
        {"name": TWO, "role": "quorum_standby", "state": "streaming", "timeline": 3, "lag": 0},
        {"name": "ndc03-data", "role": "replica", "state": "starting", "lag": "unknown"},
    ],
    "scope": "general-db",
}


def test_members_are_read_with_what_is_known_of_them() -> None:
    told = patroni.cluster(answering({"/cluster": (200, CLUSTER)}), ROOT)

    leader, standby, starting = told.members

    assert (leader.leads, leader.synchronous, leader.lag_bytes) == (True, False, None)
    assert (standby.streams, standby.synchronous, standby.lag_bytes) == (True, True, 0)
    assert (starting.streams, starting.synchronous, starting.lag_bytes) == (False, False, None)


@pytest.mark.parametrize(
    ("role", "state", "leads"),
    [
        ("leader", "running", True),
        ("leader", "starting", False),
        ("promoted", "running", False),
        ("standby_leader", "running", False),
        ("standby_leader", "streaming", False),
        ("quorum_standby", "streaming", False),
    ],
)
def test_who_accepts_no_writes_does_not_lead_whatever_key_it_holds(
    role: str,
    state: str,
    leads: bool,  # noqa: FBT001 - the case
) -> None:
    member = patroni.MemberAnswer(name=ONE, role=role, state=state)

    assert member.leads is leads


def test_a_loop_reads_the_same_members() -> None:
    over = answering({"/cluster": (200, CLUSTER)})

    async def cluster() -> patroni.ClusterAnswer:
        async with httpx.AsyncClient(transport=over._transport) as client:  # type: ignore[arg-type]  # the library's transport for tests is of both kinds
            return await patroni.cluster_async(client, ROOT, deadline=patroni.LOOK)

    assert asyncio.run(cluster()) == patroni.cluster(over, ROOT)


@pytest.mark.parametrize(
    ("changes", "pause", "at_and_to"),
    [
        ({}, False, None),
        ({"pause": True}, True, None),
        (
            {"scheduled_switchover": {"at": "2030-01-01T05:00:00+00:00", "from": ONE, "to": TWO}},
            False,
            ("2030-01-01 05:00:00+00:00", TWO),
        ),
        (
            {"scheduled_switchover": {"at": "2030-01-01T05:00:00+00:00", "from": ONE}},
            False,
            ("2030-01-01 05:00:00+00:00", None),
        ),
    ],
)
def test_what_patroni_was_told_to_do_is_read(
    changes: dict[str, Any],
    pause: bool,  # noqa: FBT001 - a column
    at_and_to: tuple[str, str | None] | None,
) -> None:
    over = answering({"/cluster": (200, CLUSTER | changes)})

    async def cluster() -> patroni.ClusterAnswer:
        async with httpx.AsyncClient(transport=over._transport) as client:  # type: ignore[arg-type]  # as above
            return await patroni.cluster_async(client, ROOT, deadline=patroni.LOOK)

    told = asyncio.run(cluster())

    scheduled = told.scheduled_switchover
    assert told.pause is pause
    assert (scheduled and (str(scheduled.at), scheduled.to)) == at_and_to


def _answer(leader: str | None, timeline: int) -> patroni.ClusterAnswer:
    return patroni.ClusterAnswer(
        members=tuple(
            patroni.MemberAnswer(
                name=host,
                role="leader" if host == leader else "replica",
                state="running",
                timeline=timeline,
            )
            for host in (ONE, TWO)
        )
    )


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        ([(ONE, 3), (ONE, 3), (ONE, 3)], ONE),
        ([(ONE, 3), (TWO, 4), (TWO, 4)], TWO),
        ([(ONE, 3), (TWO, 4)], TWO),
        ([(ONE, 3), (TWO, 3), (TWO, 3)], TWO),
        ([(ONE, 3), (None, 3), (None, 3)], None),
    ],
    ids=["all", "old-news", "old-news-of-half", "most", "most-see-none"],
)
def test_who_was_cut_off_is_not_believed(
    told: list[tuple[str | None, int]], believed: str | None
) -> None:
    agreed = patroni.agreed([_answer(*one) for one in told])

    assert agreed is not None
    assert (agreed.leader and agreed.leader.name) == believed


@pytest.mark.parametrize(
    "told", [[(ONE, 3), (TWO, 3)], [(ONE, 3), (None, 3)], []], ids=["two", "one-or-none", "nobody"]
)
def test_members_that_contradict_each_other_tell_nothing(
    told: list[tuple[str | None, int]],
) -> None:
    assert patroni.agreed([_answer(*one) for one in told]) is None


def test_something_else_that_answers_tells_nothing() -> None:
    with pytest.raises(NotSeen, match="did not answer as Patroni does"):
        patroni.cluster(answering({"/cluster": (200, {"hello": "world"})}), ROOT)


def test_forks_are_read_from_the_history_and_there_are_none_before_the_first() -> None:
    line = [3, 117441120, "no recovery target specified", "2026-11-25T10:00:00+00:00", TWO]

    assert patroni.forks(answering({"/history": (200, [line])}), ROOT) == {3: 0x7000260}
    assert patroni.forks(answering({"/history": (200, [])}), ROOT) == {}


@pytest.mark.parametrize("said", [{"hello": "world"}, [3], [["three", "far"]], 7, "[[1e999, 1]]"])
def test_a_history_that_is_none_tells_nothing(said: Any) -> None:
    with pytest.raises(NotSeen, match="did not answer as Patroni does"):
        patroni.forks(answering({"/history": (200, said)}), ROOT)


def test_an_order_is_read_as_patroni_reads_it_and_names_who_gave_it() -> None:
    text = patroni.order(leader=ONE, candidate=TWO, giver="run-1")

    assert json.loads(text) == {"leader": ONE, "member": TWO, "giver": "run-1"}
    assert patroni.stands(text)
    assert patroni.giver(text) == "run-1"


@pytest.mark.parametrize(
    "text", [None, "", "{}", patroni.NO_ORDER, "ndc01-data:ndc02-data", "[]", "[" * 100_000]
)
def test_what_is_no_order_of_ours_was_given_by_nobody(text: str | None) -> None:
    assert patroni.giver(text) is None


@pytest.mark.parametrize("text", [None, "{}", '{"leader":"","member":""}'])
def test_an_order_that_was_cleared_does_not_stand(text: str | None) -> None:
    assert not patroni.stands(text)


def test_an_order_of_somebody_else_stands_as_well() -> None:
    text = '{"leader":"ndc01-data","member":"ndc02-data"}'

    assert (patroni.stands(text), patroni.giver(text)) == (True, None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (None, set()),
        ('{"leader":"ndc01-data","sync_standby":null,"quorum":0}', set()),
        (
            '{"leader":"ndc01-data","sync_standby":"ndc02-data,ndc04-data","quorum":1}',
            {"ndc02-data", "ndc04-data"},
        ),
    ],
)
def test_the_members_that_commits_wait_for_are_named(text: str | None, names: set[str]) -> None:
    assert patroni.waited_for(text) == names


@pytest.mark.parametrize(
    ("status", "error"), [(503, Rejected), (401, Rejected), (500, Unreachable)]
)
def test_a_copy_that_is_not_made_anew_says_what_is_known(
    status: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        patroni.reinitialize(
            answering({"/reinitialize": (status, "I am the leader")}), ROOT, password=PASSWORD
        )


def test_a_copy_is_made_anew_once_patroni_says_that_it_began() -> None:
    began = answering({"/reinitialize": (200, "reinitialize started")})

    patroni.reinitialize(began, ROOT, password=PASSWORD)
