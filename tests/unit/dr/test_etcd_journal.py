"""A journal in etcd, when its quorum is silent, refuses, or hides what became of a write."""

from __future__ import annotations

import httpx
import pytest

from access.clients.etcd import Etcd
from core.errors import NotSeen, Unreachable
from core.runs.journal import Opened, Where
from core.runs.plan import RunName
from dr.live.journals.etcd import EtcdJournal
from dr.simulation.timeline import Timeline
from tests.networks import network
from tests.unit.core.runs.small import CODEC, plan, step

OPENED = Opened(plan(step("a")), Where.ETCD)
SILENT = 503


class Voter:
    """One voter: what it answers to each read in turn, the last for ever; no change succeeds."""

    def __init__(self, *reads: int) -> None:
        self.reads = list(reads)
        self.asked: list[str] = []

    def journal(self) -> EtcdJournal[str, None]:
        over = httpx.Client(transport=httpx.MockTransport(self._answer))
        etcd = Etcd(over, ["https://voter:2379"])
        return EtcdJournal(etcd, network().environment, RunName("run"), CODEC, Timeline())

    def _answer(self, request: httpx.Request) -> httpx.Response:
        what = request.url.path.removeprefix("/v3/kv/")
        self.asked.append(what)
        if what == "txn":
            return httpx.Response(200, json={})
        return httpx.Response(self.reads.pop(0) if self.reads[1:] else self.reads[0], json={})


@pytest.mark.parametrize(("status", "answers"), [(200, True), (SILENT, False)])
def test_a_quorum_answers_or_is_lost(status: int, answers: bool) -> None:  # noqa: FBT001 - the case
    assert Voter(status).journal().answers() is answers


def test_a_quorum_that_refuses_us_is_not_lost() -> None:
    with pytest.raises(NotSeen, match="said no"):
        Voter(403).journal().answers()


def test_nothing_is_written_after_what_cannot_be_read() -> None:
    voter = Voter(SILENT)

    with pytest.raises(NotSeen):
        voter.journal().append(OPENED)

    assert "txn" not in voter.asked


def test_a_write_whose_end_cannot_be_seen_may_have_happened() -> None:
    voter = Voter(200, SILENT)

    with pytest.raises(Unreachable):
        voter.journal().append(OPENED)

    assert voter.asked.count("txn") > 1
