"""Who may do what in a real etcd, and how it comes to be so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from access.clients.etcd import Etcd, Holds, Put
from access.clients.etcd_auth import EtcdAuth, EtcdCredentials
from core.errors import NotSeen, Rejected
from inventory.etcd import (
    CONTROL,
    ROOT,
    Account,
    Grant,
    accounts,
    agent_account,
    anchors,
    announcers_on,
    claims,
    controller_account,
    drill_word,
    elected,
    exporter_account,
    lever,
    password_name,
    patroni,
    patroni_account,
    patroni_order,
    placements,
    runs,
    sight_word_of,
    windows,
)
from inventory.names import DatabaseName, DrillName, HostName
from inventory.network import Role
from tests.contract.etcd_server import Server, etcd_server
from tests.networks import PORTAL_ALONE, TWIN_HOSTS, network

pytestmark = pytest.mark.lab

NETWORK = network("tiny", *PORTAL_ALONE)
HERE = NETWORK.environment
(DATABASE,) = (database.name for database in NETWORK.databases)
MONITOR, OTHER, *_ = (host.name for host in NETWORK.hosts_with(Role.MONITOR))
AGENT = agent_account(NETWORK.hosts_with(Role.SERVICE)[-1].name)
_WATCH = {"lever", "office", "word", "another's word"}
KEYS = {
    "placement": placements(HERE) + "portal",
    "claim": claims(HERE) + "portal",
    "journal": runs(HERE) + "one/0",
    "anchor": anchors(HERE) + "one/0",
    "window": windows(HERE) + "one/portal",
    "drill": drill_word(HERE, DrillName("site-loss"), passed=True),
    "leader": patroni(HERE, DATABASE) + "leader",
    "order": patroni_order(HERE, DATABASE),
    "another database's leader": patroni(HERE, DatabaseName("other-db")) + "leader",
    "lever": lever(HERE),
    "office": elected(HERE),
    "word": f"{sight_word_of(HERE, MONITOR)}sight",
    "another's word": f"{sight_word_of(HERE, OTHER)}sight",
    "anything else": "/elsewhere",
}
READS = {
    CONTROL: {
        *("placement", "claim", "journal", "anchor", "window", "drill", "order", "leader"),
        *_WATCH,
    },
    AGENT: {"placement", "claim"},
    f"patroni-{DATABASE}": {"leader", "order"},
    controller_account(MONITOR): {"placement", "claim", "leader", *_WATCH},
    exporter_account(MONITOR): {"journal", "drill"},
}
WRITES = {
    **READS,
    AGENT: set[str](),
    exporter_account(MONITOR): set[str](),
    CONTROL: READS[CONTROL] - _WATCH | {"lever"},
    controller_account(MONITOR): {"office", "word", "placement", "leader"},
}
SERVING = ("east-one", "east-two", "west-one", "west-two")
"""hosts of the network of ``twins``"""
WHY_NOT = (
    "permission denied",
    "authentication failed",
    "user name is empty",
    "user name not found",
)
ONE_OF_EACH = tuple({one.name.partition("-")[0]: one for one in accounts(NETWORK)}.values())
CHANGES = sum(3 + len(one.grants) for one in (Account(ROOT, ()), *ONE_OF_EACH)) + 1
"""that an etcd needs which knows nobody: a role, its grants, a user, that it has the role;
at last, that strangers are refused"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with etcd_server(tmp_path_factory.mktemp("etcd"), NETWORK) as server:
        server.admit()
        yield server


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Server]:
    with etcd_server(tmp_path, NETWORK) as server:
        yield server


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    there = network("twins", TWIN_HOSTS)
    with etcd_server(tmp_path_factory.mktemp("etcd"), there) as server:
        server.admit()
        yield server


@pytest.mark.parametrize("host", ["east-one", "west-two"])
def test_an_agent_reads_every_word_and_writes_its_own(twins: Server, host: str) -> None:
    words = {name: announcers_on(HERE, HostName(name)) + "portal" for name in SERVING}
    agent = twins.speaking_as(agent_account(HostName(host)))

    read = {name for name, key in words.items() if _may(agent.get, key)}
    written = {name for name, key in words.items() if _may(_write, agent, key)}

    assert read == words.keys()
    assert written == {host}
    assert not _may(_write, agent, KEYS["placement"])
    assert _may(agent.get, KEYS["claim"])


@pytest.mark.parametrize("account", READS)
def test_each_account_reads_and_writes_what_it_must_and_no_more(
    server: Server, account: str
) -> None:
    etcd = server.speaking_as(account)

    assert _read_by(etcd) == READS[account]
    assert _written_by(etcd) == WRITES[account]


def test_a_certificate_without_a_name_may_nothing(server: Server) -> None:
    with pytest.raises(NotSeen) as refused:
        Etcd(server.over, [server.root]).get(KEYS["placement"])

    assert "user name is empty" in refused.value.actual


def test_a_wrong_password_opens_nothing(server: Server) -> None:
    guessed = Etcd(server.over, [server.root], EtcdAuth(EtcdCredentials(CONTROL, "guessed")))

    with pytest.raises(NotSeen) as refused:
        guessed.get(KEYS["placement"])

    assert "authentication failed" in refused.value.actual


def test_only_root_changes_who_may_what(server: Server) -> None:
    with pytest.raises(Rejected) as refused:
        server.speaking_as(CONTROL).ask("auth/role/add", {"name": "more"}, repeatable=False)

    assert "permission denied" in refused.value.actual


def test_what_was_granted_once_and_is_not_any_more_is_taken_away(empty: Server) -> None:
    generous = Account(AGENT, (Grant(placements(HERE), writes=True), Grant("/", writes=True)))
    empty.admit(generous)
    agent = empty.speaking_as(AGENT)
    before = _written_by(agent)

    empty.admit()

    assert before == KEYS.keys()
    assert _written_by(agent) == WRITES[AGENT]
    assert _read_by(agent) == READS[AGENT]


def test_an_account_that_nobody_needs_any_more_is_removed(empty: Server) -> None:
    former = Account(patroni_account(DatabaseName("former-db")), (Grant("/", writes=True),))
    empty.secrets.password(password_name(former.name)).write_text("known to who left\n")
    empty.admit(*accounts(NETWORK), former)
    gone = empty.speaking_as(former.name)
    before = _written_by(gone)

    empty.admit()

    assert before == KEYS.keys()
    assert _written_by(gone) == set()
    assert former.name not in _known(empty, "user") | _known(empty, "role")


def test_a_role_that_somebody_granted_besides_is_taken_away(empty: Server) -> None:
    empty.admit()
    root = empty.speaking_as(ROOT)
    root.ask("auth/user/grant", {"user": AGENT, "role": CONTROL}, repeatable=False)
    agent = empty.speaking_as(AGENT)
    before = _written_by(agent)

    empty.admit()

    assert before == WRITES[CONTROL]
    assert _written_by(agent) == WRITES[AGENT]


def test_a_password_that_is_another_one_by_now_is_told_to_etcd(empty: Server) -> None:
    empty.admit()
    before = empty.speaking_as(AGENT)
    before.get(KEYS["placement"])
    empty.secrets.password(password_name(AGENT)).write_text("another one\n")

    empty.admit()

    assert not _may(before.get, KEYS["placement"])
    assert _may(empty.speaking_as(AGENT).get, KEYS["placement"])


def test_without_roots_password_nothing_is_changed_and_the_error_says_what_to_do(
    empty: Server,
) -> None:
    empty.admit()
    empty.secrets.password(password_name(ROOT)).write_text("made up\n")

    with pytest.raises(Rejected, match="etcd does not take root's password") as refused:
        empty.admit()

    assert "restore the environment's secrets" in refused.value.next_step


@pytest.mark.parametrize("changes", range(CHANGES + 1))
def test_it_may_be_interrupted_anywhere(
    empty: Server, changes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Etcd, "ask", _dying_after(changes))
        if changes < CHANGES:
            with pytest.raises(_Dead):
                empty.admit(*ONE_OF_EACH)
        else:
            empty.admit(*ONE_OF_EACH)

    empty.admit()

    assert _written_by(empty.speaking_as(CONTROL)) == WRITES[CONTROL]
    assert _written_by(empty.speaking_as(AGENT)) == WRITES[AGENT]
    assert _read_by(Etcd(empty.over, [empty.root])) == set()


class _Dead(Exception):
    """Whoever made the accounts is no more."""


def _dying_after(changes: int) -> Callable[..., dict[str, Any]]:
    """Return an ``Etcd.ask`` that is cut off before it asks for one change more."""
    left, ask = iter(range(changes)), Etcd.ask

    def asking(
        etcd: Etcd, what: str, body: Mapping[str, Any], *, repeatable: bool
    ) -> dict[str, Any]:
        if not repeatable and next(left, None) is None:
            raise _Dead
        return ask(etcd, what, body, repeatable=repeatable)

    return asking


def _write(etcd: Etcd, key: str) -> None:
    etcd.change([Holds(key, None)], [Put(key, "x")])


def _known(server: Server, kind: str) -> set[str]:
    answer = server.speaking_as(ROOT).ask(f"auth/{kind}/list", {}, repeatable=True)
    return set(answer[f"{kind}s"])


def _read_by(etcd: Etcd) -> set[str]:
    return {what for what, key in KEYS.items() if _may(etcd.get, key)}


def _written_by(etcd: Etcd) -> set[str]:
    return {what for what, key in KEYS.items() if _may(_write, etcd, key)}


def _may(act: Callable[..., object], *words: object) -> bool:
    try:
        act(*words)
    except (NotSeen, Rejected) as error:
        if not any(why in error.actual for why in WHY_NOT):
            raise
        return False
    return True
