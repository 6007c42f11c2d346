"""A copy that is made anew is watched until it follows, and whoever waits hears how it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from access.host_access import Access
from access.secrets import Secrets
from core.errors import Unreachable
from dr.live.programs import Programs
from dr.live.reseeding import WITHIN, Reseeding
from tests.clocks import HandClock
from tests.networks import network

OF = network()
DATABASE = OF.databases[0]
HOST, LEADER = DATABASE.members[0].host, DATABASE.members[1].host


def _reseeding(folder: Path, states: Iterator[tuple[str, int | None]]) -> Reseeding:
    """Return one whose Patroni shows ``states`` of the copy, look by look."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/reinitialize":
            assert json.loads(request.content) == {"force": True, "from_leader": True}
            return httpx.Response(200, text="reinitialize started")
        state, timeline = next(states)
        leads = {"name": LEADER, "role": "leader", "state": "running", "timeline": 3}
        copy = {"name": HOST, "role": "replica", "state": state, "timeline": timeline}
        return httpx.Response(200, text=json.dumps({"members": [leads, copy]}))

    passwords = folder / "passwords"
    passwords.mkdir()
    (passwords / f"patroni-{DATABASE.name}").write_text("a-password\n", "utf-8")
    over = httpx.Client(transport=httpx.MockTransport(answer))
    programs = Programs(OF, Access(folder, folder))
    return Reseeding(OF, over, programs, Secrets(folder), DATABASE, HOST)


def test_it_is_made_when_it_follows_and_not_while_the_old_copy_still_streams(
    tmp_path: Path,
) -> None:
    old, empty, new = ("streaming", 3), ("creating replica", None), ("streaming", 3)
    states = iter([old, old, empty, empty, ("starting", None), ("streaming", 2), new])
    heard: list[str] = []

    _reseeding(tmp_path, states).make(HandClock(), heard.append)

    assert [word.partition(": ")[2] for word in heard] == [
        *("streaming", "creating replica", "starting", "streaming")
    ]
    assert next(states, None) is None


def test_a_copy_that_does_not_come_about_goes_on_unwatched(tmp_path: Path) -> None:
    clock = HandClock()

    def for_ever() -> Iterator[tuple[str, int | None]]:
        while True:
            yield "creating replica", None

    with pytest.raises(Unreachable, match="did not come about"):
        _reseeding(tmp_path, for_ever()).make(clock, lambda _: None)

    assert clock.elapsed() > WITHIN


def test_it_is_made_from_whoever_leads(tmp_path: Path) -> None:
    assert _reseeding(tmp_path, iter([("stopped", None)])).leader() == LEADER
