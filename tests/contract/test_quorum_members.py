"""A voter that lost its data is replaced, in a quorum of three real ones."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from access.clients.etcd import Etcd, Put
from access.clients.http import look
from access.quorum_members import Replacement, Seat
from core.clock import wait_until
from core.errors import NotSeen, PlanRefused, WorldError
from core.system_clock import SystemClock
from inventory.names import HostName
from ndc.settings import settings
from toolchain.build import ensure_etcd

pytestmark = pytest.mark.lab

CLOCK = SystemClock()
HANG = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
NAMES = tuple(HostName(name) for name in ("east", "west", "south"))


class LocalVoter:
    """One etcd on loopback, without anything that proves who it is."""

    def __init__(self, name: HostName, folder: Path) -> None:
        self.name = name
        self.client, self.peer = (f"http://127.0.0.1:{_free_port()}" for _ in range(2))
        self.data = folder / name
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, members: Mapping[str, str], state: str) -> None:
        self.stop()
        program = ensure_etcd(settings().cache, lambda _: None) / "etcd"
        options = {
            "name": self.name,
            "data-dir": self.data,
            "listen-client-urls": self.client,
            "advertise-client-urls": self.client,
            "listen-peer-urls": self.peer,
            "initial-advertise-peer-urls": self.peer,
            "initial-cluster": ",".join(f"{name}={url}" for name, url in members.items()),
            "initial-cluster-state": state,
            "log-level": "panic",
        }
        words = [f"--{name}={value}" for name, value in options.items()]
        self._process = subprocess.Popen([str(program), *words], stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)
            self._process = None

    def clear(self) -> None:
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def join(self, members: Mapping[str, str]) -> None:
        self.start(members, "existing")


class Quorum:
    """Three voters, and who asks them."""

    def __init__(self, folder: Path) -> None:
        self.voters = {name: LocalVoter(name, folder) for name in NAMES}
        self.over = httpx.Client()

    def start(self) -> None:
        peers = self.peers()
        for voter in self.voters.values():
            voter.start(peers, "new")
        wait_until(CLOCK, lambda: all(self.well().values()), what="three voters", bound=HANG)

    def peers(self) -> dict[str, str]:
        return {name: voter.peer for name, voter in self.voters.items()}

    def asking(self, *names: HostName) -> Etcd:
        return Etcd(self.over, [self.voters[name].client for name in names])

    def well(self) -> dict[HostName, bool]:
        return {name: self._is_well(voter) for name, voter in self.voters.items()}

    def _is_well(self, voter: LocalVoter) -> bool:
        try:
            return bool(look(self.over, f"{voter.client}/health", deadline=SECOND))
        except NotSeen:
            return False

    def replacement(self, name: HostName) -> Replacement:
        others = [other for other in NAMES if other != name]
        voter = self.voters[name]
        seat = Seat(name, voter.peer)
        return Replacement(self.asking(*others), seat, voter, self.well, CLOCK)

    def voting(self) -> set[str]:
        listed = self.asking(*NAMES[:2]).ask("cluster/member/list", {}, repeatable=True)
        return {one["name"] for one in listed["members"] if not one.get("isLearner")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def quorum(tmp_path: Path) -> Iterator[Quorum]:
    made = Quorum(tmp_path)
    try:
        made.start()
        yield made
    finally:
        for voter in made.voters.values():
            voter.stop()
        made.over.close()


def _lose_data(quorum: Quorum, name: HostName) -> None:
    """Make the voter start again without what it knew: it can never vote again like this."""
    quorum.voters[name].clear()
    peers = quorum.peers()
    quorum.voters[name].start(peers, "new")


def test_a_voter_that_lost_its_data_votes_again_and_knows_everything(quorum: Quorum) -> None:
    *_, lost = NAMES
    quorum.asking(*NAMES).change([], [Put("before", "known")])
    _lose_data(quorum, lost)

    said = list(quorum.replacement(lost).carry_out())
    wait_until(CLOCK, lambda: all(quorum.well().values()), what="three voters", bound=HANG)
    found = quorum.asking(lost).get("before")

    assert said[-1] == f"{lost}: a voter again"
    assert found is not None
    assert found.value == "known"
    assert quorum.voting() == set(NAMES)
    assert list(quorum.replacement(lost).carry_out()) == []


@pytest.mark.parametrize(
    "steps", [pytest.param(steps, marks=pytest.mark.campaign) for steps in (1, 2, 4)] + [3]
)
def test_whoever_was_interrupted_types_it_again(quorum: Quorum, steps: int) -> None:
    *_, lost = NAMES
    _lose_data(quorum, lost)
    cut_short = quorum.replacement(lost).carry_out()
    for _ in range(steps):
        next(cut_short)
    del cut_short

    said = list(quorum.replacement(lost).carry_out())
    wait_until(CLOCK, lambda: all(quorum.well().values()), what="three voters", bound=HANG)

    assert said[-1] == f"{lost}: a voter again"
    assert quorum.voting() == set(NAMES)


def test_a_voter_that_is_well_is_left_alone(quorum: Quorum) -> None:
    assert list(quorum.replacement(NAMES[0]).carry_out()) == []


def test_no_voter_is_replaced_where_the_others_are_no_majority(quorum: Quorum) -> None:
    first, second, lost = NAMES
    quorum.voters[lost].clear()
    quorum.voters[second].stop()

    with pytest.raises((PlanRefused, WorldError)):
        list(quorum.replacement(lost).carry_out())

    peers = quorum.peers()
    quorum.voters[second].start(peers, "new")
    wait_until(CLOCK, lambda: quorum.well()[first], what="a majority", bound=HANG)
    assert quorum.voting() == set(NAMES)
