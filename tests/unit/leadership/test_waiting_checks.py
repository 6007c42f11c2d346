"""The REST of a real Patroni, at which a load balancer waits until the member leads."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest
from patroni.api import RestApiHandler, RestApiServer
from patroni.ha import Ha

from core.system_clock import SystemClock
from leadership import waiting_checks
from leadership.waiting_checks import MOST, WAITS_SECONDS, install

DOWN: Final = "DOWN 0/1; name=general-db/ndc02-data; node=ndc01-app"
UP: Final = "UP 1/2; name=general-db/ndc02-data; node=ndc01-app"
CONTENTS: Final = Path(__file__).parents[2] / "golden/contents/ndc01-node.txt"
CLOCK: Final = SystemClock()
YES, NO = 200, 503
SHORT: Final = 0.3
LONG: Final = 30.0
"""for which nobody waits in a test, since what ends it comes before"""


@dataclass(frozen=True, slots=True)
class Member:
    """One member's REST, and what its Patroni thinks of itself."""

    ha: Ha
    port: int
    asking: ThreadPoolExecutor

    def says(self, state: str | None, path: str = "/primary") -> Future[tuple[int, float]]:
        """Return what will be answered to who is in ``state``, and after how many seconds."""
        return self.asking.submit(self._asked, state, path)

    def _asked(self, state: str | None, path: str) -> tuple[int, float]:
        began = CLOCK.elapsed()
        over = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2 * LONG)
        over.request("OPTIONS", path, headers={"X-Haproxy-Server-State": state} if state else {})
        status = over.getresponse().status
        over.close()
        return status, (CLOCK.elapsed() - began).total_seconds()


@pytest.fixture
def member(monkeypatch: pytest.MonkeyPatch) -> Iterator[Member]:
    monkeypatch.setattr(RestApiHandler, "do_OPTIONS", RestApiHandler.do_OPTIONS)
    monkeypatch.setattr(Ha, "set_is_leader", Ha.set_is_leader)
    monkeypatch.setattr(waiting_checks, "WAITS_SECONDS", LONG)
    install()
    told = {"listen": "127.0.0.1:0", "thread_pool_size": 2 * MOST}
    ha = _ha()
    api = RestApiServer(_patroni(ha, told), told)
    api.start()
    with ThreadPoolExecutor(2 * MOST) as asking:
        yield Member(ha, api.server_address[1], asking)
    api.shutdown()
    api.server_close()


def _ha() -> Ha:
    """Return what keeps, as Patroni does, until when this member leads."""
    ha = Ha.__new__(Ha)
    ha.dcs = SimpleNamespace(ttl=20, last_seen=0)
    ha._leader_expiry, ha._leader_expiry_lock = 0, threading.RLock()  # type: ignore[attr-defined]
    ha.failsafe_is_active = lambda: False  # type: ignore[attr-defined]
    return ha


def _patroni(ha: Ha, told: object) -> SimpleNamespace:
    """Return as much of a Patroni as its REST looks at to say whether it leads."""
    return SimpleNamespace(
        config={"restapi": told},
        postgresql=SimpleNamespace(state="stopped", role="replica", server_version=150000),
        dcs=SimpleNamespace(ttl=20, cluster=None, last_seen=0),
        ha=ha,
        noloadbalance=False,
        tags={},
    )


def test_who_takes_a_member_to_be_down_is_answered_once_it_leads(member: Member) -> None:
    asked = member.says(DOWN)
    with pytest.raises(TimeoutError):
        asked.result(0.5)

    member.ha.set_is_leader(True)

    status, seconds = asked.result()
    assert status == YES
    assert seconds < LONG


@pytest.mark.parametrize("before", [(), (True, False)], ids=["never led", "led before"])
def test_a_member_that_does_not_lead_says_so_in_the_end(
    member: Member, monkeypatch: pytest.MonkeyPatch, before: tuple[bool, ...]
) -> None:
    monkeypatch.setattr(waiting_checks, "WAITS_SECONDS", SHORT)
    for leads in before:
        member.ha.set_is_leader(leads)

    status, seconds = member.says(DOWN).result()

    assert status == NO
    assert seconds >= SHORT


@pytest.mark.parametrize(("state", "path"), [(UP, "/primary"), (None, "/primary"), (DOWN, "/sync")])
def test_whoever_else_asks_is_answered_at_once(member: Member, state: str, path: str) -> None:
    status, seconds = member.says(state, path).result()

    assert status == NO
    assert seconds < LONG


def test_a_leader_says_so_at_once(member: Member) -> None:
    member.ha.set_is_leader(True)

    status, seconds = member.says(DOWN).result()

    assert status == YES
    assert seconds < LONG


def test_those_who_wait_keep_nobody_from_an_answer(member: Member) -> None:
    asked = [member.says(DOWN) for _ in range(MOST + 4)]
    answered = list(islice(as_completed(asked), 4))

    at_once = member.says(UP).result()

    assert all(status == NO for status, _ in (at_once, *(one.result() for one in answered)))
    assert sum(not one.done() for one in asked) == MOST
    member.ha.set_is_leader(True)
    assert all(one.result()[0] == YES for one in asked if one not in answered)


def test_who_waits_leaves_threads_to_others_and_is_not_given_up() -> None:
    told = CONTENTS.read_text("utf-8")
    threads = {int(number) for number in re.findall(r"thread_pool_size: (\d+)", told)}
    patience = {int(number) for number in re.findall(r"timeout check (\d+)s", told)}

    assert threads == {2 * MOST}
    assert patience == {2 * WAITS_SECONDS}
