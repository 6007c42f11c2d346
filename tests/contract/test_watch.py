"""What controllers may rely on in etcd: a quorum in memory, and a real one."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from access.clients.etcd import Delete, DeleteUnder, Etcd, Holds, Put
from core.clock import wait_until
from core.errors import NotSeen, Rejected
from core.system_clock import SystemClock
from dr.live.lever import Lever
from dr.watch.judging import Judgement, Records, judged
from dr.watch.lever import Hold
from dr.watch.lookout import EVERY, SightWord
from dr.watch.watching import SILENT
from inventory import etcd as keys
from inventory.etcd import CONTROL, accounts, agent_account, controller_account
from inventory.names import HostName
from inventory.network import Role
from inventory.placed import SERVING
from monitors.onhost import controllers_words as module
from monitors.onhost.controllers_words import EtcdWatch
from tests.contract.etcd_server import Server, etcd_server
from tests.networks import network
from tests.stubs.etcd import StubEtcd

NETWORK = network("tiny")
HERE = NETWORK.environment
FIRST, SECOND, THIRD, *_ = (host.name for host in NETWORK.hosts_with(Role.MONITOR))
LOST = HostName("ndc03-edge")
SERVES, SERVES_TOO, *_ = (host.name for host in NETWORK.hosts if host.roles & SERVING)
AT = datetime(2030, 5, 17, 5, 0, 0, tzinfo=UTC)
SHORT = timedelta(seconds=2)
"""etcd may grant more: an election and a half"""
EVERYBODY = frozenset(host.name for host in NETWORK.hosts)


@dataclass
class Ground:
    """Where controllers say their words, seen as the control plane sees it."""

    control: Etcd
    asking: Callable[[HostName], Etcd]
    agent: Callable[[HostName], Etcd]
    """as whoever announces services on a host"""
    end_leases: Callable[[], object]
    """wait until all that nobody renews is gone"""

    def watch(self, host: HostName) -> EtcdWatch:
        """Return what a controller on ``host`` has that begins now."""
        return EtcdWatch(self.asking(host), NETWORK, host)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with etcd_server(tmp_path_factory.mktemp("etcd"), NETWORK) as server:
        server.admit()
        yield server


@pytest.fixture(params=["stub", pytest.param("real", marks=pytest.mark.lab)])
def ground(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    monkeypatch.setattr(module, "LASTING", SHORT)
    if request.param == "stub":
        stub = StubEtcd()
        client = stub.client()
        yield Ground(client, lambda _: stub.client(), lambda _: client, stub.lapse)
        return
    server: Server = request.getfixturevalue("server")
    control = server.speaking_as(CONTROL)

    def end_leases() -> None:
        left = f"{keys.watch(HERE)}"
        wait_until(
            SystemClock(),
            lambda: not [one for one in control.under(left) if one.key != keys.lever(HERE)],
            what="the end of leases",
            bound=timedelta(seconds=20),
        )

    yield Ground(
        control,
        lambda host: server.speaking_as(controller_account(host)),
        lambda host: server.speaking_as(agent_account(host)),
        end_leases,
    )
    control.change([], [Delete(keys.lever(HERE))])
    end_leases()


def _judgement(by: HostName, *lost: HostName) -> Judgement:
    words = {name: SightWord(timedelta(), dict.fromkeys(lost, SILENT)) for name in (FIRST, SECOND)}
    return judged(NETWORK, words, Records(), None, by, AT)


def test_what_one_says_the_others_read(ground: Ground) -> None:
    word = SightWord(timedelta(hours=2), {LOST: SILENT}, {THIRD: EVERY})

    ground.watch(FIRST).tell(word)

    assert ground.watch(SECOND).state().words == {FIRST: word}


def test_one_is_elected_and_its_judgement_stands(ground: Ground) -> None:
    first, second = ground.watch(FIRST), ground.watch(SECOND)

    assert (first.stand(), second.stand(), first.stand()) == (True, False, False)

    assert not second.judge(_judgement(SECOND))
    assert first.judge(_judgement(FIRST, LOST))
    state = second.state()
    assert state.elected == first.office
    assert state.judgement == _judgement(FIRST, LOST)


def test_who_was_stopped_and_goes_on_has_no_effect(ground: Ground) -> None:
    stopped, other = ground.watch(FIRST), ground.watch(SECOND)
    stopped.tell(SightWord(timedelta()))
    assert stopped.stand()
    ground.end_leases()  # stopped here, with its judgement made and not sent
    assert other.stand()
    assert other.judge(_judgement(SECOND))

    assert not _has_effect(lambda: stopped.judge(_judgement(FIRST, LOST)))
    assert not _has_effect(stopped.stand)

    state = other.state()
    assert (state.elected, state.judgement, state.words) == (
        other.office,
        _judgement(SECOND),
        {},
    )


def test_who_was_stopped_begins_anew_under_another_lease(ground: Ground) -> None:
    stopped, other = ground.watch(FIRST), ground.watch(SECOND)
    stopped.tell(SightWord(timedelta()))
    assert stopped.stand()
    ground.end_leases()
    assert other.stand()

    stopped.stay()

    assert (stopped.own, stopped.office) == (None, None)
    assert not stopped.stand()
    stopped.tell(SightWord(EVERY))
    assert other.state().words == {FIRST: SightWord(EVERY)}
    assert other.state().elected == other.office


def _has_effect(attempt: Callable[[], bool]) -> bool:
    try:
        return attempt()
    except Rejected:
        return False


def test_with_its_lease_goes_all_that_a_controller_said(ground: Ground) -> None:
    watch = ground.watch(FIRST)
    watch.tell(SightWord(timedelta()))
    watch.stand()
    watch.judge(_judgement(FIRST))

    ground.end_leases()

    state = ground.watch(SECOND).state()
    assert (state.words, state.elected, state.judgement) == ({}, None, None)


def test_the_lever_is_pulled_by_one_and_stays_without_any_lease(ground: Ground) -> None:
    lever, hold = Lever(ground.control, HERE), Hold("an", AT, "the power is worked on")
    assert lever.hold() is None
    lever.pull(hold)
    ground.end_leases()

    with pytest.raises(Rejected, match="pulled meanwhile"):
        lever.pull(Hold("binh", AT, "another reason"))

    assert lever.hold() == hold
    assert ground.watch(FIRST).state().lever == hold.sentence()
    assert (lever.release(), lever.release()) == (True, False)
    assert ground.watch(FIRST).state().lever is None


def test_what_nobody_can_read_is_nobodys_word_and_a_lever_all_the_same(ground: Ground) -> None:
    watch = ground.watch(FIRST)
    watch.tell(SightWord(timedelta()))
    watch.etcd.change([], [Put(f"{keys.sight_word_of(HERE, FIRST)}sight", "[]", _lease(watch))])
    ground.control.change([], [Put(keys.lever(HERE), "[]")])

    state = watch.state()

    assert state.words == {}
    assert state.lever is not None


def test_bytes_that_are_no_text_hide_nobody_elses_word(ground: Ground) -> None:
    spoilt = b64encode(f"{keys.announcers_on(HERE, SERVES)}portal".encode()).decode()
    put = {"key": spoilt, "value": b64encode(b"\xff").decode()}
    ground.agent(SERVES).ask("kv/txn", {"success": [{"request_put": put}]}, repeatable=False)
    well = f"{keys.announcers_on(HERE, SERVES_TOO)}portal"
    ground.agent(SERVES_TOO).change([], [Put(well, "{}")])
    watch = ground.watch(FIRST)

    assert watch.records(watch.state()).reports.keys() == {SERVES, SERVES_TOO}

    for host in (SERVES, SERVES_TOO):
        ground.agent(host).change([], [DeleteUnder(keys.announcers_on(HERE, host))])


def _lease(watch: EtcdWatch) -> str:
    assert watch.office is not None
    return watch.office.partition(" ")[2]


@pytest.mark.lab
@pytest.mark.parametrize(
    "key", [keys.lever(HERE), f"{keys.sight_word_of(HERE, SECOND)}sight", keys.claims(HERE)]
)
def test_a_controller_writes_neither_the_lever_nor_anothers_word(server: Server, key: str) -> None:
    first = server.speaking_as(controller_account(FIRST))

    with pytest.raises(Rejected):
        first.change([Holds(key, None)], [Put(key, "lies")])
    with pytest.raises(NotSeen):
        first.get("/elsewhere")

    assert controller_account(SECOND) in {one.name for one in accounts(NETWORK)}
