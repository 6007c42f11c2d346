"""What an agent tells of itself: whom it serves, and who turns it away."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from access.secrets import Certificate
from access.secrets.authority import Authority, Subject, Use
from access.this_host import ThisHost
from core.system_clock import SystemClock
from dr.onhost import agent_main
from dr.onhost.agent import Agent
from dr.onhost.agent_word import word
from dr.onhost.local_check import HttpsCheck
from monitors.catalogue import AGENT_LOOKED, AGENT_REFUSED, AGENT_SERVES
from tests.networks import network
from tests.stubs.https import Asked, serve
from tests.unit.dr.test_agent import HERE, PORTAL, Stage

LOOPBACK = IPv4Address("127.0.0.1")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "ndc")


@pytest.fixture
def tls(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """Return the authority's certificate, and the service's side of a connection."""
    clock = SystemClock()
    files = Certificate(tmp_path / "ca.key", tmp_path / "ca.crt")
    own = Certificate(tmp_path / "own.key", tmp_path / "own.crt")
    authority = Authority.ensure(files, "test", clock)
    authority.ensure_certificate(Subject(own, PORTAL, frozenset({Use.SERVER}), dns_names=(PORTAL,)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    return files.certificate, context


def _port() -> int:
    with socket.socket() as probe:
        probe.bind((str(LOOPBACK), 0))
        return int(probe.getsockname()[1])


def test_its_word_is_what_the_catalogue_says() -> None:
    text = word(datetime(2030, 1, 1, tzinfo=UTC), refused=True, serves={"a": True, "b": False})

    assert text.splitlines() == [
        f"{AGENT_LOOKED.name} 1893456000.0",
        f"{AGENT_REFUSED.name} 1",
        f'{AGENT_SERVES.name}{{service="a"}} 1',
        f'{AGENT_SERVES.name}{{service="b"}} 0',
    ]


def test_what_serves_nobody_is_told_and_stays_announced(stage: Stage, tmp_path: Path) -> None:
    stage.place(HERE, 1)
    stage.ails = "HTTP 502"
    agent = Agent(HERE, stage.majority, stage.guard, stage)

    trouble = agent_main.look_once(agent, SystemClock(), tmp_path / "word")

    assert stage.announced
    assert trouble == {PORTAL: "nobody is served here, and it stays announced: HTTP 502"}
    assert f'{AGENT_SERVES.name}{{service="{PORTAL}"}} 0\n' in (tmp_path / "word").read_text()


def test_of_what_is_not_announced_here_nobody_asks(stage: Stage, tmp_path: Path) -> None:
    stage.ails = "HTTP 502"
    agent = Agent(HERE, stage.majority, stage.guard, stage)

    assert agent_main.look_once(agent, SystemClock(), tmp_path / "word") == {}
    assert AGENT_SERVES.name not in (tmp_path / "word").read_text()


@pytest.mark.parametrize("refused", [True, False])
def test_an_agent_that_is_turned_away_says_so(
    stage: Stage, tmp_path: Path, *, refused: bool
) -> None:
    stage.majority.lost = True
    stage.majority.refuses = refused
    agent = Agent(HERE, stage.majority, stage.guard, stage)

    trouble = agent_main.look_once(agent, SystemClock(), tmp_path / "word")

    assert trouble["the records"].startswith("everything stays as it is: no quorum")
    assert f"{AGENT_REFUSED.name} {int(refused)}\n" in (tmp_path / "word").read_text()


def test_a_word_that_cannot_be_written_ends_nothing(stage: Stage, tmp_path: Path) -> None:
    stage.place(HERE, 1)
    agent = Agent(HERE, stage.majority, stage.guard, stage)

    trouble = agent_main.look_once(agent, SystemClock(), tmp_path / "nowhere" / "word")

    assert list(trouble) == ["its word"]
    assert stage.announced


def test_an_agent_without_its_certificate_ends_in_lines_that_a_person_can_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = network()
    host = of.host(of.services[0].hosts[0])
    monkeypatch.setattr(
        agent_main, "this_host_of_arguments", lambda _: ThisHost(of, host, tmp_path)
    )

    with pytest.raises(SystemExit) as ended:
        agent_main.main()

    assert "cannot be used" in str(ended.value.code)
    assert "run `ndc up`" in str(ended.value.code)


@pytest.mark.parametrize(
    ("status", "objection"), [(200, ""), (404, ""), (502, "HTTP 502"), (503, "HTTP 503")]
)
def test_a_service_is_asked_by_its_name(
    tls: tuple[Path, ssl.SSLContext], status: int, objection: str
) -> None:
    asked: list[Asked] = []

    def answer(request: Asked) -> tuple[int, object]:
        asked.append(request)
        return status, {}

    authority, context = tls
    port = _port()
    end = serve((str(LOOPBACK), port), context, answer)
    try:
        found = HttpsCheck(authority, port).objection(PORTAL, LOOPBACK)
    finally:
        end()

    assert found == objection
    assert (asked[0].path, asked[0].headers["Host"]) == ("/", PORTAL)


def test_a_service_where_nobody_listens_is_no_service(tls: tuple[Path, ssl.SSLContext]) -> None:
    authority, _ = tls

    assert "refused" in HttpsCheck(authority, _port()).objection(PORTAL, LOOPBACK)


def test_a_service_that_is_another_is_no_service(tls: tuple[Path, ssl.SSLContext]) -> None:
    authority, context = tls
    port = _port()
    end = serve((str(LOOPBACK), port), context, lambda _: (200, {}))
    try:
        found = HttpsCheck(authority, port).objection("land-registry", LOOPBACK)
    finally:
        end()

    assert "certificate verify failed" in found
