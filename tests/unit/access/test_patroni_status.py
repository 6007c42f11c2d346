"""What one Patroni says of its own member, and what it means."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from access.clients import patroni_status
from access.clients.patroni import LOOK
from core.errors import NotSeen
from tests.unit.access.servers import answering

ROOT = "https://host:8008"

LEADER: dict[str, Any] = {
    "state": "running",
    "role": "primary",
    "timeline": 3,
    "xlog": {"location": 5000},
    "replication": [
        {"application_name": "ndc02-data", "state": "streaming", "sync_state": "quorum"},
        {"application_name": "ndc03-data", "state": "catchup"},
        {"application_name": "pg_basebackup", "state": "backup"},
    ],
}
STANDBY: dict[str, Any] = {
    "state": "running",
    "role": "replica",
    "timeline": 3,
    "xlog": {
        "received_location": 5000,
        "replayed_location": 4000,
        "replayed_timestamp": "2026-11-26 02:43:25.782972+00:00",
        "paused": False,
    },
}


def test_a_leader_tells_what_it_wrote_and_whom_it_sends_that_to() -> None:
    told = patroni_status.status(answering({"/patroni": (200, LEADER)}), ROOT)

    assert (told.is_open, told.received, told.replayed) == (True, 5000, 5000)
    assert told.sends_to == {"ndc02-data", "ndc03-data"}


def test_a_standby_tells_what_it_has_and_what_it_shows() -> None:
    told = patroni_status.status(answering({"/patroni": (200, STANDBY)}), ROOT)

    assert (told.is_open, told.received, told.replayed) == (False, 5000, 4000)
    assert told.sends_to == frozenset()


def test_one_whose_postgresql_is_silent_tells_no_position() -> None:
    answer = {"state": "starting", "role": "replica"}

    told = patroni_status.status(answering({"/patroni": (200, answer)}), ROOT)

    assert (told.received, told.replayed, told.timeline) == (None, None, None)


@pytest.mark.parametrize(
    ("status", "answer", "leads"),
    [(200, LEADER, True), (503, STANDBY, False), (200, STANDBY, False), (503, LEADER, False)],
    ids=["leads", "follows", "holds-the-key-and-recovers", "lost-the-key"],
)
def test_who_leads_holds_the_key_and_is_out_of_recovery(
    status: int,
    answer: dict[str, Any],
    leads: bool,  # noqa: FBT001 - the case
) -> None:
    assert patroni_status.leads(answering({"/primary": (status, answer)}), ROOT) is leads


def test_a_loop_reads_the_same() -> None:
    over = answering({"/patroni": (200, STANDBY)})

    async def status() -> patroni_status.StatusAnswer:
        async with httpx.AsyncClient(transport=over._transport) as client:  # type: ignore[arg-type]  # the library's transport for tests is of both kinds
            return await patroni_status.status_async(client, ROOT, deadline=LOOK)

    assert asyncio.run(status()) == patroni_status.status(over, ROOT)


@pytest.mark.parametrize(
    "answer",
    [
        {"hello": "world"},
        STANDBY | {"xlog": STANDBY["xlog"] | {"replayed_timestamp": "2026-11-26 02:43:25"}},
    ],
    ids=["another program", "a moment without a zone"],
)
def test_something_else_that_answers_tells_nothing(answer: dict[str, Any]) -> None:
    with pytest.raises(NotSeen, match="did not answer as Patroni does"):
        patroni_status.status(answering({"/patroni": (200, answer)}), ROOT)
