"""When a token is asked for, and what is done with it; the refusals are etcd's own (3.6)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict

import httpx
import pytest

from access.clients.etcd import Etcd, Holds, Put
from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from core.errors import NotSeen

LOGIN = EtcdCredentials("control", "secret")
HANG = 30
"""seconds, which only detect one"""
REFUSALS = {
    "user name is empty": (400, 3),
    "invalid auth token": (401, 16),
    "revision of auth store is old": (400, 3),
}


class Voter:
    """One voter that takes the newest token it gave, and refuses everything else."""

    def __init__(self, refusal: str = "user name is empty", login: EtcdCredentials = LOGIN) -> None:
        self.refusal, self.login = refusal, login
        self.newest: str | None = None
        self.asked: list[str] = []

    def etcd(self) -> Etcd:
        over = httpx.Client(transport=httpx.MockTransport(self.answer))
        return Etcd(over, ["https://one:2379"], EtcdAuth(LOGIN))

    def forget(self) -> None:
        """Know no token any more, as after a restart."""
        self.newest = None

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path.removeprefix("/v3/"))
        if request.url.path == "/v3/auth/authenticate":
            return self._login(json.loads(request.content))
        if self.newest and request.headers.get("Authorization") == self.newest:
            return httpx.Response(200, json={"succeeded": True, "kvs": []})
        status, code = REFUSALS[self.refusal]
        return _refused(status, code, self.refusal)

    def _login(self, body: dict[str, str]) -> httpx.Response:
        if body != asdict(self.login):
            return _refused(400, 3, "authentication failed, invalid user ID or password")
        self.newest = f"token {len(self.asked)}"
        return httpx.Response(200, json={"token": self.newest})


def _refused(status: int, code: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": f"etcdserver: {message}"})


@pytest.mark.parametrize("refusal", REFUSALS)
def test_who_is_not_known_logs_in_and_asks_again(refusal: str) -> None:
    voter = Voter(refusal)

    assert voter.etcd().get("/a") is None
    assert voter.asked == ["kv/range", "auth/authenticate", "kv/range"]


def test_a_token_is_used_until_it_is_refused() -> None:
    voter = Voter()
    etcd = voter.etcd()

    etcd.get("/a")
    etcd.get("/a")
    voter.forget()
    etcd.get("/a")

    first = ["kv/range", "auth/authenticate", "kv/range"]
    assert voter.asked == [*first, "kv/range", *first]


def test_a_change_that_was_refused_for_want_of_a_name_is_repeated() -> None:
    voter = Voter()

    assert voter.etcd().change([Holds("/a", None)], [Put("/a", "1")])
    assert voter.asked == ["kv/txn", "auth/authenticate", "kv/txn"]


def test_a_wrong_password_is_said_and_not_tried_again() -> None:
    voter = Voter(login=EtcdCredentials(LOGIN.name, "another one"))

    with pytest.raises(NotSeen) as refused:
        voter.etcd().get("/a")

    assert "authentication failed" in refused.value.actual
    assert voter.asked == ["kv/range", "auth/authenticate"]


def test_of_many_who_are_refused_at_a_time_one_asks_for_a_token() -> None:
    voter = Voter()

    async def slowly(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return voter.answer(request)

    async def ask() -> list[httpx.Response]:
        over = httpx.MockTransport(slowly)
        async with httpx.AsyncClient(transport=over, auth=EtcdAuth(LOGIN)) as client:
            asked = (client.post("https://one:2379/v3/kv/range") for _ in range(5))
            return await asyncio.gather(*asked)

    answers = asyncio.run(ask())

    assert [answer.status_code for answer in answers] == [200] * 5
    assert voter.asked == ["kv/range"] * 5 + ["auth/authenticate"] + ["kv/range"] * 5


def test_a_voter_that_gives_no_token_keeps_nobody_from_asking_another() -> None:
    voter = Voter()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "one" and request.url.path.endswith("authenticate"):
            await asyncio.Event().wait()
        return voter.answer(request)

    async def ask() -> httpx.Response:
        over = httpx.MockTransport(answer)
        async with httpx.AsyncClient(transport=over, auth=EtcdAuth(LOGIN)) as client:
            waits = asyncio.ensure_future(client.post("https://one:2379/v3/kv/range"))
            await asyncio.sleep(0.1)
            found = await asyncio.wait_for(client.post("https://two:2379/v3/kv/range"), HANG)
            assert not waits.done()
            waits.cancel()
            return found

    assert asyncio.run(ask()).status_code == 200


def test_a_password_is_not_shown_with_its_account() -> None:
    assert "secret" not in repr(LOGIN)
