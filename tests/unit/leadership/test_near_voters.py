"""Patroni's own client of etcd, at voters that say who there is: whom it asks, and whom next."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import pytest
from patroni.dcs.etcd import DnsCachingResolver
from patroni.dcs.etcd3 import PatroniEtcd3Client
from typing_extensions import override

from leadership.near_voters import install

VERSION: Final = {"etcdserver": "3.6.8", "etcdcluster": "3.6.0"}
TURNS: Final = 20
"""Patroni draws lots: one of three is drawn so often in a row once in 10^9 by chance"""


class Voter(ThreadingHTTPServer):
    """Answers on loopback who the voters are, and counts who asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.all: list[str] = []
        self.asked = 0


class _Handler(BaseHTTPRequestHandler):
    server: Voter

    def do_GET(self) -> None:
        self._answer(VERSION)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked += 1
        self._answer({"members": [{"clientURLs": [url]} for url in reversed(self.server.all)]})

    def _answer(self, answer: Any) -> None:
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def _answering(voter: Voter) -> Iterator[Voter]:
    thread = threading.Thread(target=voter.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield voter
    finally:
        voter.shutdown()
        voter.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    # set to what it is, so that it is put back after the test
    own = PatroniEtcd3Client._get_machines_list
    monkeypatch.setattr(PatroniEtcd3Client, "_get_machines_list", own)
    install()


@pytest.fixture
def voters() -> Iterator[list[Voter]]:
    with ExitStack() as stack:
        voters = [stack.enter_context(_answering(Voter())) for _ in range(3)]
        for voter in voters:
            voter.all = [one.url for one in voters]
        yield voters


def _client(hosts: list[str]) -> PatroniEtcd3Client:
    settings = {"hosts": hosts, "protocol": "http", "retry_timeout": 3}
    return PatroniEtcd3Client(settings, DnsCachingResolver())


def test_it_asks_whom_its_settings_name_first(voters: list[Voter]) -> None:
    order = [voters[i].url for i in (1, 2, 0)]

    for _ in range(TURNS):
        client = _client(order)

        assert client._base_uri == order[0]
        assert client.machines_cache == order


def test_whom_the_settings_do_not_name_comes_last(voters: list[Voter]) -> None:
    named = [voters[2].url]

    for _ in range(TURNS):
        first, *others = _client(named).machines_cache

        assert [first] == named
        assert {*others} == {voters[0].url, voters[1].url}


def test_it_asks_the_next_one_where_the_first_does_not_answer(voters: list[Voter]) -> None:
    order = ["http://127.0.0.1:1", voters[1].url, voters[2].url]
    for voter in voters:
        voter.all = order

    client = _client(order)
    with pytest.raises(Exception, match="request failed"):
        client.api_execute("/v3/cluster/member/list", "POST", {})

    assert client._base_uri == order[1]
    assert voters[2].asked == 0


def test_who_answered_last_tells_who_there_is_and_no_other_is_waited_for(
    voters: list[Voter],
) -> None:
    client = _client([one.url for one in voters])
    client.set_base_uri(voters[2].url)
    before = voters[2].asked

    for _ in range(TURNS):
        client._refresh_machines_cache()

    assert voters[2].asked == before + TURNS
    assert client._base_uri == voters[2].url
