"""Whoever listens for changes hears of each at once, and of no others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from access.clients.etcd import Etcd, Put
from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from access.clients.etcd_changes import Changes
from core.system_clock import SystemClock
from inventory.etcd import CONTROL, agent_account, claims, placements
from inventory.placed import SERVING
from tests.contract.etcd_server import Server, etcd_server
from tests.networks import network

NETWORK = network("tiny")
AGENT = agent_account(next(host.name for host in NETWORK.hosts if host.roles & SERVING))
PREFIX = placements(NETWORK.environment)
HANG = timedelta(seconds=30)
QUIET = timedelta(seconds=1)
CLOCK = SystemClock()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with etcd_server(tmp_path_factory.mktemp("etcd"), NETWORK) as server:
        server.admit()
        yield server


@dataclass
class Listener:
    """An agent with its own account, which reads the records as well as hears of them."""

    etcd: Etcd
    changes: Changes

    @classmethod
    def of(cls, server: Server, *, prefix: str = PREFIX, life: timedelta = HANG) -> Listener:
        auth = EtcdAuth(EtcdCredentials(AGENT, server.secrets.etcd_password(AGENT)))
        changes = Changes(server.over, [server.root], auth, prefix, life)
        return cls(Etcd(server.over, [server.root], auth), changes)

    @contextmanager
    def listening(self) -> Iterator[Changes]:
        """Read once, which gets a token, and listen; yield once the voter answers."""
        self.etcd.under(PREFIX)
        with self.changes.listening():
            assert self.changes.within(HANG), "the voter did not answer"
            yield self.changes


def _change(server: Server, key: str, value: str) -> None:
    assert server.speaking_as(CONTROL).change([], [Put(key, value)])


def test_a_change_is_heard_at_once_and_once(server: Server) -> None:
    with Listener.of(server).listening() as changes:
        for value in ("1", "2"):
            began = CLOCK.elapsed()
            _change(server, f"{PREFIX}portal", value)
            assert changes.within(HANG)
            assert CLOCK.elapsed() - began < HANG / 3
            assert not changes.within(QUIET)


def test_of_what_lies_elsewhere_nothing_is_heard(server: Server) -> None:
    with Listener.of(server).listening() as changes:
        _change(server, f"{claims(NETWORK.environment)}general-db", "1")
        assert not changes.within(QUIET)


def test_who_may_not_read_it_hears_nothing_either(server: Server) -> None:
    listener = Listener.of(server, prefix="/ndc/another/placement/")
    listener.etcd.under(PREFIX)
    with listener.changes.listening():
        _change(server, f"{PREFIX}portal", "3")
        assert not listener.changes.within(QUIET)


def test_another_request_follows_the_one_that_lasted_long_enough(server: Server) -> None:
    with Listener.of(server, life=QUIET).listening() as changes:
        assert changes.within(HANG), "nobody asked again"


def test_without_a_token_it_hears_nothing_until_somebody_got_one(server: Server) -> None:
    listener = Listener.of(server)
    with listener.changes.listening():
        assert not listener.changes.within(QUIET)
        listener.etcd.under(PREFIX)
        assert listener.changes.within(HANG), "the token was not used"
