"""What agents may rely on where their words are kept: a quorum in memory, and a real etcd."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

import pytest

from access.clients.etcd import DeleteUnder, Etcd
from core.clock import wait_until
from core.errors import NotSeen, Rejected
from core.runs.plan import RunName
from core.system_clock import SystemClock
from dr.hosts.announcing import Announcer, AnnouncerWord, Fitness
from dr.live.records import EtcdRecords
from dr.onhost import announcers as module
from dr.onhost.announcers import EtcdAnnouncers
from dr.placement import Claim, Placement
from inventory.etcd import CONTROL, accounts, agent_account, announcers_on
from inventory.names import HostName, ServiceName, SiteName
from tests.contract.etcd_server import Server, etcd_server
from tests.networks import TWIN_HOSTS, network
from tests.stubs.etcd import StubEtcd

NETWORK = network("twins", TWIN_HOSTS)
PORTAL = ServiceName("portal")
ONE, TWO = HostName("east-one"), HostName("east-two")
HOME, REFUGE = SiteName("east"), SiteName("west")
WELL, ILL = AnnouncerWord(1, Fitness.WELL), AnnouncerWord(1, Fitness.ILL)
RUN = RunName("move")
SHORT = timedelta(seconds=2)
"""etcd may grant more: an election and a half"""
_serial = count(1)


@dataclass
class Ground:
    """Where the words of a site's hosts are kept, with the record and the claim beside them."""

    records: EtcdRecords
    """as the control plane writes them"""
    asking: Callable[[HostName], Etcd]
    end_leases: Callable[[], object]

    def agent(self, host: HostName) -> EtcdAnnouncers:
        """Return what an agent of ``host`` has that begins now."""
        etcd = self.asking(host)
        return EtcdAnnouncers(etcd, EtcdRecords(etcd, NETWORK), host)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with etcd_server(tmp_path_factory.mktemp("etcd"), NETWORK) as server:
        server.admit()
        yield server


@pytest.fixture(params=["stub", pytest.param("real", marks=pytest.mark.lab)])
def ground(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Ground:
    monkeypatch.setattr(module, "LASTING", SHORT)
    if request.param == "stub":
        stub = StubEtcd()
        made = Ground(EtcdRecords(stub.client(), NETWORK), lambda _: stub.client(), stub.lapse)
    else:
        server: Server = request.getfixturevalue("server")
        records = EtcdRecords(server.speaking_as(CONTROL), NETWORK)
        reader = EtcdAnnouncers(server.speaking_as(agent_account(ONE)), records, ONE)

        def end_leases() -> None:
            wait_until(
                SystemClock(),
                lambda: not reader.etcd.under(announcers_on(NETWORK.environment, ONE)),
                what="the end of a lease",
                bound=timedelta(seconds=20),
            )

        made = Ground(records, lambda host: server.speaking_as(agent_account(host)), end_leases)
    _placed(made.records)
    return made


def _placed(records: EtcdRecords) -> Placement:
    before = records.placement(PORTAL)
    placement = Placement(HOME, next(_serial), None)
    records.swap_placement(PORTAL, before, placement)
    claim = records.claim(PORTAL)
    records.swap_claim(PORTAL, claim, Claim(None, claim.number))
    return placement


def _standing(agent: EtcdAnnouncers) -> dict[HostName, Announcer]:
    return {one.host: one for one in agent.standing().get(PORTAL, ())}


@pytest.fixture
def agents(ground: Ground) -> Iterator[tuple[EtcdAnnouncers, EtcdAnnouncers]]:
    pair = ground.agent(ONE), ground.agent(TWO)
    yield pair
    for agent in pair:
        agent.take_back(PORTAL)


Pair = tuple[EtcdAnnouncers, EtcdAnnouncers]


def test_what_one_says_the_other_reads_and_later_words_have_higher_revisions(
    agents: Pair,
) -> None:
    one, two = agents
    two.tell(PORTAL, WELL)
    one.tell(PORTAL, ILL)
    first = _standing(one)

    two.tell(PORTAL, replace(WELL, answers=first[ONE].revision))

    assert (first[ONE].word, first[TWO].word) == (ILL, WELL)
    assert first[TWO].revision < first[ONE].revision
    assert _standing(one)[TWO].word.answers == first[ONE].revision
    assert _standing(one)[TWO].revision > first[ONE].revision


def test_bytes_that_are_no_text_hide_nobody_elses_word(agents: Pair) -> None:
    one, two = agents
    _both_speak(agents)
    own = announcers_on(NETWORK.environment, TWO)
    for key in (f"{own}{PORTAL}".encode(), own.encode() + b"\xff"):
        put = {"key": b64encode(key).decode(), "value": b64encode(b"\xff").decode()}
        two.etcd.ask("kv/txn", {"success": [{"request_put": put}]}, repeatable=False)

    assert set(_standing(one)) == {ONE}

    two.etcd.change([], [DeleteUnder(own)])


def _may_go(ground: Ground, agents: Pair, *, other: Announcer | None = None) -> bool:
    one, _ = agents
    words = _standing(one)
    placement = ground.records.placement(PORTAL)
    assert placement is not None
    return one.stand_down(PORTAL, placement, words[ONE], other or words[TWO])


def _both_speak(agents: Pair) -> None:
    one, two = agents
    one.tell(PORTAL, ILL)
    two.tell(PORTAL, WELL)


def test_who_relies_on_a_word_that_stands_may_go_once(ground: Ground, agents: Pair) -> None:
    _both_speak(agents)

    assert _may_go(ground, agents)

    assert set(_standing(agents[0])) == set(_standing(agents[1])) == {TWO}


def test_a_word_that_changed_meanwhile_is_relied_on_by_nobody(ground: Ground, agents: Pair) -> None:
    _both_speak(agents)
    read = _standing(agents[0])[TWO]
    agents[1].tell(PORTAL, ILL)

    assert not _may_go(ground, agents, other=read)

    assert set(_standing(agents[0])) == {ONE, TWO}


def test_who_has_no_word_any_more_may_not_go(ground: Ground, agents: Pair) -> None:
    _both_speak(agents)
    words, placement = _standing(agents[0]), ground.records.placement(PORTAL)
    assert placement is not None
    agents[0].take_back(PORTAL)

    assert not agents[0].stand_down(PORTAL, placement, words[ONE], words[TWO])


def test_of_two_that_rely_on_each_other_one_goes(ground: Ground, agents: Pair) -> None:
    _both_speak(agents)
    one, two = agents
    words, placement = _standing(one), ground.records.placement(PORTAL)
    assert placement is not None

    first = one.stand_down(PORTAL, placement, words[ONE], words[TWO])
    second = two.stand_down(PORTAL, placement, words[TWO], words[ONE])

    assert (first, second) == (True, False)
    assert set(_standing(one)) == {TWO}


def test_nobody_goes_while_a_run_holds_the_service(ground: Ground, agents: Pair) -> None:
    _both_speak(agents)
    claim = ground.records.claim(PORTAL)
    taken = claim.taken(RUN, claim.number + 1)
    assert taken is not None
    ground.records.swap_claim(PORTAL, claim, taken)

    assert not _may_go(ground, agents)

    ground.records.swap_claim(PORTAL, taken, taken.released(RUN))
    assert set(_standing(agents[0])) == {ONE, TWO}


def test_nobody_goes_under_a_placement_that_is_over(ground: Ground, agents: Pair) -> None:
    _both_speak(agents)
    words, old = _standing(agents[0]), ground.records.placement(PORTAL)
    assert old is not None
    ground.records.swap_placement(PORTAL, old, Placement(REFUGE, next(_serial), None))

    with pytest.raises(Rejected):
        agents[0].stand_down(PORTAL, old, words[ONE], words[TWO])

    assert set(_standing(agents[0])) == {ONE, TWO}


def test_who_is_gone_has_no_word_and_speaks_again_when_it_returns(
    ground: Ground, agents: Pair
) -> None:
    one, two = agents
    one.tell(PORTAL, WELL)
    ground.end_leases()

    gone = _standing(two)
    heard_of_itself = _standing(one)
    one.tell(PORTAL, ILL)

    assert gone == heard_of_itself == {}
    assert _standing(two)[ONE].word == ILL


def test_a_word_that_an_earlier_agent_gave_is_not_ours(ground: Ground, agents: Pair) -> None:
    agents[0].tell(PORTAL, WELL)
    again = ground.agent(ONE)

    first = _standing(again)
    again.tell(PORTAL, WELL)

    assert first == {}
    assert set(_standing(again)) == {ONE}


@pytest.mark.lab
def test_a_word_lasts_as_long_as_its_agent_looks(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LASTING", SHORT)
    etcd = server.speaking_as(agent_account(ONE))
    agent = EtcdAnnouncers(etcd, EtcdRecords(etcd, NETWORK), ONE)
    agent.tell(PORTAL, WELL)

    for _ in range(8):
        assert set(_standing(agent)) == {ONE}
        SystemClock().sleep(SHORT / 2)

    agent.take_back(PORTAL)
    assert _standing(agent) == {}


@pytest.mark.lab
def test_an_agent_writes_its_own_words_and_nobody_elses(server: Server) -> None:
    liar = EtcdAnnouncers(
        server.speaking_as(agent_account(TWO)),
        EtcdRecords(server.speaking_as(agent_account(TWO)), NETWORK),
        ONE,
    )

    with pytest.raises(Rejected):
        liar.tell(PORTAL, WELL)

    assert {one.name for one in accounts(NETWORK)} >= {"agent-east-one", "agent-east-two"}


@pytest.mark.lab
def test_what_cannot_be_read_is_not_taken_for_silence(server: Server) -> None:
    nobody = Etcd(server.over, [server.root])
    agent = EtcdAnnouncers(nobody, EtcdRecords(nobody, NETWORK), ONE)

    with pytest.raises(NotSeen):
        agent.standing()
