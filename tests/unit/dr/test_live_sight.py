"""An observer is asked over SSH; what it does not say, or says blindly, is no sight."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from access.host_access import Access
from core.errors import NotSeen
from core.system_clock import SystemClock
from dr.live.programs import Programs
from dr.live.sight import Sight
from dr.watch.sight import sight_text
from inventory.endpoints import NODE_EXPORTER
from tests.stubs import ssh
from tests.stubs.etcd import StubEtcd
from tests.stubs.network import Ground


@contextmanager
def _sight(on: Ground, running: ssh.Running) -> Iterator[Sight]:
    """Yield the sight of a network whose first host runs programs as ``running`` says."""
    host = on.network.hosts[0]
    at = str(host.management.ip), on.ssh_port
    keys = {"control": on.secrets.control_key.with_suffix(".pub")}
    end = ssh.serve(at, on.secrets.host_key(host.name), keys, running)
    access = Access(on.secrets.control_key, on.secrets.known_hosts, port=on.ssh_port)
    try:
        yield Sight(on.network, Programs(on.network, access), StubEtcd().client())
    finally:
        end()


def test_an_observer_looks_from_its_loopback_at_others_loopbacks_and_at_itself(
    stub_ground: Ground,
) -> None:
    observer, one, other, *_ = stub_ground.network.hosts
    asked: list[list[str]] = []

    def run(_: str, command: str, _given: str) -> ssh.Ran:
        asked.append(shlex.split(command)[3:])
        return 0, sight_text([observer.name, other.name]) + "\n"

    with _sight(stub_ground, run) as sight:
        seen = sight.answering(observer.name, [one.name, other.name])

    places = [f"{host.name}={host.loopback}" for host in (observer, one, other)]
    words = ["dr.onhost.sight_main", "sees", str(observer.loopback), str(NODE_EXPORTER), *places]
    assert seen == {other.name}
    assert asked == [words]


def test_an_observer_that_is_asked_about_itself_answers(stub_ground: Ground) -> None:
    observer, one, *_ = stub_ground.network.hosts

    def run(_: str, command: str, _given: str) -> ssh.Ran:
        assert command.count(f"{observer.name}=") == 1
        return 0, sight_text([observer.name]) + "\n"

    with _sight(stub_ground, run) as sight:
        assert sight.answering(observer.name, [one.name, observer.name]) == {observer.name}


def test_an_observer_that_does_not_see_itself_has_seen_nothing(stub_ground: Ground) -> None:
    observer, one, other, *_ = stub_ground.network.hosts

    def run(_: str, __: str, _given: str) -> ssh.Ran:
        return 0, sight_text([one.name]) + "\n"

    with _sight(stub_ground, run) as sight, pytest.raises(NotSeen, match="does not see itself"):
        sight.answering(observer.name, [one.name, other.name])


@pytest.mark.parametrize("said", ["", "nonsense", sight_text(()).replace("[]", '["a-stranger"]')])
def test_an_observer_that_does_not_tell_has_seen_nothing(stub_ground: Ground, said: str) -> None:
    observer, one, *_ = stub_ground.network.hosts

    def run(_: str, __: str, _given: str) -> ssh.Ran:
        return 1, said

    with _sight(stub_ground, run) as sight:
        with pytest.raises(NotSeen, match="did not say what it saw"):
            sight.answering(observer.name, [one.name])
        with pytest.raises(NotSeen, match="did not say what it saw"):
            sight.up_for(observer.name)


def test_an_observer_that_cannot_be_asked_has_seen_nothing(stub_ground: Ground) -> None:
    _, silent, one, *_ = stub_ground.network.hosts

    with _sight(stub_ground, lambda *_: (0, "")) as sight:
        with pytest.raises(NotSeen, match="did not answer"):
            sight.answering(silent.name, [one.name])
        with pytest.raises(NotSeen, match="did not answer"):
            sight.up_for(silent.name)


def test_a_host_tells_its_age_itself(stub_ground: Ground) -> None:
    host = stub_ground.network.hosts[0]

    def run(_: str, command: str, _given: str) -> ssh.Ran:
        words = [sys.executable, *shlex.split(command)[1:]]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    with _sight(stub_ground, run) as sight:
        assert timedelta() < sight.up_for(host.name) <= SystemClock().elapsed()
